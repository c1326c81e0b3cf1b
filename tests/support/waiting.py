"""Waiting for a condition, with a bound that only a fault reaches."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_S = 0.05


def eventually(condition: Callable[[], T], within: float = 180.0) -> T:
    """What the condition gives once it is true; fails where it is not within so many seconds.

    Between two looks it pauses twice as long as a look takes, so that what is waited for has the time to happen.
    """
    until = time.monotonic() + within
    began = time.monotonic()
    while not (given := condition()):
        now = time.monotonic()
        assert now < until, f"this did not come true within {within:.0f} s"
        time.sleep(max(PAUSE_S, 2 * (now - began)))
        began = time.monotonic()
    return given
