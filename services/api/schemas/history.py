"""All that was submitted about a child."""

from typing import Any

from pydantic import BaseModel


class HistoryEvent(BaseModel):
    """One event of a child's history."""

    position: int | None
    stream: str
    version: int
    type: str
    time: str
    recorded_at: str
    source: str
    data: dict[str, Any]
    caused_by: str | None


class History(BaseModel):
    """All that was ever reported and decided about a child, oldest first; of a shielded child, only that it is one."""

    events: list[HistoryEvent]
    shielded: bool = False
    warning: str | None = None
