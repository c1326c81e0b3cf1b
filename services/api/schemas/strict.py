"""What every request's model shares: no field that is not known, and dates."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _iso_date(text: str) -> str:
    return date.fromisoformat(text).isoformat()


class StrictRequest(BaseModel):
    """A request's model that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")


Day = Annotated[str, AfterValidator(_iso_date)]
