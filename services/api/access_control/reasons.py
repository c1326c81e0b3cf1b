"""The shape of bodies that state a reason: a missing one is denied and recorded like one that is too short."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Reasoned(BaseModel):
    """What every such body has. The field is required of clients; where it lacks it is read as an empty text."""

    model_config = ConfigDict(extra="forbid")

    reason: str

    @model_validator(mode="before")
    @classmethod
    def _missing_is_empty(cls, body: Any) -> Any:
        return {"reason": "", **body} if isinstance(body, dict) else body
