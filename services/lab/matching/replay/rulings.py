"""How a data steward's decision holds where records may be placed otherwise than when it was taken.

What was merged is together from then on, and what was split or dismissed is apart and is never joined automatically.
Other records that the replay has put beside those named go with them, unless they have to be kept apart.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.lab.matching.replay.match_state import MatchState


class Ruling(NamedTuple):
    """Records of the left side are one child with those of the right one, or are not.

    `kind` is `merged`, `split` or `dismissed`; `to` is the child that the right side is then, as the log has it.
    """

    kind: str
    left: Sequence[str]
    right: Sequence[str]
    to: str


class Rulings:
    """Applies rulings to a match state; `apart` has the pairs of records that are kept apart, both ways round.

    `counts` has how many of each kind there were, and how many of them the matcher had decided likewise (a merge) or
    against (a split, a dismissal) before.
    """

    def __init__(self, apart: set[tuple[str, str]]) -> None:
        self._apart = apart
        self.counts: Counter[str] = Counter()

    def apply(self, match_state: MatchState, ruling: Ruling) -> None:
        """Changes the match state as ruled."""
        self.counts[ruling.kind] += 1
        if ruling.kind == "merged":
            self._apart.difference_update(_pairs(ruling.left, ruling.right))
            self._join(match_state, ruling)
        else:
            self._apart.update(_pairs(ruling.left, ruling.right))
            self._part(match_state, ruling)
        if ruling.kind == "dismissed":
            match_state.dismiss(ruling.left, ruling.right)

    def keep(self, ruling: Ruling) -> None:
        """Remembers which pairs are kept apart where the log's own decisions are kept."""
        change = self._apart.difference_update if ruling.kind == "merged" else self._apart.update
        change(_pairs(ruling.left, ruling.right))

    def _join(self, match_state: MatchState, ruling: Ruling) -> None:
        membership = match_state.membership
        named = {record: None for record in (*ruling.left, *ruling.right) if record in membership}
        children = dict.fromkeys(child for record in named if (child := membership.child_of(record)))
        target, *others = children or [""]
        self.counts["merged before"] += not others
        for child in others:
            here, there = list(membership.records_of(child)), membership.records_of(target)
            parted = any((one, other) in self._apart for one in here for other in there)
            for record in here:
                if not parted or record in named:
                    membership.put(record, target)

    def _part(self, match_state: MatchState, ruling: Ruling) -> None:
        membership = match_state.membership
        staying = {child for record in ruling.left if (child := membership.child_of(record))}
        leaving = [record for record in ruling.right if membership.child_of(record) in staying]
        self.counts[f"{ruling.kind} but joined"] += bool(leaving)
        free = not membership.records_of(ruling.to)
        child = ruling.to if free else f"replay-split-{self.counts.total()}"
        for record in leaving:
            membership.put(record, child)


def _pairs(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    return (pair for one in left for other in right for pair in ((one, other), (other, one)))
