"""The removal of a record."""

from typing import Literal

from pydantic import BaseModel

from services.api.access_control.reasons import Reasoned
from services.api.schemas.duplicates import NamedRecord


class Removal(Reasoned):
    """The record that is removed, by its agency and its number there, and why."""

    record: NamedRecord


class Removed(BaseModel):
    """A removal that holds."""

    outcome: Literal["accepted"]
    decision: str
    position: int
    child: str
