"""The suspension of an agency."""

from typing import Literal

from pydantic import BaseModel

from services.api.schemas.strict import StrictRequest
from services.submission_contract.submission import Moment


class Suspension(StrictRequest):
    """Whether what the agency reported is set aside too: all, or what was recorded since a moment."""

    set_aside: bool = False
    since: Moment | None = None


class Resumption(StrictRequest):
    """Whether the removals that were taken back stay so; else they hold again."""

    without_removals: bool = False


class AgencyDecided(BaseModel):
    """A decision on an agency that holds; its position is null while the views do not show it yet.

    `kafka_rights` tells how the agency's rights in Kafka follow, which the API can neither end nor give back, and
    `removals` what becomes of the records that it removed; null where nothing of it is set aside.
    """

    outcome: Literal["accepted"]
    decision: str
    position: int | None
    agency: str
    suspended: bool
    kafka_rights: str
    removals: str | None
