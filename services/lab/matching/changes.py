"""What other settings change: by how many bits each level of agreement weighs more or less."""

from collections.abc import Iterator
from math import log2
from typing import NamedTuple

from domain.matching import MatcherSettings
from domain.matching.evidence import FIELDS
from domain.matching.settings import LEVELS, Chances

RIVALS = ("relative", "namesake", "stranger")
TELLING = 0.05
"""Bits below which a change is none."""


class Weight(NamedTuple):
    """The bits for one child that a level gives against each of RIVALS, before and after."""

    field: str
    level: str
    old: tuple[float, float, float]
    new: tuple[float, float, float]


def changed_weights(old: MatcherSettings, new: MatcherSettings) -> Iterator[Weight]:
    """The levels whose weight changes."""
    for field in FIELDS:
        for level in LEVELS[field]:
            before, after = _bits(old.fields[field][level]), _bits(new.fields[field][level])
            if any(abs(one - other) >= TELLING for one, other in zip(before, after, strict=True)):
                yield Weight(field, level, before, after)


def changed_numbers(old: MatcherSettings, new: MatcherSettings) -> dict[str, tuple[float, float]]:
    """Rivals and thresholds that change, before and after, by `part.name`."""
    return {
        f"{part}.{name}": (before, after)
        for part in ("rivals", "thresholds")
        for name, before in getattr(old, part).model_dump().items()
        if (after := getattr(getattr(new, part), name)) != before
    }


def changed_names(old: MatcherSettings, new: MatcherSettings) -> dict[str, tuple[int, int]]:
    """How many common names are new, and how many are none any more; never a name."""
    return {
        kind: (len(after - before), len(before - after))
        for kind, before, after in (
            ("given", old.common_given_names, new.common_given_names),
            ("family", old.common_family_names, new.common_family_names),
        )
    }


def _bits(chances: Chances) -> tuple[float, float, float]:
    relative, namesake, stranger = (log2(chances.match / getattr(chances, rival)) for rival in RIVALS)
    return relative, namesake, stranger
