"""A legal hold over HTTP."""

from typing import Literal

from pydantic import BaseModel


class HoldDecided(BaseModel):
    """A decision about a hold; `hold` says whether the child is held now, and `waits` for a second data manager."""

    outcome: Literal["accepted"]
    decision: str
    position: int
    child: str
    held: bool
    waits: bool
