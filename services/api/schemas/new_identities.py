"""New identities: what is requested, confirmed, closed."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.api.access_control.reasons import Reasoned
from services.api.schemas.duplicates import NamedRecord


class Confirmation(Reasoned):
    """Why the child begins anew: adoption, protected-person or gender-recognition, and no more words."""


class NewIdentity(Confirmation):
    """As Confirmation, with the numbers under which agencies will register the child as who it is now."""

    expected: Annotated[list[NamedRecord], Field(default_factory=list, max_length=50)]


class Requested(BaseModel):
    """What was requested for a child and by whom; what confirmed it is null until then."""

    child: str
    reason: str
    requested_by: str
    requested_at: str
    expected: list[NamedRecord]
    confirmed_by: str | None
    confirmed_at: str | None


class RequestedIdentities(BaseModel):
    """What waits for a second data manager, the oldest first."""

    requested: list[Requested]


class ClosedRecord(BaseModel):
    """A record that names a closed child, and the child that it belongs to."""

    child: str
    source: str
    subject: str


class ClosedIdentities(BaseModel):
    """Every child that is closed, and the records that name one."""

    given: list[Requested]
    closed_records: list[ClosedRecord]


class Opening(Reasoned):
    """A closed record of a child that is somebody else, and why."""

    child: str
    record: NamedRecord


class Decided(BaseModel):
    """A decision that holds."""

    outcome: Literal["accepted"]
    decision: str
    position: int
    child: str
