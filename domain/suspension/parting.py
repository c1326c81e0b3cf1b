"""How links that rest on a suspended agency's records are undone, and made again once the records count again.

A decision of the matcher stays valid if none of the records that it joined was one of these at that time; a steward's
decision always stays valid. The remaining records of the child are then judged again among themselves
(`domain/matching/regroup.py`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.child.child import Child
from domain.child.events import (
    ChildListed,
    ChildrenMerged,
    ChildSuperseded,
    RecordAcceptedBySteward,
    RecordLinked,
    RecordsAccepted,
    RecordSetAsideBySteward,
    RecordsSetAside,
    RecordUnlinked,
    ShieldedChildListed,
)
from domain.child.judgement import STEWARD, Absorbed, Ruling
from domain.child.stewardship import RulingResult, SplitRecords, split
from domain.event import RegisterEvent
from domain.matching import Candidate, Comparer
from domain.matching.placement import Pairs
from domain.matching.regroup import Block, Regrouped, regroup
from domain.vocabulary import STEWARDSHIP_SOURCE

PARTED, REJOINED = "without-suspended", "resumed"
"""The rules by which records leave a child and come back; storage format."""
RESTS_ON_SUSPENDED = "rests-on-suspended"
"""The rule by which a pair of records of one child is queued that only a steward may separate; storage format."""


_UNKNOWN: Mapping[str, str] = {}
_UNKNOWN_VERSIONS: Mapping[str, int] = {}


class Join(NamedTuple):
    """The records that a decision made one child: when it was recorded, and whether a steward made it."""

    records: frozenset[str]
    at: datetime
    by_steward: bool


def joins_of(events: Iterable[RegisterEvent]) -> list[Join]:
    """The joins in the events of one child, in order; those that only follow from a suspension are left out."""
    joins: list[Join] = []
    members: set[str] = set()
    for event in events:
        if isinstance(event, RecordUnlinked):
            members.difference_update(event.records)
        elif isinstance(event, ChildSuperseded):
            members.clear()
        elif isinstance(event, RecordLinked | ChildListed) and not isinstance(event, ShieldedChildListed):
            members.add(event.record)
            by_steward = isinstance(event, RecordLinked) and event.matcher == STEWARD and event.rule != PARTED
            joins.append(Join(frozenset(members), event.timestamp, by_steward))
        elif isinstance(event, RecordAcceptedBySteward) and not isinstance(event, RecordSetAsideBySteward):
            joins.append(Join(frozenset(members), event.timestamp, by_steward=True))
        elif isinstance(event, ChildrenMerged):
            for each in event.merged:
                members.update(each["records"])
                if each["rule"] != REJOINED:
                    joins.append(Join(frozenset(members), event.timestamp, event.matcher == STEWARD))
    return joins


class Judged(NamedTuple):
    """The blocks of a child's records; `without` stewards' decisions, if only these keep the child together."""

    regrouped: Regrouped
    without: Regrouped | None = None


def judge_again(
    comparer: Comparer,
    members: Sequence[Candidate],
    joins: Sequence[Join],
    suspended_since: Mapping[str, datetime],
    cannot_link: Pairs,
    set_aside: Collection[str],
) -> Judged:
    """The blocks of the members, without the joins that rest on records suspended by then (`suspended_since`)."""
    doubted = [
        join
        for join in joins
        if any(record in suspended_since and suspended_since[record] <= join.at for record in join.records)
    ]
    undoubted = [join.records for join in joins if join not in doubted]
    stewards = [join.records for join in doubted if join.by_steward]
    found = regroup(comparer, members, [*undoubted, *stewards], cannot_link, set_aside)
    if len(found.blocks) > 1 or not stewards:
        return Judged(found)
    without = regroup(comparer, members, undoubted, cannot_link, set_aside)
    return Judged(found, without if len(without.blocks) > 1 else None)


def retained_block(
    child: Child, blocks: Sequence[Block], source_of: Mapping[str, str], sensitive: Collection[str]
) -> Block:
    """The block that keeps the child's id: of those that no absorbed child brought, the one that most agencies know.

    Sensitive agencies are not counted. Of several such blocks it is the first.
    """
    brought = frozenset[str]().union(*child.absorbed.values())
    own = [block for block in blocks if not block <= brought] or blocks
    known = [len({source_of[record] for record in block} - set(sensitive)) for block in own]
    return own[known.index(max(known))]


def part(
    child: Child,
    block: Block,
    versions: Mapping[str, int],
    absorbed: Mapping[str, Child],
    new_id: UUID,
    ruling: Ruling,
    sources: Mapping[str, str] = _UNKNOWN,
) -> RulingResult:
    """Gives a block of records to the absorbed child that brought only records of it, or to a new child.

    `absorbed` are the children that this one absorbed; their records that no longer count stay here. `versions` and
    `sources` have the current version and the agency of each record that counts.
    """
    brought = {one: child.absorbed[one] & versions.keys() for one in absorbed if one in child.absorbed}
    fitting = [one for one, records in brought.items() if records and records <= block]
    target = max(fitting, key=lambda one: len(brought[one]), default=None)
    found = SplitRecords(block, target)
    return split(
        child, found, versions, absorbed[target] if target else None, new_id, ruling, rule=PARTED, sources=sources
    )


def was_parted(events: Iterable[RegisterEvent]) -> bool:
    """Whether the events of a child show that it was separated from another by a suspension."""
    linked = [event.rule for event in events if isinstance(event, RecordLinked)]
    return PARTED in linked


def set_aside_before(events: Iterable[RegisterEvent]) -> Mapping[str, int]:
    """The records that a suspension put back in force, each with the version from which it had been set aside."""
    since: dict[str, int] = {}
    believed: dict[str, int] = {}
    for event in events:
        if isinstance(event, RecordsSetAside):
            since |= {each["record"]: each["since"] for each in event.aside}
        elif isinstance(event, RecordsAccepted):
            for record in event.records:
                believed.pop(record, None)
                if event.source == STEWARDSHIP_SOURCE and record in since:
                    believed[record] = since[record]
    return believed


def rejoin(
    child: Child,
    parted: Child,
    ruling: Ruling,
    versions: Mapping[str, int] = _UNKNOWN_VERSIONS,
    sources: Mapping[str, str] = _UNKNOWN,
    *,
    openly: bool = True,
) -> None:
    """Takes back the records that were separated from the child; `versions` and `sources` are as in `part`.

    `openly` is True if an ordinary agency's record is among them.
    """
    records, aside = sorted(parted.records), dict(parted.aside)
    suspected = [*child.suspected(versions), *parted.suspected(versions)]
    child.inherit_hold([parted], ruling)
    child.be_here_with([parted] if openly else [], ruling)
    child.merge(ruling, [Absorbed(str(parted.id), records, REJOINED, 1.0, None, {})])
    child.keep_suspicions(suspected, ruling, sources)
    child.inherit_aside(aside, ruling)
    parted.supersede(child.id, ruling)
