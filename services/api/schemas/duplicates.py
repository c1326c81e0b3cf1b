"""The queue of possible duplicates, and what is decided of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.api.access_control.reasons import Reasoned
from services.api.schemas.search import Name
from services.api.schemas.strict import StrictRequest


class Side(BaseModel):
    """One of two that are compared: a child as its entry has it, or a record as its agency reports it."""

    name: Name
    other_names: list[dict[str, Any]]
    date_of_birth: str | None
    gender: str
    identifiers: dict[str, list[str]]
    addresses: list[dict[str, Any]]
    carers: list[str | None]
    records: list[dict[str, str]]


class Suspicion(BaseModel):
    """Two children who may be one; `why` says field by field how they compare, `rule` which rule suspects them.

    `since` is when the record that began it was recorded.
    """

    left: str
    right: str
    score: float
    rule: str
    matcher: str
    since: str | None
    why: dict[str, str]
    left_entry: Side
    right_entry: Side


class SetAside(BaseModel):
    """The record of a pair that is set aside, and whose; the number is null where the child is shielded."""

    side: Literal["left", "right"]
    source: str
    subject: str | None


class Contradiction(BaseModel):
    """Two records of one child that contradict each other; `why` says field by field how they compare.

    The one that is `set_aside` does not count for who the child is, until it fits again or is split off.
    """

    child: str
    score: float
    rule: str
    matcher: str
    why: dict[str, str]
    left_record: Side
    right_record: Side
    set_aside: SetAside | None


class Waiting(BaseModel):
    """An agency whose records are like those of shielded children: how many wait, and `since` when the oldest.

    So many as are `withheld` wait behind the queue, for the agency has sent more than are taken of one within a day.
    """

    source: str
    records: int
    withheld: int
    since: str


class Queue(BaseModel):
    """What a data steward has to decide, best score first: suspected pairs, then contradictions within a child.

    `like_shielded`, on the first page, lists for the custodian of shields whose records wait, and since when.
    """

    pairs: list[Suspicion]
    contradictions: list[Contradiction]
    like_shielded: list[Waiting]


class TwoChildren(Reasoned):
    """What is decided of two children, and why."""

    left: str
    right: str


class NamedRecord(StrictRequest):
    """A record by the agency and its number for the child."""

    source: Annotated[str, StringConstraints(max_length=100, pattern=r"^urn:agency:[a-z0-9][a-z0-9-]{0,62}$")]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class Split(Reasoned):
    """The records that are somebody else's, and why; without them the latest merge into the child is undone.

    `other` may name the child whose merge is to be undone, so that none is undone that came after it.
    """

    child: str
    other: str | None = None
    records: Annotated[list[NamedRecord], Field(min_length=1, max_length=50)] | None = None


class OneRecord(Reasoned):
    """The record of a child that is decided on, and why."""

    child: str
    record: NamedRecord
