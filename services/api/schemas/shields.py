"""Shields, and which are due for review."""

from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints

from services.api.access_control.reasons import Reasoned


class Custody(Reasoned):
    """Which authority takes care of a shield from now on, by its ONS code or its name."""

    to: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Shielded(BaseModel):
    """A decision on the shield of a child that holds."""

    outcome: Literal["accepted"]
    decision: str
    position: int
    child: str


class DueShield(BaseModel):
    """A shield that has to be looked at again."""

    child: str
    since: str
    review_by: str


class DueShields(BaseModel):
    """Shields whose review has come, those that wait longest first."""

    due: list[DueShield]
