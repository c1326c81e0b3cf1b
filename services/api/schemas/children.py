"""The shapes of requests and answers, as the OpenAPI document shows them (contract §2 to §4)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from domain.authorization import Role
from domain.policy import LISTS
from domain.vocabulary import AUTHORITY_CODE
from services.api.access_control.reasons import Reasoned
from services.api.schemas.monitoring import EntryAccess

Outcome = Literal["accepted", "duplicate", "refused", "invalid"]


def _iso_date(text: str) -> str:
    return date.fromisoformat(text).isoformat()


SearchText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Criteria(_Request):
    """What is known of a child."""

    given_name: SearchText | None = None
    family_name: SearchText | None = None
    date_of_birth: Annotated[str, AfterValidator(_iso_date)] | None = None
    gender: Literal["male", "female", "other", "unknown"] | None = None
    postcode: SearchText | None = None
    nhs_number: SearchText | None = None
    upn: SearchText | None = None


MOST_FOUND = 50


class Search(Reasoned):
    """What is known of a child, why it is looked for, and how many are shown at most."""

    criteria: Criteria
    limit: Annotated[int, Field(ge=1, le=MOST_FOUND)] = MOST_FOUND


class Name(BaseModel):
    """A name in two parts."""

    given_name: str
    family_name: str


class Found(BaseModel):
    """One child that a search found.

    It is `certain` where all criteria agree, or an identifier and nothing is against it; `probable` where all agree at
    least closely; else `possible`. `score` is 1 where all agree, and smaller the less the child fits.
    """

    child: str
    name: Name
    date_of_birth: str | None
    score: float
    grade: Literal["certain", "probable", "possible"]


class SearchResult(BaseModel):
    """Children found, best first; `too_many` says that there are, or may be, more than are shown."""

    results: list[Found]
    too_many: bool


class Entry(BaseModel):
    """A directory entry: who a child is, who works with the child, and how to reach them."""

    model_config = ConfigDict(extra="allow")

    child: str
    name: Name
    other_names: list[dict[str, Any]]
    date_of_birth: str | None
    gender: str
    identifiers: dict[str, list[str]]
    addresses: list[dict[str, Any]]
    carers: list[dict[str, Any]]
    involvements: list[dict[str, Any]]
    flags: list[dict[str, Any]]
    records: list[dict[str, str]]
    education: dict[str, str | None] | None
    shielded: bool
    position: int
    as_of: str
    accesses: list[EntryAccess] | None = None
    warning: str | None = None


class HistoryEvent(BaseModel):
    """One thing that was ever said of a child."""

    position: int
    stream: str
    version: int
    type: str
    time: str
    recorded_at: str
    source: str
    data: dict[str, Any]
    caused_by: str | None


class History(BaseModel):
    """Everything that was ever said of a child, oldest first; of a shielded child nothing but that."""

    events: list[HistoryEvent]
    shielded: bool = False
    warning: str | None = None


class Look(BaseModel):
    """One look at personal data: by which right, and what was shown (up to which position), hidden and masked.

    What was sealed is null once its key is destroyed, and for a reader who is not cleared for sensitive services.
    """

    position: int
    type: str
    time: str
    recorded_at: str
    user: str | None
    reason: str | None
    action: str
    asked: dict[str, Any] | None
    children: list[str]
    count: int
    role: str | None
    effect: str | None
    rights: str | None
    reason_code: str | None
    shown: dict[str, int] | None
    hidden: list[dict[str, Any]] | None
    masked: list[dict[str, Any]] | None


class Looks(BaseModel):
    """Who looked at a child, latest first."""

    looks: list[Look]


class Side(BaseModel):
    """One of two that are compared: a child as its entry has it, or a record as its agency tells it."""

    name: Name
    other_names: list[dict[str, Any]]
    date_of_birth: str | None
    gender: str
    identifiers: dict[str, list[str]]
    addresses: list[dict[str, Any]]
    carers: list[str | None]
    records: list[dict[str, str]]


class Suspicion(BaseModel):
    """Two children who may be one; `why` says field by field how they compare, `rule` which rule suspects them."""

    left: str
    right: str
    score: float
    rule: str
    matcher: str
    why: dict[str, str]
    left_entry: Side
    right_entry: Side


class Contradiction(BaseModel):
    """Two records of one child that contradict each other; `why` says field by field how they compare."""

    child: str
    score: float
    rule: str
    matcher: str
    why: dict[str, str]
    left_record: Side
    right_record: Side


class Queue(BaseModel):
    """What a data steward has to decide, best score first: suspected pairs, then contradictions within a child."""

    pairs: list[Suspicion]
    contradictions: list[Contradiction]


class TwoChildren(Reasoned):
    """What is decided of two children, and why."""

    left: str
    right: str


class NamedRecord(_Request):
    """A record by the agency and its number for the child."""

    source: Annotated[str, StringConstraints(max_length=100, pattern=r"^urn:agency:[a-z0-9][a-z0-9-]{0,62}$")]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class Split(Reasoned):
    """The records that are somebody else's, and why; without them the latest merge into the child is undone."""

    child: str
    records: Annotated[list[NamedRecord], Field(min_length=1, max_length=50)] | None = None


class Decided(BaseModel):
    """A decision that holds: `child` stands, `other` is the absorbed, split-off or other child."""

    outcome: Literal["accepted"]
    decision: str
    position: int
    child: str
    other: str


class Why(Reasoned):
    """Why something is done."""


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


class Overridden(BaseModel):
    """A shielded child that may be seen until a moment, and what follows from that."""

    child: str
    until: str
    investigation: str
    warning: str


class Investigation(BaseModel):
    """An override that somebody has to look into, or has; what was sealed is null once its key is destroyed."""

    investigation: str
    child: str
    used_by: str | None
    used_at: str
    until: str
    reason: str | None
    closed_by: str | None
    closed_at: str | None
    findings: str | None
    position: int


class Investigations(BaseModel):
    """Overrides, oldest first."""

    investigations: list[Investigation]


class UnderWay(BaseModel):
    """A decision that was taken and is not seen yet, and where its receipt will be."""

    decision: str
    receipts: str


class ReportedChild(BaseModel):
    """A child on a report's list since a day; `status` is why, further fields depend on the report."""

    model_config = ConfigDict(extra="allow")

    child: str
    name: dict[str, str | None]
    date_of_birth: str | None
    authority: str | None
    since: str
    known_to: list[str]
    status: str


class ReportWarning(BaseModel):
    """What makes a list doubtful, and what to do."""

    model_config = ConfigDict(extra="allow")

    code: Literal["feed-quiet", "before-the-first-event"]
    message: str


class Report(BaseModel):
    """A page of who is on a list on a day; `more` where another page follows.

    `undecided` lack what others have, and may be one with somebody who has it: decide on the duplicate first.
    `withheld` came onto the list after a feed that it rests on fell silent, and are not listed.

    `education` and `follow_up` come with missing-education: children of school age by status, and of those listed how
    many are followed up. What is not about the children of a page is told on the first page alone.
    """

    report: str
    on: str
    authority: str | None
    children: list[ReportedChild]
    count: int
    statuses: dict[str, int]
    undecided: list[ReportedChild]
    withheld: int
    more: bool
    warnings: list[ReportWarning]
    education: dict[str, int] | None = None
    follow_up: dict[str, int] | None = None


class Reason(BaseModel):
    """Why a submission was not accepted."""

    field: str
    code: str
    message: str


class Receipt(BaseModel):
    """What became of one submission."""

    source: str | None
    submission: str | None
    outcome: Outcome
    reasons: list[Reason]
    message: str
    recorded_at: str
    position: int | None


class Submitted(BaseModel):
    """How many submissions were taken, and where their receipts will be."""

    submitted: int
    receipts: str


class DeadLetter(BaseModel):
    """A message that could not be taken; `letter` names one that could not be read, `raw` is base64 and not in lists.

    Without `letter`, a projection could not take a published message; it is applied once the cause is mended.
    """

    letter: str | None
    message: str
    code: str
    size: int | None
    recorded_at: str | None
    raw: str | None = None


class Compare(_Request):
    """Which policies are compared, each by its name or as the whole text of its file, and for which day.

    `on` is an effective date, default today; `model` the text of a model of contacts, where it is not the shipped one;
    `lists` the figures for which the children behind them are wanted.
    """

    policies: Annotated[list[Annotated[str, StringConstraints(max_length=32_768)]], Field(min_length=1, max_length=10)]
    on: Annotated[str, AfterValidator(_iso_date)] | None = None
    model: Annotated[str, StringConstraints(max_length=32_768)] | None = None
    lists: Annotated[list[Literal[LISTS]], Field(max_length=20)] = ["not_listed_now", "not_listed_ever"]  # type: ignore[valid-type]


class AboutPolicy(BaseModel):
    """A policy by its name, and in a sentence."""

    name: str
    version: int
    title: str
    says: str


class Policies(BaseModel):
    """The policies that come with the product, and the one under which this directory runs."""

    policies: list[AboutPolicy]
    deployment: AboutPolicy


UserName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{0,99}$")]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]
Day = Annotated[str, AfterValidator(_iso_date)]


class Grant(_Request):
    """What a user may from now on; the dates are the last days on which training, vetting and sign-off hold.

    `authority` is the ONS code of a local authority; without one the user works for the whole directory.
    """

    name: UserName
    display_name: Words | None = None
    role: Role
    organisation: Words
    authority: Annotated[str, StringConstraints(pattern=f"^{AUTHORITY_CODE}$")] | None = None
    trained_until: Day
    vetted_until: Day
    signed_off_until: Day


class Revocation(_Request):
    """The user whose right is taken away."""

    name: UserName


class Granted(BaseModel):
    """The user, and whether anything was changed."""

    user: str
    changed: bool


class UserShown(BaseModel):
    """A user as the register has it."""

    name: str
    display_name: str | None
    role: str
    organisation: str
    authority: str | None
    sensitive: bool
    trained_until: str
    vetted_until: str
    signed_off_until: str
    revoked: bool


class ProblemDetails(BaseModel):
    """An error (RFC 9457); `detail` says what is wrong and what to do."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
