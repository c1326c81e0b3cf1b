"""What other settings would come to: pairs of records, the queue, and the reports, as they are at the end."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

from services.lab.matching.replay.gps import Gps
from services.lab.matching.replay.match_state import Children, MatchState
from services.lab.matching.replay.tally import Compared


@dataclass(frozen=True)
class Sides:
    """One figure as it is by the log, and as it would be."""

    log: int
    replay: int


@dataclass(frozen=True)
class QueueChange:
    """Pairs of children in the queue; of the `new` ones so many `were_linked` in the log, and so on."""

    log: int
    replay: int
    new: int
    were_linked: int
    gone: int
    are_linked: int


@dataclass(frozen=True)
class Reports:
    """The figures of the reports: children listed, those with several GPs now, and those with none."""

    children: Sides
    several_gps: Sides
    no_gp: Sides


def linked_pairs(log: MatchState, replay: MatchState) -> Compared:
    """Pairs of records that are one child's, counted over what the children of both sides have in common."""
    both = sum(
        comb(number, 2)
        for records in log.membership.children.values()
        for number in Counter(map(replay.membership.child_of, records)).values()
    )
    return Compared(both, _pairs(log) - both, _pairs(replay) - both)


def _pairs(side: MatchState) -> int:
    return sum(comb(len(records), 2) for records in side.membership.children.values())


def new_in(side: MatchState, other: MatchState) -> set[Children]:
    """The pairs of children that are queued on one side, and none of whose pairs of records is queued on the other."""
    known = other.open_pairs().keys()
    return {
        children
        for children, pairs in side.open_pairs().items()
        if known.isdisjoint(other.children_of(one, two) for one, two, _ in pairs)
    }


def queue_change(log: MatchState, replay: MatchState) -> QueueChange:
    """How the queue differs."""
    new, gone = new_in(replay, log), new_in(log, replay)
    return QueueChange(
        len(log.open_pairs()),
        len(replay.open_pairs()),
        len(new),
        _linked(new, replay, log),
        len(gone),
        _linked(gone, log, replay),
    )


def _linked(found: Iterable[Children], side: MatchState, other: MatchState) -> int:
    pairs = side.open_pairs()
    return sum(any(other.children_of(one, two) is None for one, two, _ in pairs[children]) for children in found)


def contradictions(log: MatchState, replay: MatchState) -> Compared:
    """Pairs of records that contradict each other within one child."""
    then, now = log.open_contradictions(), replay.open_contradictions()
    compared = Compared()
    compared.count(frozenset(then), frozenset(now))
    return compared


def reports(log: MatchState, replay: MatchState, gps: Gps) -> Reports:
    """The effect on what is reported."""
    sides = [_gps(side, gps) for side in (log, replay)]
    several = [sum(children for number, children in side.items() if number > 1) for side in sides]
    return Reports(Sides(*(side.total() for side in sides)), Sides(*several), Sides(*(side[0] for side in sides)))


def _gps(side: MatchState, gps: Gps) -> Counter[int]:
    """How many children have how many GPs."""
    return Counter(gps.among(records) for records in side.membership.children.values())
