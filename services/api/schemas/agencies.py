"""The suspension of an agency."""

from typing import Literal

from pydantic import BaseModel


class AgencyDecided(BaseModel):
    """A decision on an agency that holds; its position is null while the views do not show it yet."""

    outcome: Literal["accepted"]
    decision: str
    position: int | None
    agency: str
    suspended: bool
