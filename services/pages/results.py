"""The results of a search, for a page: each child, and which criteria agree with what the answer shows of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from services.pages.entry import age_on

SHOWN = ("given_name", "family_name", "date_of_birth")
"""Criteria whose value an answer shows of each child; the others are only in the grade."""
SAME, OTHER, UNKNOWN = "same", "other", "unknown"


class Result(NamedTuple):
    """One child: `agrees` has for each criterion of SHOWN whether it is the same as the shown value; `unshown` has the
    other criteria."""

    found: Mapping[str, Any]
    age: int | None
    agrees: Mapping[str, str]
    unshown: Sequence[str]


class Results(NamedTuple):
    """Children, best first; whether there may be more, which criteria were not used, and whose records are left out."""

    children: Sequence[Result]
    too_many: bool
    not_used: Sequence[Mapping[str, str]]
    left_out: Sequence[str]


def results_shown(answer: Mapping[str, Any], criteria: Mapping[str, str], today: date) -> Results:
    """The results of an answer of `POST /children/search` to these criteria."""
    not_used = answer.get("not_used", [])
    used = {name: value for name, value in criteria.items() if name not in {each["criterion"] for each in not_used}}
    children = [_result(each, used, today) for each in answer["results"]]
    return Results(children, answer["too_many"], not_used, answer.get("left_out", []))


def _result(found: Mapping[str, Any], criteria: Mapping[str, str], today: date) -> Result:
    held = {**found["name"], "date_of_birth": found["date_of_birth"]}
    agrees = {name: _agreement(criteria[name], held[name]) for name in SHOWN if name in criteria}
    unshown = [name for name in criteria if name not in SHOWN]
    return Result(found, age_on(found["date_of_birth"], today), agrees, unshown)


def _agreement(criterion: str, held: str | None) -> str:
    if not held:
        return UNKNOWN
    return SAME if criterion.casefold() == held.casefold() else OTHER
