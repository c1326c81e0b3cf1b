"""Pairs of records that a person is to look at, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Judged:
    """By which rule a pair was queued, and how likely it was held to be one child."""

    rule: str
    score: float


class Queue:
    """What was said last of each pair; a pair has no order."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, Judged]] = {}

    def put(self, one: str, other: str, judged: Judged) -> None:
        """The pair is to be looked at."""
        self._said.setdefault(one, {})[other] = judged
        self._said.setdefault(other, {})[one] = judged

    def drop(self, one: str, other: str) -> None:
        """Nothing is to be looked at in this pair."""
        self._said.get(one, {}).pop(other, None)
        self._said.get(other, {}).pop(one, None)

    def forget(self, record: str) -> None:
        """Nothing is to be looked at in any pair of the record."""
        for other in self._said.pop(record, {}):
            self._said[other].pop(record, None)

    def get(self, one: str, other: str) -> Judged | None:
        """What is to be looked at in a pair."""
        return self._said.get(one, {}).get(other)

    def __iter__(self) -> Iterator[tuple[str, str, Judged]]:
        """Each pair once, in the order of its records' ids."""
        return (
            (one, other, judged) for one, said in self._said.items() for other, judged in said.items() if one < other
        )

    def copy(self) -> Self:
        """The same, to go its own way."""
        copied = type(self)()
        copied._said = {record: dict(said) for record, said in self._said.items()}
        return copied
