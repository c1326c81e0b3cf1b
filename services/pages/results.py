"""What a search found, for a page: each child with what agrees of what was asked, by what the answer itself shows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from services.pages.entry import age_on

SHOWN = ("given_name", "family_name", "date_of_birth")
"""Criteria that an answer shows of each child; of the others it says nothing but the grade."""
SAME, OTHER, UNKNOWN = "same", "other", "unknown"


class Result(NamedTuple):
    """One child: `agrees` says of each criterion of SHOWN that was asked whether it is the same as is shown."""

    found: Mapping[str, Any]
    age: int | None
    agrees: Mapping[str, str]
    unsaid: Sequence[str]


class Results(NamedTuple):
    """Children, best first; whether there may be more, which criteria were not used, and whose records are left out."""

    children: Sequence[Result]
    too_many: bool
    not_used: Sequence[Mapping[str, str]]
    left_out: Sequence[str]


def results_shown(answer: Mapping[str, Any], asked: Mapping[str, str], today: date) -> Results:
    """The results of an answer of `POST /children/search` to these criteria."""
    not_used = answer.get("not_used", [])
    used = {name: value for name, value in asked.items() if name not in {each["criterion"] for each in not_used}}
    children = [_result(each, used, today) for each in answer["results"]]
    return Results(children, answer["too_many"], not_used, answer.get("left_out", []))


def _result(found: Mapping[str, Any], asked: Mapping[str, str], today: date) -> Result:
    held = {**found["name"], "date_of_birth": found["date_of_birth"]}
    agrees = {name: _agreement(asked[name], held[name]) for name in SHOWN if name in asked}
    unsaid = [name for name in asked if name not in SHOWN]
    return Result(found, age_on(found["date_of_birth"], today), agrees, unsaid)


def _agreement(asked: str, held: str | None) -> str:
    if not held:
        return UNKNOWN
    return SAME if asked.casefold() == held.casefold() else OTHER
