"""A child's directory entry."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.api.schemas.monitoring import EntryAccess
from services.api.schemas.search import Name


class ReportingRecord(BaseModel):
    """A record that reports a value, since when, and whether its agency no longer holds the child."""

    source: str
    subject: str
    since: str
    deregistered: bool


class Value(BaseModel):
    """A value of a field, and the records that report it; null where it is set aside and not for the reader."""

    value: str | dict[str, Any] | None
    said_by: list[ReportingRecord]


class Belief(BaseModel):
    """The values of a field: those believed, those that disagree with them, and those of records set aside."""

    believed: list[Value]
    disagreeing: list[Value]
    set_aside: list[Value]


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
    position: int | None
    as_of: str
    accesses: list[EntryAccess] | None = None
    archived_since: str | None = None
    warning: str | None = None
    left_out: list[str] = Field(default_factory=list)
    why: dict[str, Belief] | None = None
