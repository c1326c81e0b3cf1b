"""Looks as they are recorded: who was shown what, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from domain.access_log.events import ChildrenShown
from domain.access_log.notices import Notice
from domain.event import RegisterEvent
from streams.access.entry import Entry


@dataclass(frozen=True, slots=True)
class Look(Entry):
    """One look: `action` is the verb, `asked` the criteria, `children` the ids shown, `count` how many things.

    All fields but `notices` are those of the event, under the same names, `domain/access_log/events.py`.
    """

    user: str
    reason: str
    action: str
    asked: dict[str, Any]
    children: Sequence[str] = ()
    count: int = 0
    role: str | None = None
    effect: str | None = None
    rights: str | None = None
    reason_code: str | None = None
    shown: Mapping[str, int] = field(default_factory=dict)
    hidden: Sequence[dict[str, Any]] = ()
    masked: Sequence[dict[str, Any]] = ()
    notices: Sequence[Notice] = ()

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The class of the event that records it, and the event's fields."""
        values = {name: getattr(self, name) for name in _EVENT_FIELDS}
        lists = {name: list(values[name]) for name in ("children", "hidden", "masked")}
        return ChildrenShown, {**values, **lists, "shown": dict(self.shown)}


_EVENT_FIELDS = tuple(each.name for each in fields(Look) if each.name != "notices")
