"""Requests of carers and children to the directory itself: to correct data, or to stop holding it.

A stream holds one request and its answer. Both texts are sealed with the key of the stream. A request changes no data:
an agency amends what it holds wrongly, and submits it again.
"""

from enum import StrEnum
from typing import ClassVar

from domain.event import RegisterEvent


class Applicant(StrEnum):
    """Who makes a request, or for whom a document is made; the values are wire format."""

    CHILD = "child"
    CARER = "carer"
    OTHER = "other"


class RequestKind(StrEnum):
    """The kind of a request; the values are wire format."""

    CORRECTION = "correction"
    OBJECTION = "objection"


class Outcome(StrEnum):
    """How a request ends; the values are wire format."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CorrectionRequested(RegisterEvent):
    """Somebody reports that what is held of a child is wrong: `asked_by` is an Applicant, `text` what is wrong."""

    CLEAR: ClassVar[tuple[str, ...]] = ("child", "asked_by")
    SEALED: ClassVar[tuple[str, ...]] = ("text", "user", "reason")

    child: str
    asked_by: str
    text: str
    user: str
    reason: str


class ObjectionRaised(CorrectionRequested):
    """Somebody objects to something being held or shown of a child; `text` has the grounds."""


class RequestAnswered(RegisterEvent):
    """A request is answered: `outcome` is an Outcome, `text` the answer and who does what about it."""

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
