"""How the directory runs, and messages of its logs, as an operator sees them."""

from typing import Literal

from pydantic import BaseModel


class Part(BaseModel):
    """A part of the one-way street; what a part does not have, or nobody knows, is null.

    `processes` are connected to Postgres, those that stand by too; `restarts` are known of a local stack. `waiting`
    counts messages, `late_s` is the age of the oldest event among them, `rate` events a second within the last minute.
    Where it is off, `says` has why, `do` the one step that mends it.
    """

    part: str
    state: Literal["runs", "off", "unknown"]
    processes: int | None
    restarts: int | None
    position: int | None
    waiting: int | None
    late_s: float | None
    rate: float | None
    in_hand: int | None
    says: str | None
    do: str | None


class SignedCheckpoint(BaseModel):
    """The latest checkpoint of a log."""

    log: str
    size: int
    signed_at: str


class BuildingViews(BaseModel):
    """Views that are being built, or were refused; `this_version` says whether they are those of this API's version."""

    messages: int
    of_messages: int
    refusal: str | None
    begun_at: str
    this_version: bool


class TroubleShown(BaseModel):
    """What is wrong with a part, and the one step that mends it, as `status` says it."""

    part: str
    says: str
    do: str


class OperationShown(BaseModel):
    """How the directory runs: nothing personal, and no agency.

    For who is not cleared for sensitive services positions and sizes are whole hundreds, `late_s` whole minutes, rates
    whole numbers and other times hours.
    """

    at: str
    parts: list[Part]
    dead_letters: int | None
    forged: int
    access_waiting: int
    outbox_waiting: int
    checkpoints: list[SignedCheckpoint]
    building: list[BuildingViews]
    troubles: list[TroubleShown]


class MessageShown(BaseModel):
    """One message of a log; `recorded_at` is exact to the second for who is cleared, else to the hour."""

    position: int
    kind: Literal["record", "decision", "access"]
    recorded_at: str
    published: bool
    in_views: bool


class MessagesShown(BaseModel):
    """Messages of a log, the latest first; `earlier` and `later` end the pages beside this one, if there are any."""

    log: Literal["register", "access"]
    last: int
    exact_to: Literal["second", "hour"]
    messages: list[MessageShown]
    earlier: int | None
    later: int | None
