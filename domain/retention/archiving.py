"""What a run of retention does with one child, by the child's own records; a refusal changes nothing.

Nobody is archived, brought back or destroyed by a word: whoever runs it names children and a day, and the rules decide.
Whoever suspends an agency, or removes a record, decides what counts, so while one that holds the child is suspended,
and for a year after a removal, it is brought back at most. Whoever has stolen an agency's credential decides the same
by removing what it holds.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from domain.child import Child, Ruling
from domain.child.archive_events import ChildArchived, DestructionProposed
from domain.child.hold import CONFIRMED_WITHIN, HELD, WAITS, is_held
from domain.child.stewardship import UNKNOWN, about_one
from domain.days import day_at
from domain.retention.due import ARCHIVE, destroyed_on, due
from domain.retention.rules import DIED, REACHED_18, REACHED_25
from domain.source_record.rules import Refusal
from domain.timeline import Records, summary

AHEAD = Refusal("on", "day-ahead", "the day lies ahead; a run is for today or an earlier day")
NOT_DUE = Refusal(
    "children",
    "nothing-due",
    "nothing is due by the rules on that day, or an agency of the child is suspended; look at what is due again",
)


DENIABLE = timedelta(days=366)
"""For so long after a merge, or after a child's record was removed, a run only brings the child back.

A merge may bring an old death to a child of whom nobody has sent anything since, and who has removed a record, a data
manager or an agency, has removed what speaks for it.
"""
ENDS_AN_ENTRY = frozenset({REACHED_18.name, REACHED_25.name, DIED.name})
"""Who has only left England may come back as a child, and is not destroyed before it is grown up."""


class Act(StrEnum):
    """What a run is for; each of them brings back whom no rule archives any more."""

    RETURN = "return"
    ARCHIVE = "archive"
    PROPOSE = "propose"
    DESTROY = "destroy"


class Outcome(StrEnum):
    """What a run has done with a child, or that it may now be destroyed."""

    ARCHIVED = "archived"
    RETURNED = "returned"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"


def rules_on(of_child: Records | None, *days: date) -> list[str]:
    """The rules that have a child archived on each of these days, by the names of the list."""
    if of_child is None or summary(of_child) is None:
        return []
    found = [each for each in due(of_child) if each.act == ARCHIVE]
    return [
        each.rule
        for each in found
        if all(each.begins <= day.isoformat() and (each.ends is None or day.isoformat() < each.ends) for day in days)
    ]


def run(
    child: Child | None,
    absorbed: Sequence[Child],
    of_child: Records | None,
    on: date,
    ruling: Ruling,
    act: Act = Act.ARCHIVE,
    *,
    suspended: bool = False,
) -> Outcome | Refusal:
    """Archives the child, brings it back, or proposes that it is destroyed: what is due on a day by its records.

    CONFIRMED says that it was to be destroyed, and somebody else has proposed that: nothing is changed by that yet.
    Whoever is not due any more is brought back whatever day is named, and a day that lies back archives nobody who has
    returned since. Where what counts of an ordinary agency that holds the child was decided by a data manager, or was
    removed not long ago (`suspended`), nothing else is done; nor where the child has absorbed another not long ago.
    """
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    today = day_at(ruling.recorded_at)
    if on > today:
        return AHEAD
    if child.archived and not rules_on(of_child, today):
        child.leave_archive(ruling)
        return Outcome.RETURNED
    rules = rules_on(of_child, on, today)
    if child.merged_at and ruling.recorded_at - child.merged_at < DENIABLE:
        return NOT_DUE
    if not rules or suspended or act is Act.RETURN or (act is Act.ARCHIVE) != (child.archived is None):
        return NOT_DUE
    if is_held([child, *absorbed]):
        return HELD
    if any(each.shield or each.is_held_back for each in (child, *absorbed)):
        return NOT_DUE  # whoever takes care of the shield looks after this child: another answer would tell of it
    if child.archived is None:
        years_from = _years_from(child, absorbed, of_child, today)
        fields = {"on": on.isoformat(), "rules": rules, "years_from": years_from}
        child.trigger_event(ChildArchived, **ruling.provenance, **ruling.sealed, **fields)
        return Outcome.ARCHIVED
    if ENDS_AN_ENTRY.isdisjoint(rules) or destroyed_on(_latest_years(child, absorbed)) > on.isoformat():
        return NOT_DUE
    return _propose(child, on, ruling) if act is Act.PROPOSE else _confirm(child, ruling)


def _latest_years(child: Child, absorbed: Sequence[Child]) -> str:
    """The latest day from which years in the archive count, of the child and of each that it absorbed.

    For one that was not in the archive they begin with the merge.
    """
    merged_on = day_at(child.merged_at).isoformat() if child.merged_at else ""
    others = [each.archived.years_from if each.archived else merged_on for each in absorbed]
    return max(child.years_from or "", *others, "")


def _years_from(child: Child, absorbed: Sequence[Child], of_child: Records | None, today: date) -> str:
    """From which day its years count: a return in between begins them anew only if no rule has held ever since.

    So does having absorbed, since they began, somebody who was not in the archive.
    """
    before = child.years_from and _latest_years(child, absorbed)
    if before != child.years_from and not all(each.archived for each in absorbed):
        before = None
    found = due(of_child) if of_child is not None else ()
    if before and any(each.act == ARCHIVE and each.ends is None and each.begins <= before for each in found):
        return before
    return today.isoformat()


def _propose(child: Child, on: date, ruling: Ruling) -> Outcome | Refusal:
    if _waits(child, ruling):
        return NOT_DUE
    child.trigger_event(DestructionProposed, **ruling.provenance, **ruling.sealed, on=on.isoformat())
    return Outcome.PROPOSED


def _confirm(child: Child, ruling: Ruling) -> Outcome | Refusal:
    proposed = child.destruction_proposed
    if proposed is None or not _waits(child, ruling):
        return NOT_DUE
    return WAITS if proposed.by == ruling.decided_by else Outcome.CONFIRMED


def _waits(child: Child, ruling: Ruling) -> bool:
    """Whether it was proposed, and may still be confirmed."""
    proposed = child.destruction_proposed
    return proposed is not None and ruling.recorded_at - proposed.at < CONFIRMED_WITHIN
