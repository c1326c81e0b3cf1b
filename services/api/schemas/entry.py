"""A child's directory entry."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from services.api.schemas.monitoring import EntryAccess
from services.api.schemas.search import Name


class Entry(BaseModel):
    """A directory entry: who a child is, who works with the child, and how to reach them."""

    model_config = ConfigDict(extra="allow")

    child: str
    name: Name
    other_names: list[dict[str, Any]]
    date_of_birth: str | None
    gender: str
    identifiers: dict[str, list[str]]
    addresses: list[dict[str, Any]]
    carers: list[dict[str, Any]]
    involvements: list[dict[str, Any]]
    flags: list[dict[str, Any]]
    records: list[dict[str, str]]
    education: dict[str, str | None] | None
    shielded: bool
    position: int | None
    as_of: str
    accesses: list[EntryAccess] | None = None
    warning: str | None = None
