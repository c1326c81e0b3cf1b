"""What carers and children ask of the directory itself: that something be corrected, or not be held.

A stream holds one request from its beginning to its answer. What is asked for and answered is sealed with a key of its
own. A request changes no data: what an agency holds wrongly the agency amends, and sends again.
"""

from enum import StrEnum
from typing import ClassVar

from domain.event import RegisterEvent


class Applicant(StrEnum):
    """Who asks, or for whom a document is made; the values are wire format."""

    CHILD = "child"
    CARER = "carer"
    OTHER = "other"


class RequestKind(StrEnum):
    """What is asked for; the values are wire format."""

    CORRECTION = "correction"
    OBJECTION = "objection"


class Outcome(StrEnum):
    """How a request ends; the values are wire format."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CorrectionRequested(RegisterEvent):
    """Somebody says that what is held of a child is wrong: `asked_by` is an Applicant, `text` what is wrong."""

    CLEAR: ClassVar[tuple[str, ...]] = ("child", "asked_by")
    SEALED: ClassVar[tuple[str, ...]] = ("text", "user", "reason")

    child: str
    asked_by: str
    text: str
    user: str
    reason: str


class ObjectionRaised(CorrectionRequested):
    """Somebody objects to something being held or shown of a child, and says why in `text`."""


class RequestAnswered(RegisterEvent):
    """A request has come to its end: `outcome` is an Outcome, `text` what was answered and who does what about it."""

    CLEAR: ClassVar[tuple[str, ...]] = ("child", "outcome")
    SEALED: ClassVar[tuple[str, ...]] = ("text", "user", "reason")

    child: str
    outcome: str
    text: str
    user: str
    reason: str


REQUESTS: dict[RequestKind, type[CorrectionRequested]] = {
    RequestKind.CORRECTION: CorrectionRequested,
    RequestKind.OBJECTION: ObjectionRaised,
}
"""The event that records each kind."""
