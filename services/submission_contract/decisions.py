"""A data steward's decision as a message of its topic, which only the API may write."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

import orjson
from pydantic import BaseModel, Field, StringConstraints

from domain.child.new_identity import Ground
from domain.source_record.command import Command
from domain.vocabulary import LONGEST_REASON, SHORTEST_REASON, STEWARDSHIP_SOURCE
from services.submission_contract.reading import Invalid, read
from services.submission_contract.submission import (
    MAX_ITEMS,
    PRINTABLE,
    Authority,
    IsoDate,
    Moment,
    Reference,
    Submission,
    Text,
)

ChildId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A child's number in its one spelling."""
StatedReason = Annotated[
    str, StringConstraints(min_length=SHORTEST_REASON, max_length=LONGEST_REASON, pattern=PRINTABLE)
]
"""The reason that a steward states for a decision."""


AgencyCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""The code of an agency of the register."""


MOST_OF_A_RUN = 100
"""Children of one decision of a run."""


class DecisionType(StrEnum):
    """The types of a steward's decision.

    MERGE: the right child is the left one, which survives. SPLIT: records of a child are about somebody else. DISMISS:
    two children are not one. A shield hides a child's whereabouts: it is applied, kept at a review, handed over to
    another authority's care, or lifted. An agency is suspended, or
    resumed. A record is removed, whosever it is. A new identity is requested by one and confirmed by another; a record
    that was closed for naming who such a child was is opened. A record that is set aside is accepted, or that is taken
    back. All of a child is destroyed, or one record of it; a legal
    hold, which stops that, is placed or lifted. A run of retention archives children, brings them back or destroys
    them, as the rules have it of each.
    """

    MERGE = "children.merged"
    SPLIT = "child.split"
    DISMISS = "match.dismissed"
    SHIELD_APPLY = "shield.apply"
    SHIELD_REVIEW = "shield.review"
    SHIELD_HAND_OVER = "shield.hand-over"
    SHIELD_LIFT = "shield.lift"
    AGENCY_SUSPEND = "agency.suspend"
    AGENCY_RESUME = "agency.resume"
    RECORD_REMOVE = "record.remove"
    NEW_IDENTITY_REQUEST = "new-identity.request"
    NEW_IDENTITY_CONFIRM = "new-identity.confirm"
    RECORD_OPEN = "record.open"
    RECORD_ACCEPT = "record.accept"
    RECORD_SET_ASIDE = "record.set-aside"
    ERASE = "child.erase"
    HOLD_PLACE = "hold.place"
    HOLD_LIFT = "hold.lift"
    RETENTION_RUN = "retention.run"


class _Data(BaseModel):
    model_config = Submission.model_config

    decided_by: Text
    reason: StatedReason


class TwoChildren(_Data):
    """Two children, which are merged or found to be two."""

    left: ChildId
    right: ChildId


class NamedRecord(BaseModel):
    """A record by the agency's own number for the child."""

    model_config = Submission.model_config

    source: Annotated[str, StringConstraints(pattern=r"^urn:agency:[a-z0-9][a-z0-9-]{0,62}$")]
    subject: Reference


class Split(_Data):
    """The records that leave a child; without them, those that the child `undone` brought, or its latest merge."""

    child: ChildId
    undone: ChildId | None = None
    records: Annotated[list[NamedRecord], Field(min_length=1, max_length=MAX_ITEMS)] | None = None


class OneChild(_Data):
    """The child whose shield is decided on."""

    child: ChildId


class Custody(OneChild):
    """A child, and the authority by its ONS code that takes care of its shield from now on."""

    custodian: Authority | None


class OneRecord(OneChild):
    """A record of a child, which is decided on."""

    record: NamedRecord


class Destruction(OneChild):
    """A child that is destroyed, or one record of it."""

    record: NamedRecord | None = None


class RetentionRun(_Data):
    """Children of whom something is due by the rules of retention on a day, and what the run is for."""

    children: Annotated[list[ChildId], Field(min_length=1, max_length=MOST_OF_A_RUN)]
    on: IsoDate
    act: Literal["return", "archive", "propose", "destroy"]


class Confirmation(OneChild):
    """A child that begins anew as somebody else, and why, and nothing else."""

    reason: Ground


class NewIdentity(Confirmation):
    """The numbers under which agencies will register the child as who it is now."""

    expected: Annotated[list[NamedRecord], Field(max_length=MAX_ITEMS)] = Field(default_factory=list)


class OneAgency(_Data):
    """The agency, by its code, that is decided on."""

    agency: AgencyCode


class Suspension(OneAgency):
    """An agency, and whether what it reported is set aside: all, or what was recorded from the moment `since` on."""

    set_aside: bool = False
    since: Moment | None = None


class Resumption(OneAgency):
    """An agency, and whether what it removed, and was restored for that, stays so."""

    without_removals: bool = False


Data = TypeVar("Data", bound=_Data)


class Envelope(Submission):
    """The envelope of a steward's decision: that of a submission, with a source of its own."""

    source: Literal["urn:contactpoint:stewardship"]


class Decision(Envelope, Generic[Data]):
    """A steward's decision; its type says which data it has."""

    type: str
    data: Data


MODELS: Mapping[str, type[Envelope]] = {
    DecisionType.MERGE: Decision[TwoChildren],
    DecisionType.SPLIT: Decision[Split],
    DecisionType.DISMISS: Decision[TwoChildren],
    DecisionType.SHIELD_APPLY: Decision[Custody],
    DecisionType.SHIELD_REVIEW: Decision[OneChild],
    DecisionType.SHIELD_HAND_OVER: Decision[Custody],
    DecisionType.SHIELD_LIFT: Decision[OneChild],
    DecisionType.AGENCY_SUSPEND: Decision[Suspension],
    DecisionType.AGENCY_RESUME: Decision[Resumption],
    DecisionType.NEW_IDENTITY_REQUEST: Decision[NewIdentity],
    DecisionType.NEW_IDENTITY_CONFIRM: Decision[Confirmation],
    DecisionType.RECORD_OPEN: Decision[OneRecord],
    DecisionType.RECORD_REMOVE: Decision[OneRecord],
    DecisionType.RECORD_ACCEPT: Decision[OneRecord],
    DecisionType.RECORD_SET_ASIDE: Decision[OneRecord],
    DecisionType.ERASE: Decision[Destruction],
    DecisionType.HOLD_PLACE: Decision[OneChild],
    DecisionType.HOLD_LIFT: Decision[OneChild],
    DecisionType.RETENTION_RUN: Decision[RetentionRun],
}
"""The model of each type of decision."""


def read_decision(value: bytes | None) -> Command | Invalid:
    """The decision in a message's value, or everything that is wrong with it."""
    return read(value, MODELS, Envelope)


def decision(id_: str, kind: DecisionType, child: str, time: str, data: Mapping[str, Any]) -> bytes:
    """A decision as a message's value; `id_` is that of the access log's event of the look that it follows from.

    `child` is whom it is about, for the order on the topic.
    """
    envelope = {"specversion": "1.0", "id": id_, "source": STEWARDSHIP_SOURCE, "type": kind.value}
    return orjson.dumps({**envelope, "subject": child, "time": time, "data": dict(data)})
