"""The query that a report answers."""

from collections.abc import Callable, Collection
from datetime import date
from typing import NamedTuple

from streams.store.database import Cursor


class ReportQuery(NamedTuple):
    """Report, day and authority; `shown` picks the children who may be in the answer, None where all may.

    `recorded_at` is the moment as of which the report is made (as in events), None for now.
    """

    report: str
    on: date
    authority: str | None
    shown: Callable[[Cursor, Collection[str]], set[str]] | None = None
    recorded_at: str | None = None

    @property
    def day(self) -> str:
        """The day as an ISO date."""
        return self.on.isoformat()
