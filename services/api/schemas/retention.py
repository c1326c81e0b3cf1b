"""What is due by the rules of retention, over HTTP."""

from typing import Literal

from pydantic import BaseModel, Field

from services.api.schemas.strict import StrictRequest
from services.submission_contract.decisions import MOST_OF_A_RUN, ChildId

DueAct = Literal["archive", "ask", "destroy", "return"]
"""`ask`: a young person who may be a care leaver is asked whether to be kept on; `return`: no rule archives it."""


RunAct = Literal["return", "archive", "propose", "destroy"]
"""What a run does."""


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

    `archive_on` is the earliest day since which a rule archives it, `archived_on` the day on which it was, if it was,
    and `destroy_on` six years after that, or after an earlier time there while a rule has held ever since.
    """

    child: str
    act: DueAct
    archive_on: str | None
    archived_on: str | None
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


class Run(StrictRequest):
    """A page of a run: the next children due on a day, behind the child `after`, of an authority, by default one's own.

    `act` is what is done: `return` brings back whom no rule archives any more, `archive` archives, `propose` proposes
    that who has been in the archive for six years is destroyed, and `destroy` destroys the `children` that are named,
    whom another data manager has proposed. With `dry_run` nothing is done; that of `destroy` needs no names, and finds
    who is proposed.
    """

    on: str
    act: RunAct = "archive"
    children: list[ChildId] | None = Field(default=None, min_length=1, max_length=MOST_OF_A_RUN)
    authority: str | None = None
    after: ChildId | None = None
    limit: int = Field(default=MOST_OF_A_RUN, ge=1, le=MOST_OF_A_RUN)
    dry_run: bool = False


class ToDestroy(BaseModel):
    """A child who is to be destroyed: when it was archived, when that was proposed, and what the run has done."""

    child: str
    archived_at: str | None
    proposed_at: str | None
    done: str | None


class RunDone(BaseModel):
    """What was done with the children of a page, and by which rules; or what is due of them, in a dry run.

    `done` counts those `archived`, `returned`, `proposed` and `destroyed`; in a dry run it counts what is due.
    `left_out` counts with whom nothing is done: `held` by a legal hold, to `ask` first, `elsewhere`: another
    authority's; and `undone`: an agency that holds the child is suspended, or it was decided otherwise meanwhile.
    `children` are those who are to be destroyed. `after` is given where there are more.
    """

    on: str
    act: RunAct
    authority: str | None
    dry_run: bool
    done: dict[str, int]
    by_rule: dict[str, dict[str, int]]
    left_out: dict[str, int]
    children: list[ToDestroy] = Field(default_factory=list)
    count: int
    after: str | None
