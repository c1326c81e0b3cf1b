"""With which GPs each record says that the child is registered now: what the reports on GPs are about."""

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any

from domain.identity.normalise import normalise_name
from domain.vocabulary import Service

_Current = tuple[int, str]
"""The number of an involvement in its record, and what tells its practice from others."""


class Gps:
    """Involvements of service gp that have not ended, by record."""

    def __init__(self) -> None:
        self._current: dict[str, tuple[_Current, ...]] = {}

    def started(self, record: str, number: int, involvement: Mapping[str, Any]) -> None:
        """An involvement began, or is told anew."""
        self.ended(record, number)
        if involvement["service"] == Service.GP:
            who = intern(_practice(involvement) or f"{record}/{number}")
            self._current[record] = (*self._current.get(record, ()), (number, who))

    def ended(self, record: str, number: int) -> None:
        """An involvement ended."""
        if record in self._current:
            self._current[record] = tuple(each for each in self._current[record] if each[0] != number)

    def among(self, records: Iterable[str]) -> int:
        """With how many GPs the child of these records is."""
        return len({who for record in records for _, who in self._current.get(record, ())})


def _practice(involvement: Mapping[str, Any]) -> str:
    for part in ("organisation", "practitioner"):
        name = (involvement.get(part) or {}).get("name")
        if name:
            return normalise_name(name)
    return ""
