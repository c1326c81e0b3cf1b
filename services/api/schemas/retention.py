"""What is due by the rules of retention, over HTTP."""

from typing import Literal

from pydantic import BaseModel, Field

DueAct = Literal["archive", "ask", "destroy"]
"""`ask`: a young person who may be a care leaver is asked whether to be kept on."""


class RetentionRule(BaseModel):
    """A rule, its law, and for how many children of the first page's counts what is due by it."""

    rule: str
    says: str
    law: str
    due: dict[DueAct, int] | None = None


class DueRule(BaseModel):
    """A rule that holds for a child since a day."""

    rule: str
    since: str
    act: DueAct


class DueChild(BaseModel):
    """A child of whom something is due, by all rules that hold; `held` where a legal hold stops it.

    `archive_on` is the earliest day on which a rule archives it, `destroy_on` six years later.
    """

    child: str
    act: DueAct
    archive_on: str | None
    destroy_on: str | None
    held: bool
    rules: list[DueRule]


class RetentionDue(BaseModel):
    """A page of what is due on a day.

    `total` and the numbers by rule are of all pages and come with the first, where the directory lists every child; a
    child counts for each rule that holds for it. `count` is that of the page. `left_out` names the agencies whose
    records count for nothing for now: who is held by one of them may be due only because that does not count.
    """

    on: str
    authority: str | None
    total: int | None = None
    rules: list[RetentionRule]
    children: list[DueChild]
    count: int
    more: bool
    left_out: list[str] = Field(default_factory=list)
