"""How likely two records are one child: Fellegi and Sunter's weights, against three rivals instead of one.

Two records that are not one child are most often those of strangers. But those that look alike are most often those of
brothers and sisters, who share family name, home and carers, or of namesakes, who share name and birthday. So evidence
is weighed against all three, and the rival that explains it best counts most: an address that siblings share
does not distinguish them, a given name does.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from math import log2
from typing import NamedTuple, Self

from domain.matching.features import Features, Name
from domain.matching.settings import LEVELS, Chances, MatcherSettings
from domain.matching.similarity import (
    ABSENT,
    CLOSE,
    DIFFERS,
    PART,
    SAME,
    SIMILAR,
    SWAPPED,
    compare_dates,
    compare_estimated_dates,
    compare_given_names,
    compare_homes,
    compare_names,
    compare_numbers,
    compare_people,
    compare_sets,
    compare_upns,
    compare_values,
    differ_in_second_names,
)

FIELDS = tuple(LEVELS)
_NOTHING_ELSE = (ABSENT,) * (len(FIELDS) - 3)
"""The levels of the fields that are not compared where neither given name nor date of birth agrees at all."""
_CROSSING = (SAME, CLOSE, SIMILAR, PART)
"""The levels at which a given and a family name count as swapped."""
_NO_SUPPORT = (ABSENT, DIFFERS, "near", "placeholder", "estimated", PART)
_RESEMBLES = (SAME, "common", "nickname", PART, CLOSE, SWAPPED)
"""The levels at which two given names may be names of one child."""
NICKNAME, COMMON = "nickname", "common"
_ANOTHER_BIRTHDAY = ("typing", "near", DIFFERS)
_SAME_NAME, _NO_NAME = (SAME, COMMON, SWAPPED), (ABSENT, DIFFERS)
_NHS_NUMBER, _UPN = FIELDS.index("nhs_number"), FIELDS.index("upn")
REGISTERS_ONCE = 3.0
"""From so many relatives for each match within one agency on, it registers a child once, with one name and home."""
REMEMBERED = 100_000
"""Combinations of levels whose evidence is cached."""
_LEAST = 2.0**-60
"""Keeps odds finite."""

Levels = tuple[str, ...]
"""The level of each of FIELDS, in their order."""


class Evidence(NamedTuple):
    """The result of a comparison: the probability that it is one child, and the bits for or, below zero, against it.

    `bits` leaves out how rare matches are; it is against the rival that explains the levels best. `contradicts` is True
    if the two can't be in one child together. `by_homes` is True if only two homes contradict, `by_weight` if only the
    weights do: neither a number, nor a twin's name, nor two records of one agency.
    """

    probability: float
    bits: float
    contradicts: bool
    levels: Levels
    by_homes: bool = False
    by_weight: bool = False


class Comparer:
    """Compares records by one version of the settings; pure, and safe to share between threads."""

    def __init__(self, settings: MatcherSettings) -> None:
        self.settings = settings
        self._strangers = settings.rivals.stranger
        self._weights = [_weights(settings.fields[name]) for name in FIELDS]
        self._given, self._family = self._weights[:2]
        self._remember()
        self._common = settings.common_given_names, settings.common_family_names
        self._groups: dict[str, set[int]] = {}
        for number, group in enumerate(settings.nicknames):
            for name in group:
                self._groups.setdefault(name, set()).add(number)
        further = settings.given_names
        self._borne = further | settings.common_given_names | self._groups.keys() if further else further

    def among(self, records: int) -> Self:
        """The comparer for a directory of so many records, any of which may be of a stranger who looks alike."""
        rivals = self.settings.rivals
        strangers = max(rivals.stranger, rivals.stranger_of_each_record * 2.0 ** records.bit_length())
        if strangers == self._strangers:
            return self
        larger = copy(self)
        larger._strangers = strangers
        larger._remember()
        return larger

    def compare(self, one: Features, other: Features) -> Evidence:
        """The evidence that two records are one child; the same whichever comes first."""
        given, family = self._names(one.names, other.names)
        born = _dates(one, other)
        relatives = self._relatives(one, other)
        if given == DIFFERS == born and relatives >= 1 and not _share_a_number(one, other):
            return self.weigh((given, family, born, *_NOTHING_ELSE), relatives)
        evidence = self.weigh((given, family, born, *_rest(one, other)), relatives)
        if not one.source == other.source != "" or relatives < 1 or (evidence.contradicts and not evidence.by_weight):
            return evidence
        if evidence.levels[_UPN] == DIFFERS:
            return evidence._replace(contradicts=True, by_weight=False)
        if not self.distinguishes(one, other):
            return evidence
        if _are_held_by_two_names(evidence.levels):
            return evidence._replace(contradicts=True, by_weight=False)
        if _have_two_homes(evidence.levels):
            return evidence._replace(contradicts=True, by_homes=not evidence.contradicts, by_weight=False)
        return evidence

    def distinguishes(self, one: Features, other: Features) -> bool:
        """Whether one agency holds both and registers each child once, so that they are two children as a rule."""
        return one.source == other.source != "" and self.settings.rivals.relative_in_one_agency >= REGISTERS_ONCE

    def speak_against(self, against: Sequence[Evidence], found: Iterable[Evidence]) -> bool:
        """Whether the evidence `against` keeps two children separate, of all that was `found` between their records.

        Contradictions by weight alone are outvoted where as many other pairs are certain as the settings require.
        """
        thresholds = self.settings.thresholds
        if not against or not thresholds.outvote or not all(each.by_weight for each in against):
            return bool(against)
        certain = sum(each.probability >= thresholds.certain and not each.contradicts for each in found)
        return certain < thresholds.outvote * len(against)

    def contradict(self, found: Evidence, one: Features, other: Features, of_child: Iterable[Features]) -> bool:
        """Whether two records with this evidence can't be in one child with the others `of_child`.

        Records with two homes in one agency are of one child where another agency confirms both: the home of one and
        the carers of the other, for example.
        """
        return found.contradicts and not (
            found.by_homes and any(each.source != one.source and self._bears_out(each, one, other) for each in of_child)
        )

    def _bears_out(self, witness: Features, *two: Features) -> bool:
        found = [self.compare(witness, each) for each in two]
        return all(
            each.probability >= self.settings.thresholds.certain
            and not each.contradicts
            and _have_somebody_in_common(each.levels)
            for each in found
        )

    def may_be_twins(self, found: Evidence, one: Features, other: Features) -> bool:
        """Whether two records with this evidence may be twins by their names, and share no number."""
        return found.levels[0] != ABSENT and _may_be_twins(found.levels, self._relatives(one, other))

    def levels(self, one: Features, other: Features) -> Levels:
        """The level of every field, even where a few fields suffice for a decision."""
        return (*self._names(one.names, other.names), _dates(one, other), *_rest(one, other))

    def _remember(self) -> None:
        """Caches the weighing and explaining of levels: few combinations occur, each very often."""
        self._weighed = lru_cache(maxsize=REMEMBERED)(self._weigh)
        self._explained = lru_cache(maxsize=REMEMBERED)(self._explain)

    def weigh(self, levels: Levels, relatives: float) -> Evidence:
        """The evidence of these levels, where there are so many relatives for each match."""
        return self._weighed(levels, relatives)

    def _relatives(self, one: Features, other: Features) -> float:
        rivals = self.settings.rivals
        if are_grown_up(one, other):
            return rivals.grown_up_relative
        return rivals.relative_in_one_agency if are_of_one_agency(one, other) else rivals.relative

    def _weigh(self, levels: Levels, relatives: float) -> Evidence:
        relative = namesake = stranger = 0.0
        for weights, level in zip(self._weights, levels, strict=True):
            against = weights[level]
            relative += against[0]
            namesake += against[1]
            stranger += against[2]
        rivals, thresholds = self.settings.rivals, self.settings.thresholds
        odds_of_a_relative = relatives * 2.0**-relative
        of_name = self._given[levels[0]][-1] + self._family[levels[1]][-1]
        odds_against = (
            odds_of_a_relative
            + rivals.namesake * 2.0**-namesake
            + rivals.cousin * 2.0 ** (of_name - stranger)
            + self._strangers * 2.0**-stranger
        )
        bits = min(relative, namesake, stranger)
        are_two = _are_twins(levels, relatives) or levels[_NHS_NUMBER] == DIFFERS
        by_weight = not are_two and (bits <= thresholds.contradiction or namesake <= thresholds.namesakes)
        probability = 1 / (1 + max(odds_against, _LEAST))
        may_be_kin = _may_be_twins(levels, relatives) or _may_be_called_alike(levels, relatives)
        if may_be_kin and probability * odds_of_a_relative > thresholds.twins:
            probability /= 2
        elif not _agrees_beyond_the_name(levels):
            elsewhere = max(0.0, rivals.stranger_elsewhere - self._strangers) * 2.0**-stranger
            probability = max(probability / 2, 1 / (1 + max(odds_against + elsewhere, _LEAST)))
        return Evidence(probability, bits, are_two or by_weight, levels, by_weight=by_weight)

    def explain(self, evidence: Evidence) -> Mapping[str, str]:
        """For each field that is not absent: its level, and its bits against a relative, a namesake and a stranger."""
        return self._explained(evidence.levels)

    def _explain(self, levels: Levels) -> Mapping[str, str]:
        explanation = {}
        for name, weights, level in zip(FIELDS, self._weights, levels, strict=True):
            if level != ABSENT:
                relative, namesake, stranger = weights[level]
                explanation[name] = f"{level}: {relative:+.1f} {namesake:+.1f} {stranger:+.1f}"
        return explanation

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
        if given == other_given and family == other_family and given != family:
            return self._same(0, given), self._same(1, family)
        if (single := single_name(one)) and single == single_name(other):
            return self._same(0, single), ABSENT
        family, other_family = family * (given != family), other_family * (other_given != other_family)
        levels = compare_given_names(given, other_given), compare_names(family, other_family)
        if levels[1] == DIFFERS or levels == (DIFFERS, ABSENT):
            crossed = compare_names(given, other_family), compare_names(family, other_given)
            if crossed[0] in _CROSSING and crossed[1] in _CROSSING:
                return SWAPPED, SWAPPED
        if levels[0] not in (SAME, ABSENT) and self._are_nicknames(given, other_given):
            levels = SIMILAR if differ_in_second_names(given, other_given) else NICKNAME, levels[1]
        elif levels[0] in (CLOSE, PART) and self._are_two_names(given, other_given):
            levels = SIMILAR, levels[1]
        return (
            self._same(0, given) if levels[0] == SAME else levels[0],
            self._same(1, family) if levels[1] == SAME else levels[1],
        )

    def _same(self, field: int, name: str) -> str:
        return ABSENT if not name else COMMON if name in self._common[field] else SAME

    def _are_two_names(self, one: str, other: str) -> bool:
        """Whether people bear the one name and the other, as Edie and Evie, so that neither is the other mistyped."""
        words, others = one.split(), other.split()
        if words[0] in others or others[0] in words:
            return False
        return words[0] in self._borne and others[0] in self._borne

    def _are_nicknames(self, one: str, other: str) -> bool:
        groups = self._groups.get(one.partition(" ")[0])
        return groups is not None and not groups.isdisjoint(self._groups.get(other.partition(" ")[0], ()))


def single_name(name: Name) -> str:
    """The name of somebody with a single name, written once or doubled; empty where there are two names."""
    given, family = name
    return (given or family) if given == family or not (given and family) else ""


def _share_a_number(one: Features, other: Features) -> bool:
    return SAME in _numbers(one, other)


def _agrees_beyond_the_name(levels: Levels) -> bool:
    """Whether a birthday, a number, a home or a carer agrees: a name alone is never certain.

    Where a part of the name is missing or differs, a birthday is not enough: many are born on one day.
    """
    is_whole = levels[0] not in _NO_NAME and levels[1] not in _NO_NAME
    return any(level not in _NO_SUPPORT for level in (*((levels[2],) if is_whole else ()), *levels[4:]))


def _are_held_by_two_names(levels: Levels) -> bool:
    """Whether one agency holds two records under two names, even similar ones: it has one name for one child.

    It is so, too, where family names and birthdays differ.
    """
    two_families = levels[1] == DIFFERS and levels[2] in _ANOTHER_BIRTHDAY
    return (levels[0] in (NICKNAME, SIMILAR) or two_families) and not _share_a_number_by(levels)


def _have_two_homes(levels: Levels) -> bool:
    """Whether two records of one agency have different homes and nobody in common, and so are of two children.

    An agency seldom registers a child twice, but has many namesakes.
    """
    return levels[6] == DIFFERS and not _have_somebody_in_common(levels)


def _have_somebody_in_common(levels: Levels) -> bool:
    """Whether two agree in a number, a home, or a carer."""
    return any(level in (SAME, SIMILAR) for level in levels[_NHS_NUMBER:])


def is_same_given_name(evidence: Evidence) -> bool:
    """Whether the given names are the same, and not only alike."""
    return evidence.levels[0] in _SAME_NAME


def is_part_of_the_name(one: Features, other: Features) -> bool:
    """Whether given names agree except for second names or the end of a name: Leo, Leo James, Leonardo."""
    pairs = ((given, other_given) for given, _ in one.names for other_given, _ in other.names)
    return any(compare_given_names(*pair) in (SAME, PART) for pair in pairs)


def _share_a_number_by(levels: Levels) -> bool:
    return SAME in (levels[_NHS_NUMBER], levels[_UPN])


def _are_twins(levels: Levels, relatives: float) -> bool:
    """Whether two children of a household have given names that don't agree at all."""
    return relatives >= 1 and levels[0] == DIFFERS


def _may_be_twins(levels: Levels, relatives: float) -> bool:
    """Whether two of a household may be twins: their given names do not agree, and they share no number."""
    if relatives < 1 or _share_a_number_by(levels):
        return False
    return levels[0] not in _RESEMBLES or (levels[0] not in _SAME_NAME and levels[3] == DIFFERS)


def _may_be_called_alike(levels: Levels, relatives: float) -> bool:
    """Whether two of a household with one name may be father and son, or cousins, by birthday and carers."""
    born, carers, contacts = levels[2], *levels[8:]
    if relatives < 1 or born not in _ANOTHER_BIRTHDAY or _share_a_number_by(levels):
        return False
    return carers not in (SAME, SIMILAR) if born == DIFFERS else carers == DIFFERS and contacts != SAME


def are_of_one_agency(one: Features, other: Features) -> bool:
    """Whether one agency holds both and knows enough, the gender at least, to distinguish them."""
    return one.source == other.source != "" and bool(one.gender and other.gender)


def are_grown_up(one: Features, other: Features) -> bool:
    """Whether both are grown up, or the one whose date of birth is known."""
    known = [features.grown_up for features in (one, other) if features.date_of_birth is not None]
    return bool(known) and all(known)


def _rest(one: Features, other: Features) -> Levels:
    """The levels of all fields but name and date of birth."""
    return (
        compare_values(one.gender, other.gender),
        *_numbers(one, other),
        *compare_homes(one.homes, other.homes),
        _carers(one, other),
        compare_sets(one.contacts, other.contacts),
    )


def _carers(one: Features, other: Features) -> str:
    """The level of carers; agreement does not count where one of them may care for many children."""
    level = compare_people(one.carers, other.carers)
    is_of_many = one.may_care_for_many or other.may_care_for_many
    return ABSENT if is_of_many and level != DIFFERS else level


def _numbers(one: Features, other: Features) -> tuple[str, str]:
    """The levels of NHS number and UPN; of two numbers that one agency uses none supersedes the other."""
    if one.source == other.source != "":
        return (
            compare_numbers(one.nhs_number, (), other.nhs_number, ()),
            compare_upns(one.upn, (), other.upn, ()),
        )
    return (
        compare_numbers(one.nhs_number, one.former_nhs_numbers, other.nhs_number, other.former_nhs_numbers),
        compare_upns(one.upn, one.former_upns, other.upn, other.former_upns),
    )


def _dates(one: Features, other: Features) -> str:
    if one.date_of_birth is None or other.date_of_birth is None:
        return ABSENT
    if one.date_of_birth != other.date_of_birth and (one.estimated or other.estimated):
        return compare_estimated_dates(one.date_of_birth, other.date_of_birth)
    return compare_dates(one.date_of_birth, other.date_of_birth)


def _weights(levels: Mapping[str, Chances]) -> dict[str, tuple[float, float, float]]:
    """Bits for a match, against a relative, a namesake and a stranger, by level."""
    bits = {
        level: (log2(c.match / c.relative), log2(c.match / c.namesake), log2(c.match / c.stranger))
        for level, c in levels.items()
    }
    return {**bits, ABSENT: (0.0, 0.0, 0.0)}
