"""Chance that gives the same throws for the same seed in every process and Python version."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Choices with their weights, in any unit."""

    __slots__ = ("choices", "limits", "total")

    def __init__(self, *weighted: tuple[float, T]) -> None:
        self.choices = tuple(choice for _, choice in weighted)
        self.limits = tuple(accumulate(weight for weight, _ in weighted))
        self.total = self.limits[-1]


class Dice:
    """Throws that follow from a text alone.

    Only `Random.random` is used: it is the one method of which Python promises that a seed gives the same sequence
    in every version.
    """

    __slots__ = ("throw",)

    def __init__(self, seed: str) -> None:
        self.throw = Random(seed).random  # noqa: S311  (fiction, not secrets)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.throw() < probability

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.throw() * (high - low + 1))

    def between(self, low: float, high: float) -> float:
        """A number from low up to high."""
        return low + self.throw() * (high - low)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely as the others."""
        return choices[int(self.throw() * len(choices))]

    def weighted(self, weighted: Weighted[T]) -> T:
        """One of the choices, as likely as its weight says."""
        at = self.throw() * weighted.total
        for choice, limit in zip(weighted.choices, weighted.limits, strict=True):
            if at < limit:
                return choice
        return weighted.choices[-1]

    def day(self, first: date, last: date) -> date:
        """A day from first to last, both included; first where last is not later."""
        return first + timedelta(days=int(self.throw() * (max(0, (last - first).days) + 1)))

    def days_after(self, start: date, low: int, high: int) -> date:
        """The day that comes low to high days after start."""
        return start + timedelta(days=self.number(low, high))
