"""What a data manager tries, and what would become of it."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.api.access_control.reasons import Reasoned
from services.api.schemas.submissions import SubmissionOutcome

MOST_AT_ONCE = 20


class DryRun(Reasoned):
    """Submissions as agencies would send them, and why they are tried."""

    submissions: list[dict[str, Any]]


class Near(BaseModel):
    """A child near a submission: `score` is how likely it is the same, `rule` as in the queue of duplicates."""

    child: str
    as_: Literal["join", "stay", "merge", "queue"] = Field(alias="as")
    rule: str | None
    score: float | None


class PlacedOne(SubmissionOutcome):
    """What would become of one submission, and of the child that it describes.

    It would `join` a child, `stay` with the one that its record is of, be a new child beside others in the `queue`,
    or a `new` one with nobody like it. None where it is not compared: it is not accepted, describes nobody, or
    comes from a sensitive service.
    """

    would: Literal["join", "stay", "queue", "new"] | None
    children: list[Near]


class Placed(BaseModel):
    """The answer to a data manager's dry run: nothing was sent."""

    dry_run: Literal[True]
    submissions: list[PlacedOne]
