"""A feed that has gone quiet: what it does not tell is not known, so no child is to be taken for missing by it."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

WINDOW_DAYS = 400
"""How far back the rhythm of a feed is looked at: a school year and some."""
SHORTEST_DAYS = 42
"""No feed counts as quiet sooner; the summer holidays are as long."""
MORE_THAN_EVER = 1.5
"""A feed is quiet once its silence is so much longer than the longest one in its window before."""


class Quiet(NamedTuple):
    """A feed that told of no day after `last` (ISO date), though it used to pause for no more than `pause` days."""

    last: str
    silent: int
    pause: int


def quiet(days: Sequence[str], on: date) -> Quiet | None:
    """Whether a feed is quiet on a day, from the days of which it told, ISO dates in order, none after that day.

    A feed that was never heard, or heard once, has no rhythm yet, and is not called quiet before SHORTEST_DAYS.
    """
    told = [date.fromisoformat(day) for day in days]
    if not told:
        return None
    recent = [day for day in told if (told[-1] - day).days <= WINDOW_DAYS]
    pause = max(((after - before).days for before, after in pairwise(recent)), default=0)
    silent = (on - told[-1]).days
    return Quiet(told[-1].isoformat(), silent, pause) if silent > max(SHORTEST_DAYS, MORE_THAN_EVER * pause) else None
