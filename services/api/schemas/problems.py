"""Errors."""

from pydantic import BaseModel, ConfigDict, Field


class ProblemDetails(BaseModel):
    """An error (RFC 9457); `detail` says what is wrong and what to do."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
