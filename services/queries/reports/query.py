"""What a report is asked for."""

from collections.abc import Callable, Collection
from datetime import date
from typing import NamedTuple

from streams.store.database import Cursor


class ReportQuery(NamedTuple):
    """What is asked for, and of whom something may be told: `shown` picks them; None where that is everybody."""

    report: str
    on: date
    authority: str | None
    shown: Callable[[Cursor, Collection[str]], set[str]] | None = None

    @property
    def day(self) -> str:
        """The day as an ISO date."""
        return self.on.isoformat()
