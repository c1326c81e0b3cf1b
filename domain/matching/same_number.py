"""Whether two reports under one number are about two people: checked before sending, never when records are placed."""

from typing import NamedTuple

from domain.matching.features import Features
from domain.matching.similarity import ABSENT, DIFFERS, INITIAL, PART, SAME, compare_dates, compare_names

_ONE_NAME = (SAME, PART, INITIAL, ABSENT)
_ONE_BIRTH = (SAME, ABSENT, "placeholder")


class Who(NamedTuple):
    """Given and family name, normalised, empty where unknown, and date of birth, ISO, or None."""

    given_name: str
    family_name: str
    date_of_birth: str | None


def who(features: Features) -> Who:
    """Who it is by the current name and the date of birth."""
    given, family = features.names[0] if features.names else ("", "")
    return Who(given, family, features.date_of_birth)


def are_two(one: Who, other: Who, *, over_time: bool) -> bool:
    """Whether both can't be one person.

    With `over_time` one was true later than the other. Names and days may have been corrected in between, so only
    another given name together with quite another date of birth means somebody else. Without it, what one system
    reports of one day must agree, except for the family name of somebody who is otherwise the same.
    """
    given = compare_names(one.given_name, other.given_name)
    born = _births(one.date_of_birth, other.date_of_birth)
    if over_time:
        return given == DIFFERS == born
    family_differs = compare_names(one.family_name, other.family_name) == DIFFERS
    return given not in _ONE_NAME or born not in _ONE_BIRTH or (family_differs and ABSENT in (given, born))


def _births(one: str | None, other: str | None) -> str:
    return compare_dates(one, other) if one and other else ABSENT
