"""What a user does and the access log records on the stream of that user's day."""

from collections.abc import Sequence
from typing import Any, Protocol

from domain.access_log.notices import Notice
from domain.event import RegisterEvent
from streams.store.database import Cursor


class Entry(Protocol):
    """A look, denied attempts, an override, or the closing of its investigation."""

    user: str
    notices: Sequence[Notice] = ()
    """Published once the entry is durable, and only then."""

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The class of the event that records it, and the event's fields."""

    def in_transaction(self, cursor: Cursor) -> None:
        """Writes what else becomes true with it, in the same transaction; by default nothing."""
        return
