"""The lists that a report is put together from: those of now, or those that were known at a moment."""

from collections.abc import Collection, Sequence
from typing import Protocol

from projections.base.projection import Decryptor
from projections.duplicates.query import suspected_others
from projections.known_then.lists import ListsThen
from projections.reports import query as reports
from projections.reports.query import ListedChild, Place
from services.queries.reports.query import ReportQuery
from streams.store.database import Cursor


class Lists(Protocol):
    """What a report reads, of its own day and authority; see `projections/reports/query.py`."""

    def listed(self, after: Place, most: int, until: str) -> list[ListedChild]:
        """Children on the list, from a place on; none who joined it after the day `until`."""

    def possible_duplicates(self, after: Place, most: int) -> list[ListedChild]:
        """Children that may be one with another, from a place on."""

    def suspected_others(self, children: Sequence[str]) -> dict[str, set[str]]:
        """Those of the children with an open pair, each with the children that it may be one with."""

    def on_list(self, children: Collection[str]) -> set[str]:
        """Those of the children who are on the list."""

    def count_listed_after(self, since: str) -> int:
        """How many children are on the list who joined it after the day `since`."""

    def education_statuses(self) -> dict[str, int]:
        """How many children of school age have each education status."""

    def reported_days(self, sources: Sequence[str]) -> dict[str, list[str]]:
        """The days that each feed reported of, in order."""

    def first_day(self, sources: Sequence[str]) -> str | None:
        """The first day that any of the agencies reported of."""


class ListsNow:
    """The lists as they are known now, from the findings that are kept."""

    def __init__(self, cursor: Cursor, decryptor: Decryptor, query: ReportQuery) -> None:
        self._cursor, self._decryptor = cursor, decryptor
        self._of = query.report, query.day, query.authority

    def listed(self, after: Place, most: int, until: str) -> list[ListedChild]:
        """As `Lists`."""
        return reports.listed(self._cursor, self._decryptor, *self._of, after, most, until)

    def possible_duplicates(self, after: Place, most: int) -> list[ListedChild]:
        """As `Lists`."""
        return reports.possible_duplicates(self._cursor, self._decryptor, *self._of[1:], after, most)

    def suspected_others(self, children: Sequence[str]) -> dict[str, set[str]]:
        """As `Lists`."""
        return suspected_others(self._cursor, children)

    def on_list(self, children: Collection[str]) -> set[str]:
        """As `Lists`."""
        return reports.on_list(self._cursor, *self._of[:2], children)

    def count_listed_after(self, since: str) -> int:
        """As `Lists`."""
        return reports.count_listed_after(self._cursor, *self._of, since)

    def education_statuses(self) -> dict[str, int]:
        """As `Lists`."""
        return reports.education_statuses(self._cursor, *self._of[1:])

    def reported_days(self, sources: Sequence[str]) -> dict[str, list[str]]:
        """As `Lists`."""
        return reports.reported_days(self._cursor, sources, *self._of[1:])

    def first_day(self, sources: Sequence[str]) -> str | None:
        """As `Lists`."""
        return reports.first_day(self._cursor, sources)


def lists_of(cursor: Cursor, decryptor: Decryptor, query: ReportQuery) -> Lists:
    """The lists that a query is about."""
    if query.recorded_at is None:
        return ListsNow(cursor, decryptor, query)
    return ListsThen(cursor, decryptor, query.report, query.day, query.authority, query.recorded_at)
