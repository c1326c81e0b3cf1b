"""What a report answers: the children on its list, what is counted beside them, and what makes the list doubtful."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.reports import POSSIBLE_DUPLICATES, Quiet, quiet
from domain.vocabulary import AgencyKind, agency_urn
from projections.duplicates.query import may_be
from projections.projection import Opener
from projections.reports import query
from projections.reports.query import FIRST, Listed, Place
from services.registers import load_agencies
from streams.store.database import Cursor

Fields = dict[str, Any]

FEEDS: Mapping[str, AgencyKind] = {
    "missing-education": AgencyKind.SCHOOL_CENSUS,
    "several-gps": AgencyKind.GP_REGISTRATION,
    "no-gp": AgencyKind.GP_REGISTRATION,
}
"""The kind of feed without which a report can't be judged."""

OF_WHAT_LACKS = frozenset({"missing-education", "no-gp"})
"""Reports on which a record that stands alone only because nobody has decided whose it is would seem a child."""


def report_page(
    cursor: Cursor, opener: Opener, name: str, on: date, authority: str | None, after: Place, most: int
) -> tuple[Fields, Place | None]:
    """The document of contract §4 for at most `most` children, and the place behind which there are more.

    Children who came onto a list after a feed that it rests on fell silent are counted in `withheld` and not listed.
    Those of whom only something is lacking, and who may be one with a child that lacks it not, are `undecided`.
    What is not about the children of a page (`withheld`, `warnings`, `education`) is told on the first alone.
    """
    day = on.isoformat()
    silent = _quiet_feeds(cursor, name, on, authority)
    until = min((each.last for each in silent.values()), default=day)
    if name == POSSIBLE_DUPLICATES:
        found = query.possible_duplicates(cursor, opener, day, authority, after, most + 1)
    else:
        found = query.listed(cursor, opener, name, day, authority, after, most + 1, until)
    last = Place(found[most - 1].since, found[most - 1].child) if len(found) > most else None
    found = found[:most]
    undecided = _undecided(cursor, name, day, found) if name in OF_WHAT_LACKS else {}
    decided = [each for each in found if each.child not in undecided]
    made: Fields = {
        "report": name,
        "on": day,
        "authority": authority,
        "children": [_child(each) for each in decided],
        "count": len(decided),
        "statuses": dict(sorted(Counter(each.status for each in decided).items())),
        "undecided": [{**_child(each), "may_be": undecided[each.child]} for each in found if each.child in undecided],
        "withheld": 0,
        "more": last is not None,
        "warnings": [],
    }
    if name == "missing-education":
        made["follow_up"] = _follow_up(decided)
    if after == FIRST:
        made |= _beside(cursor, name, day, authority, silent, until)
    return made, last


def _beside(
    cursor: Cursor, name: str, day: str, authority: str | None, silent: Mapping[str, Quiet], until: str
) -> Fields:
    """What is told beside the list."""
    told: Fields = {"warnings": [_silence(source, each) for source, each in silent.items()] + _nothing_yet(cursor, day)}
    if silent:
        told["withheld"] = query.later(cursor, name, day, authority, until)
    if name == "missing-education":
        told["education"] = query.education_statuses(cursor, day, authority)
    return told


def _undecided(cursor: Cursor, name: str, day: str, found: Sequence[Listed]) -> dict[str, list[str]]:
    """The children who may be one with a child that is not on the list, and with whom."""
    others = may_be(cursor, [each.child for each in found])
    lacking = query.on_list(cursor, name, day, set().union(*others.values()))
    return {child: sorted(each - lacking) for child, each in others.items() if each - lacking}


def _child(found: Listed) -> Fields:
    return {
        "child": found.child,
        "name": found.name,
        "date_of_birth": found.date_of_birth,
        "authority": found.authority,
        "since": found.since,
        "known_to": sorted(found.known_to),
        "status": found.status,
        **found.detail,
    }


def _follow_up(found: Sequence[Listed]) -> Mapping[str, int]:
    """How many are followed up, were followed up and are missing still, or not followed up."""
    counts = Counter((each.detail["follow_up"] or {"status": "none"})["status"] for each in found)
    return {status: counts[status] for status in ("none", "open", "ended")}


def _quiet_feeds(cursor: Cursor, name: str, on: date, authority: str | None) -> dict[str, Quiet]:
    """The feeds that the report rests on and that have gone quiet, by source."""
    kind = FEEDS.get(name)
    sources = [agency_urn(agency.code) for agency in load_agencies(cursor).values() if agency.kind == kind]
    days = query.heard_days(cursor, sources, on.isoformat(), authority) if sources else {}
    judged = {source: quiet(told, on) for source, told in days.items()}
    return {source: found for source, found in judged.items() if found}


def _silence(source: str, found: Quiet) -> Fields:
    rhythm = f"it used to pause for {found.pause} at most" if found.pause else "it was heard of no other day"
    said = (
        f"{source} has told of no day after {found.last}: {found.silent} days, and {rhythm}."
        " Who came onto this list since is counted as withheld and not listed; ask the agency for its feed."
    )
    return {"code": "feed-quiet", "source": source, "last": found.last, "message": said}


def _nothing_yet(cursor: Cursor, day: str) -> list[Fields]:
    first = query.first_day(cursor)
    if first and first <= day:
        return []
    said = f"nothing is known of days before {first}; ask for a later day" if first else "nothing has been told yet"
    return [{"code": "before-the-first-event", "first": first, "message": said}]
