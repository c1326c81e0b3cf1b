"""An entry of the access log: what a user does, recorded on the stream of that user and day."""

from collections.abc import Sequence
from typing import Any, Protocol

from domain.access_log.notices import Notice
from domain.event import RegisterEvent
from streams.store.database import Cursor


class EntryRefused(Exception):
    """An entry is not recorded, and what it is the entry of must not be done."""


class Entry(Protocol):
    """A look, denied attempts, an override, or the closing of an override's investigation."""

    user: str
    notices: Sequence[Notice] = ()
    """Published if the entry becomes durable, and only then."""

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The class of the event that records it, and the event's fields."""

    def in_transaction(self, cursor: Cursor) -> None:
        """Writes the rows that follow from it, in the same transaction; by default none. May raise EntryRefused."""
        return
