"""All that was submitted about a child."""

from typing import Any

from pydantic import BaseModel


class HistoryEvent(BaseModel):
    """One thing that was ever said of a child."""

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
    """Everything that was ever said of a child, oldest first; of a shielded child nothing but that."""

    events: list[HistoryEvent]
    shielded: bool = False
    warning: str | None = None
