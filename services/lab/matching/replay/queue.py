"""Pairs of records that are queued for a person to review, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Judged:
    """By which rule a pair was queued, and how likely it was held to be one child."""

    rule: str
    score: float


class Queue:
    """The latest judgement of each pair; a pair has no order."""

    def __init__(self) -> None:
        self._judged: dict[str, dict[str, Judged]] = {}

    def put(self, one: str, other: str, judged: Judged) -> None:
        """Queues the pair."""
        self._judged.setdefault(one, {})[other] = judged
        self._judged.setdefault(other, {})[one] = judged

    def drop(self, one: str, other: str) -> None:
        """Removes the pair."""
        self._judged.get(one, {}).pop(other, None)
        self._judged.get(other, {}).pop(one, None)

    def forget(self, record: str) -> None:
        """Removes all pairs of the record."""
        for other in self._judged.pop(record, {}):
            self._judged[other].pop(record, None)

    def get(self, one: str, other: str) -> Judged | None:
        """Why a pair is queued, or None."""
        return self._judged.get(one, {}).get(other)

    def __iter__(self) -> Iterator[tuple[str, str, Judged]]:
        """Each pair once, in the order of its records' ids."""
        return (
            (one, other, judged)
            for one, others in self._judged.items()
            for other, judged in others.items()
            if one < other
        )

    def copy(self) -> Self:
        """An independent copy."""
        copied = type(self)()
        copied._judged = {record: dict(others) for record, others in self._judged.items()}
        return copied
