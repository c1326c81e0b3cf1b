"""The clock: whoever stamps what happens, or judges by the date, is given one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present moment, with its time zone."""


def utc_now() -> datetime:
    """The present moment in UTC, as the machine's clock has it."""
    return datetime.now(UTC)
