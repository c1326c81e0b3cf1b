"""What becomes of submissions."""

from typing import Literal

from pydantic import BaseModel

Outcome = Literal["accepted", "duplicate", "refused", "invalid"]


class Reason(BaseModel):
    """Why a submission was not accepted."""

    field: str
    code: str
    message: str


class Receipt(BaseModel):
    """What became of one submission; its position in the log is for data managers and auditors, null for agencies.

    With `messages`, it is the answer to so many that follow each other, from `first` to `message`.
    """

    source: str | None
    submission: str | None
    outcome: Outcome
    reasons: list[Reason]
    message: str
    recorded_at: str
    position: int | None
    first: str | None = None
    messages: int | None = None


class Submitted(BaseModel):
    """How many submissions were taken, and where their receipts will be."""

    submitted: int
    receipts: str


class SubmissionOutcome(BaseModel):
    """What would become of one submission, and why."""

    submission: str | None
    outcome: Outcome
    reasons: list[Reason]


class Tried(BaseModel):
    """The answer to a dry run: nothing was sent."""

    dry_run: Literal[True]
    submissions: list[SubmissionOutcome]
