"""Destruction over HTTP: what is destroyed, and the certificate of it."""

from typing import Any, Literal

from pydantic import BaseModel

from services.api.access_control.reasons import Reasoned
from services.api.schemas.duplicates import NamedRecord


class Destruction(Reasoned):
    """What is destroyed, and why: all of a child by its number, or one record by its agency and its number there."""

    child: str | None = None
    record: NamedRecord | None = None


class Key(BaseModel):
    """A data key that is gone, of a record's stream or of a child's, and the position of the event that records it."""

    stream: str
    of: Literal["record", "child"]
    position: int


class Certificate(BaseModel):
    """What was destroyed, by whom, under which rule, and what proves it.

    `complete` once the views are without it, no key is left, and a checkpoint holds its last event. `copies` says until
    when messages in Kafka, and backups, may hold what was destroyed or the keys to it.
    """

    format: str
    complete: bool
    erasure: str
    decided_at: str
    decided_by: str | None
    reason: str | None
    rule: str
    position: int
    keys: list[Key]
    checkpoints: dict[str, str | None]
    copies: dict[str, str]
    refused_from_now_on: str | None


class Destroyed(BaseModel):
    """A destruction that holds, with its certificate."""

    outcome: Literal["accepted"]
    certificate: dict[str, Any]


class NotShownYet(BaseModel):
    """A destruction that was decided and is not in the views yet: its number, and where its certificate will be."""

    erasure: str
    certificate: str
