"""With which GPs each record says that the child is registered now: what the reports on GPs are about."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.reports import gp_registrations
from domain.timeline import organisation_key
from domain.vocabulary import Service
from projections.base.projection import PublishedEvent

_Current = tuple[int, tuple[str, str | None]]
"""The number of an involvement in its record, and (source, what tells its practice from others)."""


class Gps:
    """Involvements of service gp that have not ended, by record."""

    def __init__(self) -> None:
        self._current: dict[str, tuple[_Current, ...]] = {}

    def started(self, event: PublishedEvent, involvement: Mapping[str, Any]) -> None:
        """An involvement began, or is told anew."""
        number = event.data["number"]
        self.ended(event.stream, number)
        if involvement["service"] == Service.GP:
            told = (event.source, organisation_key(involvement))
            self._current[event.stream] = (*self._current.get(event.stream, ()), (number, told))

    def ended(self, record: str, number: int) -> None:
        """An involvement ended."""
        if record in self._current:
            self._current[record] = tuple(each for each in self._current[record] if each[0] != number)

    def among(self, records: Iterable[str]) -> int:
        """With how many GPs the child of these records is, as the report several-gps counts them."""
        return gp_registrations(told for record in records for _, told in self._current.get(record, ()))
