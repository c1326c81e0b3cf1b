"""How likely two records are one child: Fellegi and Sunter's weights, against two rivals instead of one.

Two records that are not one child are most often those of strangers; but those that look alike are most often those of
brothers and sisters, who share name, home and carers. So the evidence is weighed against both, and the one that explains
the agreement better counts: an address that siblings share tells nothing between them, a given name does.
"""

from collections.abc import Iterable, Mapping
from math import log2
from typing import NamedTuple

from domain.identity.features import Features, Name
from domain.identity.measures import (
    ABSENT,
    CLOSE,
    DIFFERS,
    SAME,
    SWAPPED,
    compare_dates,
    compare_estimated_dates,
    compare_homes,
    compare_names,
    compare_people,
    compare_sets,
    compare_values,
)
from domain.identity.settings import LEVELS, Chances, MatcherSettings

FIELDS = tuple(LEVELS)
NICKNAME, COMMON = "nickname", "common"
_APART = tuple(FIELDS.index(name) for name in ("given_name", "gender", "nhs_number", "upn"))
"""What tells twins apart."""
_LEAST = 2.0**-60
"""Keeps odds finite."""

Levels = tuple[str, ...]
"""The level of each of FIELDS, in their order."""


class Evidence(NamedTuple):
    """What a comparison gave: the probability that it is one child, and the bits that speak for it (or, below zero, against).

    `bits` leaves out how rare matches are; it is against the rival that explains the levels best. `contradicts` says that
    the two can't be in one child together.
    """

    probability: float
    bits: float
    contradicts: bool
    levels: Levels
    grown_up: bool = False


class Comparer:
    """Compares records by one version of the settings; pure, and safe to share between threads."""

    def __init__(self, settings: MatcherSettings) -> None:
        self.settings = settings
        self._weights = [_weights(settings.fields[name]) for name in FIELDS]
        self._given, self._family = self._weights[:2]
        self._common = settings.common_given_names, settings.common_family_names
        self._groups: dict[str, set[int]] = {}
        for number, group in enumerate(settings.nicknames):
            for name in group:
                self._groups.setdefault(name, set()).add(number)

    def compare(self, one: Features, other: Features) -> Evidence:
        """The evidence that two records are one child; the same whichever comes first."""
        given, family = self._names(one.names, other.names)
        postcode, address = compare_homes(one.homes, other.homes)
        return self.weigh(
            are_grown_up(one, other),
            (
                given,
                family,
                _dates(one, other),
                compare_values(one.gender, other.gender),
                compare_values(one.nhs_number, other.nhs_number),
                compare_values(one.upn, other.upn),
                postcode,
                address,
                compare_people(one.carers, other.carers),
                compare_sets(one.contacts, other.contacts),
            ),
        )

    def weigh(self, grown_up: bool, levels: Levels) -> Evidence:
        """The evidence of levels that a comparison gave, of two who are both `grown_up` or not."""
        relative = namesake = stranger = 0.0
        for weights, level in zip(self._weights, levels, strict=True):
            bits = weights[level]
            relative += bits[0]
            namesake += bits[1]
            stranger += bits[2]
        rivals = self.settings.rivals
        relatives = rivals.grown_up_relative if grown_up else rivals.relative
        against = relatives * 2.0**-relative + rivals.namesake * 2.0**-namesake + rivals.stranger * 2.0**-stranger
        bits, thresholds = min(relative, namesake, stranger), self.settings.thresholds
        contradicts = bits <= thresholds.contradiction or namesake <= thresholds.namesakes
        return Evidence(1 / (1 + max(against, _LEAST)), bits, contradicts, levels, grown_up)

    def completed(self, evidence: Evidence, others: Iterable[Evidence]) -> Evidence:
        """Evidence about a child from its best record, and where that leaves open what tells twins apart, its others.

        A record without a given name fits any twin; whether this is the one, the twin's other records know.
        """
        told = list(evidence.levels)
        for number in _APART:
            if told[number] == ABSENT:
                weights = self._weights[number]
                known = [other.levels[number] for other in others if other.levels[number] != ABSENT]
                told[number] = max(known, key=lambda level: weights[level][0], default=ABSENT)
        return evidence if tuple(told) == evidence.levels else self.weigh(evidence.grown_up, tuple(told))

    def explain(self, evidence: Evidence) -> dict[str, str]:
        """Of each field that tells something its level and its bits against strangers and relatives; never a value."""
        told = {}
        for name, weights, level in zip(FIELDS, self._weights, evidence.levels, strict=True):
            if level != ABSENT:
                relative, namesake, stranger = weights[level]
                told[name] = f"{level}: {relative:+.1f} {namesake:+.1f} {stranger:+.1f}"
        return told

    def _names(self, some: tuple[Name, ...], others: tuple[Name, ...]) -> tuple[str, str]:
        """The levels of given and family name of the two names that agree best."""
        best = ABSENT, ABSENT
        weight: float | None = None
        for name in some:
            for other in others:
                levels = self._name(name, other)
                bits = self._given[levels[0]][-1] + self._family[levels[1]][-1]
                if weight is None or bits > weight:
                    best, weight = levels, bits
        return best

    def _name(self, one: Name, other: Name) -> tuple[str, str]:
        given, family = one
        other_given, other_family = other
        if given == other_given and family == other_family:
            return self._same(0, given), self._same(1, family)
        levels = compare_names(given, other_given), compare_names(family, other_family)
        if (levels[0] == DIFFERS and levels[1] in (DIFFERS, ABSENT)) or levels[1] == DIFFERS:
            crossed = compare_names(given, other_family), compare_names(family, other_given)
            if crossed[0] in (SAME, CLOSE) and crossed[1] in (SAME, CLOSE):
                return SWAPPED, SWAPPED
        if levels[0] not in (SAME, ABSENT) and self._are_nicknames(given, other_given):
            levels = NICKNAME, levels[1]
        return (
            self._same(0, given) if levels[0] == SAME else levels[0],
            self._same(1, family) if levels[1] == SAME else levels[1],
        )

    def _same(self, field: int, name: str) -> str:
        return ABSENT if not name else COMMON if name in self._common[field] else SAME

    def _are_nicknames(self, one: str, other: str) -> bool:
        groups = self._groups.get(one.partition(" ")[0])
        return groups is not None and not groups.isdisjoint(self._groups.get(other.partition(" ")[0], ()))


def are_grown_up(one: Features, other: Features) -> bool:
    """Whether who are compared are grown up, as far as it is known."""
    known = [features.grown_up for features in (one, other) if features.date_of_birth is not None]
    return bool(known) and all(known)


def _dates(one: Features, other: Features) -> str:
    if one.date_of_birth is None or other.date_of_birth is None:
        return ABSENT
    if one.date_of_birth != other.date_of_birth and (one.estimated or other.estimated):
        return compare_estimated_dates(one.date_of_birth, other.date_of_birth)
    return compare_dates(one.date_of_birth, other.date_of_birth)


def _weights(levels: Mapping[str, Chances]) -> dict[str, tuple[float, float, float]]:
    """Bits for a match, against a relative, a namesake and a stranger, by level."""
    told = {
        level: (log2(c.match / c.relative), log2(c.match / c.namesake), log2(c.match / c.stranger))
        for level, c in levels.items()
    }
    return {**told, ABSENT: (0.0, 0.0, 0.0)}
