"""The GPs with which each record has the child registered now, for the reports on GPs."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.organisations import successions
from domain.reports import gp_registrations
from domain.timeline import organisation_key
from domain.vocabulary import Service
from projections.base.projection import PublishedEvent

_Current = tuple[int, tuple[str, str | None]]
"""The number of an involvement in its record, and (source, key of its practice)."""


class Gps:
    """Involvements of service gp that have not ended, by record."""

    def __init__(self) -> None:
        self._current: dict[str, tuple[_Current, ...]] = {}

    def started(self, event: PublishedEvent, involvement: Mapping[str, Any]) -> None:
        """An involvement began or is amended."""
        number = event.data["number"]
        self.ended(event.stream, number)
        if involvement["service"] == Service.GP:
            code = organisation_key(involvement)
            practice = (event.source, code and successions().code_now(code))
            self._current[event.stream] = (*self._current.get(event.stream, ()), (number, practice))

    def ended(self, record: str, number: int) -> None:
        """An involvement ended."""
        if record in self._current:
            self._current[record] = tuple(each for each in self._current[record] if each[0] != number)

    def among(self, records: Iterable[str]) -> int:
        """With how many GPs the child of these records is, as the report several-gps counts them."""
        return gp_registrations(practice for record in records for _, practice in self._current.get(record, ()))
