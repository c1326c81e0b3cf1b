"""The decisions of data stewards about children: to merge two, to split one, to dismiss a suspected match, to accept a
record that was set aside.

Each decision is refused by a named rule, or it changes the given children; its result has the records that it moved and
the pairs that are under a cannot-link constraint from now on, or no longer. A refusal changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.child.child import Child
from domain.child.judgement import SPLIT, Absorbed, Ruling
from domain.source_record.rules import Refusal

MOST_PAIRS = 10_000
"""Most pairs of records that one decision may be about, and so one event of it."""

UNKNOWN = Refusal("child", "unknown-child", "there is no such child")
SAME = Refusal("right", "same-child", "these are one child already; name two")
SUPERSEDED = Refusal("child", "superseded", "the child was merged into another meanwhile; look at the queue again")
TOO_MANY = Refusal("records", "too-many-records", "too many records are concerned at once; split off a few at a time")
NOT_HERE = Refusal("records", "record-not-in-child", "a record that is named is not one of this child's")
NOTHING_LEFT = Refusal("records", "nothing-to-split", "all records would leave; name fewer, so that one stays")
NOT_ASIDE = Refusal("record", "not-set-aside", "this record is not set aside; look at the queue again")
NOT_ACCEPTED = Refusal("record", "not-accepted", "no steward has accepted this record since it was set aside")
TOO_MANY_TODAY = Refusal(
    "decided_by",
    "too-many-today",
    "one person may do no more of this within a day (UTC); another data manager may, or the same one tomorrow",
)
NO_MERGE = Refusal(
    "records", "nothing-to-undo", "no merge into this child is left to undo; name the records that leave"
)


@dataclass(frozen=True, slots=True)
class RulingResult:
    """The result of a decision: the children with new events, the new child of each moved record, and the two sides.

    `cannot_link` is True if no record of the `left` side may be linked with one of the `right`; else they may again.
    """

    children: tuple[Child, ...]
    moved: Mapping[str, str]
    cannot_link: bool
    left: Collection[str]
    right: Collection[str]


@dataclass(frozen=True, slots=True)
class SplitRecords:
    """The records to split from a child, and the absorbed child that brought exactly these, or None."""

    records: Collection[str]
    absorbed: str | None


_NONE: Mapping[str, Any] = {}


def merge(
    survivor: Child | None,
    absorbed: Child | None,
    ruling: Ruling,
    versions: Mapping[str, int] = _NONE,
    sources: Mapping[str, str] = _NONE,
    *,
    openly: bool = True,
) -> RulingResult | Refusal:
    """The survivor takes all records of the other child.

    `versions` has the current version of each record that is like a shielded child's. Where there are any, `sources`
    has the agency of each record that counts. `openly` is True if an ordinary agency knows the child that is absorbed.
    """
    refusal = _about_two(survivor, absorbed)
    if refusal or survivor is None or absorbed is None:
        return refusal or UNKNOWN
    ours, theirs = sorted(survivor.records), sorted(absorbed.records)
    survivor.inherit([absorbed], ruling)
    suspected = [*survivor.suspected(versions), *absorbed.suspected(versions)]
    survivor.inherit_hold([absorbed], ruling)
    survivor.be_here_with([absorbed] if openly else [], ruling)
    survivor.merge(ruling, [Absorbed(str(absorbed.id), theirs, "merge", 1.0, None, {})])
    survivor.keep_suspicions(suspected, ruling, sources)
    survivor.inherit_aside(absorbed.aside, ruling)
    absorbed.supersede(survivor.id, ruling)
    return RulingResult((survivor, absorbed), dict.fromkeys(theirs, str(survivor.id)), False, ours, theirs)


def dismiss(left: Child | None, right: Child | None, ruling: Ruling) -> RulingResult | Refusal:
    """The two are not one child, judged by their current records."""
    refusal = _about_two(left, right)
    if refusal or left is None or right is None:
        return refusal or UNKNOWN
    if max(_pairs(one.records, one.compared_with(other)) for one, other in ((left, right), (right, left))) > MOST_PAIRS:
        return TOO_MANY
    left.dismiss(right, ruling)
    changed = (left, right) if right.like_shielded else (left,)
    if right.like_shielded:
        right.dismiss(left, ruling)
    return RulingResult(changed, {}, True, sorted(left.records), sorted(right.records))


def accept(child: Child | None, record: str, ruling: Ruling) -> Child | Refusal:
    """Accepts a record that is set aside: it is about this child all the same."""
    refusal = _about_a_record(child, record)
    if refusal or child is None:
        return refusal or UNKNOWN
    if record not in child.aside:
        return NOT_ASIDE
    child.accept_by_ruling(record, ruling)
    return child


def take_back(child: Child | None, record: str, ruling: Ruling) -> Child | Refusal:
    """Sets a record aside again that was accepted in error."""
    refusal = _about_a_record(child, record)
    if refusal or child is None:
        return refusal or UNKNOWN
    if record not in child.accepted:
        return NOT_ACCEPTED
    child.set_aside_by_ruling(record, ruling)
    return child


def merge_to_undo(shown: Set[str], brought: Mapping[str, Set[str]], named: Set[str] | None) -> str | Refusal | None:
    """The absorbed child whose merge is to be undone, or None: then the `named` records leave, and no others.

    `shown` are the records that the steward can see, `brought` has the records of each absorbed child, in order.
    Records that are not shown influence neither the answer nor the id under which records leave; they go with those
    with which they came.
    """
    if named is None:
        undone = next((one for one, records in reversed([*brought.items()]) if shown & records), None)
        if undone is None:
            return NO_MERGE
        leaving = shown & brought[undone]
    elif not shown >= named:
        return NOT_HERE
    else:
        undone = next((one for one, records in brought.items() if shown & records == named), None)
        leaving = named
    return NOTHING_LEFT if leaving == shown else undone


def records_to_split(
    child: Child | None, named: Collection[str] | None, undone: str | None = None
) -> SplitRecords | Refusal:
    """The records to split from a child: those `named`, or else those that a merge brought.

    That is the merge which absorbed the child `undone`, by default the latest.
    """
    refusal = about_one(child)
    if refusal or child is None:
        return refusal or UNKNOWN
    if named is None:
        found = _merged(child, [undone] if undone else [*reversed(child.absorbed)])
    else:
        found = SplitRecords(frozenset(named), _brought_by(child, named))
    if isinstance(found, Refusal):
        return found
    if not child.records.issuperset(found.records):
        return NOT_HERE
    if len(found.records) == len(child.records):
        return NOTHING_LEFT
    return TOO_MANY if _pairs(child.records - set(found.records), found.records) > MOST_PAIRS else found


def split(
    child: Child,
    found: SplitRecords,
    versions: Mapping[str, int],
    absorbed: Child | None,
    new_id: UUID,
    ruling: Ruling,
    *,
    rule: str = SPLIT,
    sources: Mapping[str, str] = _NONE,
) -> RulingResult:
    """Gives the records (`versions`: the current version of each) to the child that brought them, or to a new one.

    `versions` and `sources` are as in `merge`.
    """
    records = {record: versions[record] for record in sorted(found.records)}
    suspected = child.suspected(versions)
    child.unlink(records, absorbed.id if absorbed else new_id, ruling)
    if absorbed:
        absorbed.reinstate(records, ruling, child, rule)
    other = absorbed or Child.split_off(new_id, records, ruling, child, rule)
    other.inherit_hold([child], ruling)
    for each in (child, other):
        mine = [one for one in suspected if one.record in each.records]
        each.keep_suspicions(mine, ruling, sources)
    moved = dict.fromkeys(records, str(other.id))
    return RulingResult((child, other), moved, True, sorted(child.records), list(records))


def about_one(child: Child | None) -> Refusal | None:
    """Why nothing can be decided about the child: it is unknown, closed, destroyed, or merged into another."""
    if child is None or child.is_closed or child.is_destroyed:
        return UNKNOWN
    return SUPERSEDED if child.superseded_by is not None else None


def _about_a_record(child: Child | None, record: str) -> Refusal | None:
    """Why nothing can be decided about a record of the child."""
    refusal = about_one(child)
    return refusal or (NOT_HERE if child is not None and record not in child.records else None)


def _about_two(left: Child | None, right: Child | None) -> Refusal | None:
    refusal = about_one(left) or about_one(right)
    if refusal or left is None or right is None:
        return refusal
    if left.id == right.id:
        return SAME
    return TOO_MANY if _pairs(left.records, right.records) > MOST_PAIRS else None


def _pairs(some: Collection[str], others: Collection[str]) -> int:
    return len(some) * len(others)


def _brought_by(child: Child, named: Collection[str]) -> str | None:
    """The absorbed child that brought exactly these records, or None."""
    return next((one for one, brought in child.absorbed.items() if brought == set(named)), None)


def _merged(child: Child, candidates: Iterable[str]) -> SplitRecords | Refusal:
    """The remaining records of the first of these absorbed children of which any remain."""
    for absorbed in candidates:
        brought = child.absorbed.get(absorbed, frozenset())
        here = brought & child.records
        if here:
            return SplitRecords(here, absorbed if here == brought else None)
    return NO_MERGE
