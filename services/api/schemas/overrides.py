"""Opened shields, and the investigations that follow."""

from pydantic import BaseModel


class Overridden(BaseModel):
    """A shielded child that may be seen until a moment, and what follows from that."""

    child: str
    until: str
    investigation: str
    warning: str


class Investigation(BaseModel):
    """An override that somebody has to look into, or has; what was sealed is null once its key is destroyed."""

    investigation: str
    child: str
    used_by: str | None
    used_at: str
    until: str
    reason: str | None
    closed_by: str | None
    closed_at: str | None
    findings: str | None
    position: int


class Investigations(BaseModel):
    """Overrides, oldest first."""

    investigations: list[Investigation]
