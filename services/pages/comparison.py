"""Two children, or two records of one, side by side: who says what, and how the two compare field by field."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Fields = Mapping[str, Any]

SAME, PARTLY, DIFFERS, ONE_SIDE = "same", "partly", "differs", "one-side"


class Held(NamedTuple):
    """A value of a field, the agencies that report it, and whether it is not believed."""

    value: Any
    agencies: Sequence[str]
    is_doubted: bool


class Line(NamedTuple):
    """A field of both sides, and how they compare."""

    field: str
    left: Sequence[Held]
    right: Sequence[Held]
    how: str


class Weighed(NamedTuple):
    """How far two agree in a field, as the matcher says: a level, and its bits against each rival, where there are."""

    field: str
    level: str
    bits: Sequence[str]


def side_by_side(left: Fields, right: Fields, left_why: Fields | None, right_why: Fields | None) -> list[Line]:
    """The lines of two sides of the queue; `why` is what their entries say of who reports what, where it is known."""
    sides = [_held(side, why or {}) for side, why in ((left, left_why), (right, right_why))]
    lines = []
    for field in _FIELDS:
        one, other = (side[field] for side in sides)
        if one or other:
            lines.append(Line(field, one, other, _how(one, other)))
    return lines


def weighed(why: Mapping[str, str]) -> list[Weighed]:
    """What the matcher says of each field."""
    found = []
    for field, text in why.items():
        level, _, bits = text.partition(": ")
        found.append(Weighed(field, level, bits.split()))
    return found


_FIELDS = ("name", "other_names", "date_of_birth", "gender", "nhs_number", "upn", "addresses", "carers")


def _held(side: Fields, why: Fields) -> dict[str, list[Held]]:
    numbers = side["identifiers"]
    plain: dict[str, Sequence[Any]] = {
        "name": [side["name"]],
        "other_names": side["other_names"],
        "date_of_birth": [side["date_of_birth"]],
        "gender": [side["gender"]] if side["gender"] != "unknown" else [],
        "nhs_number": numbers["nhs_number"],
        "upn": numbers["upn"],
        "addresses": side["addresses"],
        "carers": side["carers"],
    }
    held = {field: list(_reported(why.get(field))) or list(_alone(values)) for field, values in plain.items()}
    known = {_key(each.value) for each in held["name"]}
    held["other_names"] = [each for each in held["other_names"] if _key(each.value) not in known]
    return held


def _reported(why: Fields | None) -> Iterable[Held]:
    """The values of a field, with the agencies that report each."""
    for standing in ("believed", "disagreeing", "set_aside"):
        for each in (why or {}).get(standing, ()):
            agencies = dict.fromkeys(record["source"] for record in each["said_by"])
            value = each["value"].get("name") if "relationship" in _keys(each["value"]) else each["value"]
            yield Held(value, list(agencies), standing != "believed")


def _alone(values: Iterable[Any]) -> Iterable[Held]:
    """The values that a side has, each once; an address names the agency that reports it."""
    found: dict[str, Held] = {}
    for value in values:
        if value and _key(value):
            known = found.get(_key(value))
            named = [value["source"]] if "source" in _keys(value) else []
            found[_key(value)] = Held(value, [*(known.agencies if known else ()), *named], False)
    return found.values()


def _how(left: Sequence[Held], right: Sequence[Held]) -> str:
    one, other = ({_key(each.value) for each in side} for side in (left, right))
    if not one or not other:
        return ONE_SIDE
    if one == other:
        return SAME
    return PARTLY if one & other else DIFFERS


def _keys(value: Any) -> Iterable[str]:
    return value if isinstance(value, Mapping) else ()


def _key(value: Any) -> str:
    """What makes two values one: the words of a name or an address, whoever reports it; empty where there are none."""
    if isinstance(value, Mapping):
        words = [value.get(part) for part in ("given_name", "family_name", "lines", "postcode")]
        return json.dumps(words).casefold() if any(words) else ""
    return str(value or "").casefold()
