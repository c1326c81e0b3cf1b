"""Denied attempts as they are recorded, on the same stream as the user's looks of that day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.access_log.events import LookDenied
from domain.event import RegisterEvent
from streams.access.entry import Entry


@dataclass(frozen=True, slots=True)
class Denial(Entry):
    """Attempts of one user at one thing, denied for one cause; the fields are those of the event."""

    user: str
    role: str | None
    action: str
    cause: str
    count: int
    since: str
    asked: Sequence[str] = ()

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The class of the event that records it, and the event's fields."""
        clear = {"action": self.action, "role": self.role, "cause": self.cause, "count": self.count}
        return LookDenied, {**clear, "since": self.since, "user": self.user, "asked": list(self.asked)}
