"""Policies, and what is compared of them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from domain.inclusion_policy import LISTS
from services.api.schemas.strict import Day, StrictRequest


class Compare(StrictRequest):
    """Which policies are compared, each by its name or as the whole text of its file, and for which day.

    `on` is an effective date, default today; `model` the text of a model of contacts, where it is not the shipped one;
    `lists` the figures for which the children behind them are wanted.
    """

    policies: Annotated[list[Annotated[str, StringConstraints(max_length=32_768)]], Field(min_length=1, max_length=10)]
    on: Day | None = None
    model: Annotated[str, StringConstraints(max_length=32_768)] | None = None
    lists: Annotated[list[Literal[LISTS]], Field(max_length=20)] = Field(  # type: ignore[valid-type]
        default=["not_listed_now", "not_listed_ever"]
    )


class AboutPolicy(BaseModel):
    """A policy by its name, and in a sentence."""

    name: str
    version: int
    title: str
    says: str


class Policies(BaseModel):
    """The policies that come with the product, and the one under which this directory runs."""

    policies: list[AboutPolicy]
    deployment: AboutPolicy
