"""The clock, as a function that is passed in wherever the present moment matters."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the present moment, with its time zone."""


def utc_now() -> datetime:
    """The present moment in UTC, as the machine's clock has it."""
    return datetime.now(UTC)
