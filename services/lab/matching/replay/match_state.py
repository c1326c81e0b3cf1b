"""The match state of a directory: which records are one child's, and which pairs are queued for a person."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Self

from services.lab.matching.replay.membership import Membership
from services.lab.matching.replay.queue import Judged, Queue

Children = tuple[str, str]
"""Two children, in the order of their ids."""


@dataclass
class MatchState:
    """The state of one side; `suspected` may be one child, `contradictions` are within one."""

    membership: Membership = field(default_factory=Membership)
    suspected: Queue = field(default_factory=Queue)
    contradictions: Queue = field(default_factory=Queue)

    def remove(self, record: str) -> None:
        """The record is in the directory no more."""
        self.membership.discard(record)
        self.suspected.forget(record)
        self.contradictions.forget(record)

    def dismiss(self, left: Collection[str], right: Collection[str]) -> None:
        """No record of the left side is one child with any of the right one; they leave the queue until data change."""
        for one in left:
            for other in right:
                self.suspected.drop(one, other)

    def copy(self) -> Self:
        """An independent copy."""
        return type(self)(self.membership.copy(), self.suspected.copy(), self.contradictions.copy())

    def children_of(self, one: str, other: str) -> Children | None:
        """The children of two records; None where one is in none, or both are in one."""
        children = self.membership.child_of(one), self.membership.child_of(other)
        if children[0] is None or children[1] is None or children[0] == children[1]:
            return None
        return (children[0], children[1]) if children[0] < children[1] else (children[1], children[0])

    def open_pairs(self) -> dict[Children, list[tuple[str, str, Judged]]]:
        """The queue as it is shown: pairs of children, each with the pairs of records that put it there."""
        found: dict[Children, list[tuple[str, str, Judged]]] = {}
        for one, other, judged in self.suspected:
            children = self.children_of(one, other)
            if children:
                found.setdefault(children, []).append((one, other, judged))
        return found

    def open_contradictions(self) -> set[tuple[str, str]]:
        """The pairs of records of one child that contradict each other."""
        child_of = self.membership.child_of
        return {(one, other) for one, other, _ in self.contradictions if child_of(one) == child_of(other) is not None}
