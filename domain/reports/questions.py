"""The questions of reports about a child's circumstances on a day; an answer of None means: not on this list."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from domain.birth import GROWN_UP
from domain.places import place_on
from domain.timeline import Circumstances
from domain.vocabulary import UNIVERSAL_SERVICES, Flag, Service

MANY_SERVICES = 3
"""From so many different services on, one of them additional, one ought to be the lead professional."""


class Answer(NamedTuple):
    """Why a child is on a list: `status` is a word to count by, `detail` what the reader needs, without names."""

    status: str
    detail: Mapping[str, Any]


Question = Callable[[Circumstances], Answer | None]


# Plain texts: to look a member of an enum up takes ten times as long, and each question is put for each day of change.
_GP, _EDUCATION, _HOME_EDUCATION = map(str, (Service.GP, Service.EDUCATION, Service.HOME_EDUCATION))
_ENQUIRY = str(Flag.MISSING_EDUCATION_ENQUIRY)


def missing_education(at: Circumstances) -> Answer | None:
    """Of compulsory school age, in England, and neither at a school nor educated at home, as far as agencies report.

    The statuses are those of a directory entry, `not-reported` and `reported-absent`. Follow-up is the flag
    missing-education-enquiry: `open` while it is up, `ended` where one came down and the child is still missing.
    """
    if not (at.school_age and at.known_to and at.here) or _is_taught(at):
        return None
    status = "reported-absent" if at.taught_before else "not-reported"
    return Answer(status, {"follow_up": _follow_up(at)})


def education(at: Circumstances) -> Answer | None:
    """Of compulsory school age and not missing: the statuses placed, home-educated, left-england and died."""
    if not (at.school_age and at.known_to):
        return None
    if not at.here:
        return Answer("died" if at.died else "left-england", {})
    if not _is_taught(at):
        return None
    return Answer("placed" if _EDUCATION in at.services else "home-educated", {})


def education_enquiries(at: Circumstances) -> Answer | None:
    """The flag missing-education-enquiry is up; the status is the education status of the child."""
    follow_up = _follow_up(at) if at.flags and at.known_to else None
    if follow_up is None or follow_up["status"] != "open":
        return None
    found = missing_education(at) or education(at)
    return Answer(found.status if found else "not-of-age", {"follow_up": follow_up})


def several_gps(at: Circumstances) -> Answer | None:
    """Registered with more than one GP."""
    if at.services.get(_GP, 0) < 2 or not _is_child(at):
        return None
    with_gps = (each for each in at.involvements.values() if each.service == _GP)
    registrations = gp_registrations((each.source, each.organisation) for each in with_gps)
    return Answer("several", {"gps": registrations}) if registrations > 1 else None


def gp_registrations(reported: Iterable[tuple[str, str | None]]) -> int:
    """With how many GPs a child is registered, from (source, organisation) of each current involvement.

    Two registrations reported by one agency are two, even at one practice; a registration that another agency reports
    at the same practice is the same one.
    """
    most: dict[object, int] = {}
    for nth, ((source, organisation), times) in enumerate(Counter(reported).items()):
        place = organisation if organisation is not None else (nth, source)
        most[place] = max(most.get(place, 0), times)
    return sum(most.values())


def no_gp(at: Circumstances) -> Answer | None:
    """Registered with no GP."""
    return None if _GP in at.services or not _is_child(at) else Answer("none", {})


def no_lead_professional(at: Circumstances) -> Answer | None:
    """Three or more services, and not only those for every child, work with the child, and none of them leads."""
    if at.leads or len(at.services) < MANY_SERVICES or not _is_child(at):
        return None
    if UNIVERSAL_SERVICES.issuperset(at.services):
        return None
    return Answer("none", {"services": sorted(at.services)})


def flags_without_contact(at: Circumstances) -> Answer | None:
    """A flag is up, and its contact can't be reached."""
    if not at.flags or not _is_child(at):
        return None
    silent = sorted({flag.flag for flag in at.flags.values() if not flag.has_contact})
    return Answer("silent", {"flags": silent}) if silent else None


def services_left_behind(at: Circumstances) -> Answer | None:
    """A service works with the child at an address in another authority than the one that the child now lives in."""
    if not at.involvements or not _is_child(at):
        return None
    here = at.authority
    if here is None:
        return None
    behind = []
    for working in at.involvements.values():
        there = at.authority_of(working.record)
        if there in (here, None):
            continue
        if place_on(there, at.day) != place_on(here, at.day):
            behind.append({"service": working.service, "source": working.source, "authority": there})
    return Answer("left-behind", {"services": sorted(behind, key=_by_source)}) if behind else None


def gone_in_doubt(at: Circumstances) -> Answer | None:
    """Reported to have died or left England, which another agency contradicts: somebody has to find out.

    Either an agency has reported of the child since, or one agency alone reports it while others hold the child. The
    latter holds for a death unless a register of deaths reports it, and for a child that left England only if the
    agency's kind is doubtful; a child of doubtful reports stays on the other lists. The statuses are `died` and
    `left-england`. Registering a child, or beginning to work with it, shows that it is in England, so only a flag
    contradicts that it left.
    """
    if at.age is not None and at.age >= GROWN_UP:
        return None
    if at.reported_since and not at.here:
        status, agencies = "died" if at.died else "left-england", at.reported_since
    elif (doubted := at.doubted) is not None:
        status, agencies = doubted, at.held_by(at.gone_by)
    else:
        return None
    return Answer(status, {"seen": [{"source": source, "since": day} for source, day in sorted(agencies.items())]})


QUESTIONS: Mapping[str, Question] = {
    "missing-education": missing_education,
    "education-enquiries": education_enquiries,
    "several-gps": several_gps,
    "no-gp": no_gp,
    "no-lead-professional": no_lead_professional,
    "flags-without-contact": flags_without_contact,
    "services-left-behind": services_left_behind,
    "gone-in-doubt": gone_in_doubt,
}
"""Reports that follow from one child's circumstances."""

POSSIBLE_DUPLICATES = "possible-duplicates"
"""The report that follows from what the matcher suspects of pairs of children."""

REPORTS = (*QUESTIONS, POSSIBLE_DUPLICATES)
EDUCATION = "education"
"""Not a report: the statuses of children who are not missing education, counted beside the report."""


def _is_child(at: Circumstances) -> bool:
    return bool(at.known_to) and at.here and (at.age is None or at.age < GROWN_UP)


def _is_taught(at: Circumstances) -> bool:
    return _EDUCATION in at.services or _HOME_EDUCATION in at.services


def _follow_up(at: Circumstances) -> Mapping[str, str] | None:
    raised = [flag.raised_on for flag in at.flags.values() if flag.flag == _ENQUIRY]
    if raised:
        return {"status": "open", "since": min(raised)}
    return {"status": "ended", "since": at.enquiry_ended_on} if at.enquiry_ended_on else None


def _by_source(left: Mapping[str, str]) -> tuple[str, str]:
    return left["source"], left["service"]
