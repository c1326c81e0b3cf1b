"""What a report lists and counts."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


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

    code: Literal["feed-quiet", "feed-left-out", "before-the-first-event"]
    message: str


class Report(BaseModel):
    """A page of who is on a list on a day; `more` where another page follows.

    `undecided` lack what others have, and may be one with somebody who has it: decide on the duplicate first.
    `withheld` came onto the list after a feed that it rests on fell silent, and are not listed.

    `education` and `follow_up` come with missing-education: children of school age by status, and of those listed how
    many are followed up. `as_of` comes where the list is as known at a moment. What is not about the children of a page
    is on the first page alone.
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
    as_of: str | None = None


class ReportMonth(BaseModel):
    """How many are on a list at the end of a day, and how many joined and left it since the row before."""

    on: str
    listed: int
    withheld: int
    joined: int | None
    left: int | None


class ReportMonths(BaseModel):
    """A list by month, counted and without a name; who is undecided is counted as listed."""

    report: str
    authority: str | None
    months: list[ReportMonth]
    warnings: list[ReportWarning]
