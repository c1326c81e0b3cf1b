"""Which criteria of a search are not used, and why: placeholders for unknown values distinguish nobody.

It depends on the query alone, never on whom the directory holds.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.matching.normalise import normalise_postcode
from domain.matching.unknown import is_part_of_a_postcode

CALLED: Mapping[str, str] = {
    "given_name": "given name",
    "family_name": "family name",
    "date_of_birth": "date of birth",
    "gender": "gender",
    "postcode": "postcode",
    "nhs_number": "NHS number",
    "upn": "UPN",
}
"""The names of criteria in a sentence."""
UNKNOWN_VALUE, INCOMPLETE = "stands-for-unknown", "incomplete"
"""The codes for why a criterion is not used; wire format."""
_NAME = "such a name is written where none is known"
_NUMBER = "such a number is written where none is known"
_SAYS: Mapping[str, str] = {
    "given_name": _NAME,
    "family_name": _NAME,
    "gender": "only female and male tell children apart",
    "postcode": "such a postcode is written where none is known, or made up",
    "nhs_number": _NUMBER,
    "upn": _NUMBER,
}
_INCOMPLETE = "thousands live in a part of a postcode; give the whole one"


class Unused(NamedTuple):
    """A criterion that a search does not use; the message gives the reason and repeats nothing of its value."""

    criterion: str
    code: str
    message: str


def unused_criteria(criteria: Mapping[str, str], used: Iterable[str]) -> tuple[Unused, ...]:
    """Those of the criteria that are given and not used."""
    left = (name for name in CALLED if criteria.get(name) and name not in set(used))
    return tuple(_unused(name, criteria[name]) for name in left)


def in_a_sentence(unused: Iterable[Unused]) -> str:
    """What is not used, and why."""
    return "; ".join(f"the {CALLED[each.criterion]} is not used: {each.message}" for each in unused)


def _unused(criterion: str, value: str) -> Unused:
    if criterion == "postcode" and is_part_of_a_postcode(normalise_postcode(value)):
        return Unused(criterion, INCOMPLETE, _INCOMPLETE)
    return Unused(criterion, UNKNOWN_VALUE, _SAYS[criterion])
