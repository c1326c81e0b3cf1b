"""What becomes of a decision."""

from typing import Literal

from pydantic import BaseModel

from services.api.access_control.reasons import Reasoned


class Decided(BaseModel):
    """A decision that holds: `child` stands, `other` is the absorbed, split-off or other child where there is one."""

    outcome: Literal["accepted"]
    decision: str
    position: int
    child: str
    other: str | None


class Why(Reasoned):
    """Why something is done."""


class UnderWay(BaseModel):
    """A decision that was taken and is not in the views yet, and where its receipt will be."""

    decision: str
    receipts: str
