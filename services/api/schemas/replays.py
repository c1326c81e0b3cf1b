"""What a replay requests before it writes, and what it may write."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.api.schemas.strict import StrictRequest

MOST_AT_ONCE = 1_000


class Replay(StrictRequest):
    """The moment that is replayed, and the children of whom something is to be written next."""

    as_of: str
    children: Annotated[list[UUID], Field(max_length=MOST_AT_ONCE, default_factory=list)]


class PastAccessQuery(StrictRequest):
    """Which entry of a child a user could have been shown at a moment."""

    as_of: str
    user: Annotated[str, Field(min_length=1, max_length=100)]
    child: UUID


class Replayed(BaseModel):
    """The children who may be written, the look at whom is recorded; `cleared`: with sensitive services."""

    as_of: str
    cleared: bool
    children: list[str]
