"""How much waits for somebody, and for how long, as a page shows it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Oldest(NamedTuple):
    """Since which day the oldest waits, and how many days that is; below zero while the day is to come."""

    since: str
    days: int


class Waits(NamedTuple):
    """What waits of one kind: the status of the answer, how many, whether there may be more, and the oldest.

    `warned` is True where the answer has warnings, so that more may wait than are counted.
    """

    status: int
    number: int
    more: bool
    oldest: Oldest | None
    warned: bool = False


def how_long(moments: Sequence[str], today: date) -> Oldest | None:
    """The oldest of some days or moments, None where there is none."""
    if not moments:
        return None
    since = min(moments)[:10]
    return Oldest(since, (today - date.fromisoformat(since)).days)
