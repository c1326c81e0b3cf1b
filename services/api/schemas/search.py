"""What is searched for, and what is found."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.api.access_control.reasons import Reasoned
from services.api.schemas.strict import Day, StrictRequest

SearchText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class Criteria(StrictRequest):
    """What is known of a child."""

    given_name: SearchText | None = None
    family_name: SearchText | None = None
    date_of_birth: Day | None = None
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


class NotUsed(BaseModel):
    """A criterion that tells nobody apart, because it is written for not knowing or is a part only."""

    criterion: Literal["given_name", "family_name", "date_of_birth", "gender", "postcode", "nhs_number", "upn"]
    code: Literal["stands-for-unknown", "incomplete"]
    message: str


class SearchResult(BaseModel):
    """Children found, best first; `too_many` says that there are, or may be, more than are shown.

    `not_used` is there where some of the criteria were not used; it depends on the criteria alone. `left_out` names
    the agencies whose records count for nothing for now, whoever is sought: who is found by them alone is not.
    """

    results: list[Found]
    too_many: bool
    not_used: list[NotUsed] = Field(default_factory=list)
    left_out: list[str] = Field(default_factory=list)
