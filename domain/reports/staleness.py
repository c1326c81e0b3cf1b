"""Feeds that have gone quiet: what such a feed does not report is unknown, so a report warns of it."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

WINDOW_DAYS = 400
"""How far back the pauses of a feed are measured: a school year and some weeks."""
SHORTEST_DAYS = 42
"""No feed counts as quiet sooner; the summer holidays are as long."""
MORE_THAN_EVER = 1.5
"""A feed is quiet once its silence is so many times longer than the longest pause in its window."""


class QuietFeed(NamedTuple):
    """A feed that reported nothing after the day `last` (ISO date); until then it paused for at most `pause` days."""

    last: str
    silent: int
    pause: int


def quiet_feed(days: Sequence[str], on: date) -> QuietFeed | None:
    """Whether a feed is quiet on a day, from the days that it reported of: ISO dates in order, none after that day.

    A feed that has reported of one day only has no pause yet, and is not quiet before SHORTEST_DAYS.
    """
    reported = [date.fromisoformat(day) for day in days]
    if not reported:
        return None
    recent = [day for day in reported if (reported[-1] - day).days <= WINDOW_DAYS]
    pause = max(((after - before).days for before, after in pairwise(recent)), default=0)
    silent = (on - reported[-1]).days
    if silent <= max(SHORTEST_DAYS, MORE_THAN_EVER * pause):
        return None
    return QuietFeed(reported[-1].isoformat(), silent, pause)
