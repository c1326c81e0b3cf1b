"""What the product publishes, as models that write its JSON Schemas; new fields and new event types may come."""

from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, Field, create_model

from domain.event import RegisterEvent

Time = Annotated[
    str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", json_schema_extra={"format": "date-time"})
]
StreamId = Annotated[str, Field(pattern="^[0-9a-f-]{36}$", json_schema_extra={"format": "uuid"})]


class Reason(BaseModel):
    """Why a submission had no effect. Texts never repeat a value that was sent."""

    field: Annotated[str, Field(description="the field it is about, by dotted path; empty for the whole message")]
    code: Annotated[str, Field(description="a stable word for programs")]
    message: Annotated[str, Field(description="a sentence for people")]


class ReceiptMessage(BaseModel):
    """The answer to a message of a submissions topic, or to several that can't be read and follow each other.

    One that is published again has the same `message`.
    """

    source: Annotated[str | None, Field(description="null where no registered agency is named")]
    submission: Annotated[str | None, Field(description="the submission's id, null where none could be read")]
    outcome: Literal["accepted", "duplicate", "refused", "invalid"]
    reasons: list[Reason]
    message: Annotated[str, Field(pattern=r"^[^/]+/\d+/\d+$", description="topic/partition/offset of what is answered")]
    recorded_at: Time
    position: Annotated[None, Field(description="null: positions are for data managers and auditors")]
    first: Annotated[
        str | None,
        Field(
            pattern=r"^[^/]+/\d+/\d+$",
            description="where it answers several messages: the first; `message` is the last",
        ),
    ] = None
    messages: Annotated[int | None, Field(ge=2, description="how many messages it answers, where not one alone")] = None


class Notice(BaseModel):
    """Tells a child's authority of a look, or data managers of an alarm or an enquiry; holds nothing personal."""

    kind: Literal["unscheduled-look", "override", "suspicions", "returns", "archive-enquiry"]
    child: Annotated[StreamId | None, Field(description="the child's number in the directory; none of suspicions")] = (
        None
    )
    time: Time
    action: Annotated[str | None, Field(description="what was asked for")] = None
    organisation: Annotated[str | None, Field(description="where the user works; null where that may not be told")] = (
        None
    )
    role: str | None = None
    reason_code: Annotated[str | None, Field(description="of the list of reasons")] = None
    position: Annotated[
        int | None, Field(ge=1, description="of the access event, by which an auditor finds the rest")
    ] = None
    investigation: Annotated[StreamId | None, Field(description="of an override, which has to be looked into")] = None
    until: Annotated[Time | None, Field(description="of an override: how long the child could be seen")] = None
    agency: Annotated[
        str | None,
        Field(
            description="of suspicions: whose records too many of are like shielded children's; null of a sensitive one"
        ),
    ] = None
    day: Annotated[str | None, Field(pattern=r"^\d{4}-\d\d-\d\d$", description="of suspicions: the day, of UTC")] = None


class Event(BaseModel):
    """One event of a log, in the structured JSON mode of CloudEvents 1.0; its record's key is the subject."""

    specversion: Literal["1.0"]
    id: str
    type: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+\.v[1-9]\d*$", description="name and version in the catalogue")]
    subject: Annotated[StreamId, Field(description="the stream; random, so nobody can compute it")]
    position: Annotated[int, Field(ge=1, description="the event's place in its log, without gaps")]
    version: Annotated[int, Field(ge=1, description="the event's place in its stream, without gaps")]
    source: Annotated[str, Field(description="who caused it; urn:agency:restricted stands for a sensitive agency")]
    time: Annotated[Time, Field(description="when it became true")]
    recordedat: Annotated[Time, Field(description="when the directory learnt it")]
    datacontenttype: Literal["application/json"]
    sealed: Annotated[str, Field(description="the personal fields, sealed, as base64; absent where there are none")] = (
        ""
    )
    data: Annotated[dict[str, Any], Field(description="what is not personal")]
    mac: Annotated[
        str,
        Field(description="base64 of the HMAC-SHA-256 over the rest, by which a reader who has the key believes it"),
    ]


def data_model(event: type[RegisterEvent]) -> type[BaseModel]:
    """The model of the `data` of an event: its clear fields."""
    hints = get_type_hints(event)
    fields: dict[str, Any] = {name: (hints[name], ...) for name in event.CLEAR}
    return create_model(event.__name__, **fields)
