"""Who looked at a child."""

from typing import Any

from pydantic import BaseModel


class Look(BaseModel):
    """One look at personal data: by which right, and what was shown (up to which position), hidden and masked.

    What was sealed is null once its key is destroyed, and for a reader who is not cleared for sensitive services.
    """

    position: int | None
    type: str
    time: str
    recorded_at: str
    user: str | None
    reason: str | None
    action: str
    asked: dict[str, Any] | None
    children: list[str]
    count: int
    role: str | None
    effect: str | None
    rights: str | None
    reason_code: str | None
    shown: dict[str, int] | None
    hidden: list[dict[str, Any]] | None
    masked: list[dict[str, Any]] | None


class Looks(BaseModel):
    """Who looked at a child, latest first."""

    looks: list[Look]
