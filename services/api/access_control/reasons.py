"""The shape of bodies that say why: one that says nothing is denied, and recorded, like one that says too little."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Reasoned(BaseModel):
    """What every such body has. The field is required of clients; where it lacks it is read as an empty text."""

    model_config = ConfigDict(extra="forbid")

    reason: str

    @model_validator(mode="before")
    @classmethod
    def _nothing_said(cls, told: Any) -> Any:
        return {"reason": "", **told} if isinstance(told, dict) else told
