"""The shapes of access reports, of documents for applicants, and of their requests."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.api.access_control.reasons import Reasoned

FreeText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=3, max_length=2_000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"
    ),
]
"""A request or its answer, in own words; lines may end in it."""
Applicants = Literal["child", "carer", "other"]
Kinds = Literal["correction", "objection"]
Outcomes = Literal["upheld", "partly-upheld", "refused", "withdrawn"]


class AccessReport(BaseModel):
    """What stands out in the looks of a period; see docs/watching.md for what each part shows and what not."""

    model_config = ConfigDict(extra="allow")

    looks: int
    look_ups: int
    users: int
    unreadable: int
    same_name: list[dict[str, Any]]
    same_address: list[dict[str, Any]]
    unfollowed: dict[str, Any]
    overrides: list[dict[str, Any]]
    out_of_hours: dict[str, Any]
    unusual_volume: dict[str, Any]
    denied: dict[str, Any]
    suspicions: list[dict[str, Any]]


class UserLook(BaseModel):
    """One look: when, at whom (children whom the reader may know of), and by which right and reason.

    `position` is that in the access log, for those who may count events; null for others.
    """

    position: int | None
    when: str
    action: str
    role: str | None
    reason_code: str | None
    children: list[str]


class UserLooks(BaseModel):
    """What one user looked at from one day to another, latest first."""

    model_config = ConfigDict(populate_by_name=True)

    user: str
    first: Annotated[str, Field(alias="from")]
    last: Annotated[str, Field(alias="to")]
    looks: list[UserLook]


class SubjectAccess(BaseModel):
    """What is held of a child, as an applicant may have it; which parts there are depends on who asks."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    child: str
    made_at: str
    applicant: Annotated[Applicants, Field(alias="for")]
    about: dict[str, Any]
    shown: list[dict[str, Any]]
    retention: dict[str, Any]
    left_out: list[dict[str, str]]


class NewCorrection(Reasoned):
    """What somebody wants corrected, or objects to; who requests it, and why this is taken down."""

    kind: Kinds
    asked_by: Applicants
    text: FreeText


class AnswerRequest(Reasoned):
    """How a request ends, and the answer to who made it."""

    outcome: Outcomes
    text: FreeText


class RequestTaken(BaseModel):
    """A request or an answer that is recorded."""

    request: str
    child: str
    position: int
    recorded_at: str


class RequestAnswer(BaseModel):
    """How a request ended."""

    outcome: Outcomes
    text: str | None
    answered_by: str | None
    recorded_at: str


class CorrectionRequest(BaseModel):
    """A request; `due` is the day by which the law wants an answer."""

    request: str
    child: str
    kind: Kinds
    asked_by: Applicants
    text: str | None
    taken_by: str | None
    recorded_at: str
    due: str
    overdue: bool
    status: Literal["open", "answered"]
    answer: RequestAnswer | None


class Requests(BaseModel):
    """Requests, the oldest first."""

    requests: list[CorrectionRequest]


class EntryAccess(BaseModel):
    """A look at an entry, as it is shown beside the entry; `user` for auditors only."""

    model_config = ConfigDict(extra="allow")

    when: str
    action: str
    role: str | None
    organisation: str | None
    reason_code: str | None
