"""Waiting for a condition, with a bound that only a fault reaches."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_S = 0.05


def eventually(condition: Callable[[], T], within: float = 180.0) -> T:
    """What the condition gives once it is true; fails where it is not within so many seconds."""
    until = time.monotonic() + within
    while not (given := condition()):
        assert time.monotonic() < until, f"this did not come true within {within:.0f} s"
        time.sleep(PAUSE_S)
    return given
