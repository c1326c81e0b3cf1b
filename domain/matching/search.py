"""How well a child matches a search query: the matcher's comparison, graded by `search_grades.py`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log2
from typing import NamedTuple, TypeAlias

from domain.matching.evidence import FIELDS, REMEMBERED, Comparer
from domain.matching.features import Features, Name, features_of
from domain.matching.search_grades import AGREEMENT, EXACT, IDENTIFIERS, ROUGH, UNKNOWN, MatchGrade, fit_of, grade_of
from domain.matching.search_keys import Keys, query_keys
from domain.matching.search_unused import Unused, unused_criteria
from domain.matching.search_variants import are_alike_without_vowels
from domain.matching.settings import Chances, MatcherSettings
from domain.matching.similarity import ABSENT, CLOSE, SAME, SIMILAR, SWAPPED, compare_names

NAMES = ("given_name", "family_name")
"""The parts of a name, in their order."""
_NO_TIME = "0000"
"""The time of a query's features: a child's age does not count in a search."""
_LEAST_BITS = 1.0
"""Evidence below which criteria do not distinguish from a rival, so that no share of it can be given."""

Criteria = Mapping[str, str]
"""`given_name`, `family_name`, `date_of_birth` (ISO), `gender`, `postcode`, `nhs_number`, `upn`; empty ones: none."""


class Degree(NamedTuple):
    """How far a field agrees (`search_grades.AGREEMENT`), and its level, which has the weight."""

    agreement: int
    level: str


Graded: TypeAlias = tuple[str, Degree, Degree]
"""A criterion, how far it can agree, and how far it does."""
_DEGREES = {level: Degree(agreement, level) for level, agreement in AGREEMENT.items()}
_PLACES = {name: place for place, name in enumerate(FIELDS)}


class SearchQuery(NamedTuple):
    """Criteria, normalised: the names of those that distinguish, the keys to look up, and how far each can agree.

    `unused` are the others that were given, each with why.
    """

    features: Features
    criteria: frozenset[str]
    keys: Keys
    best: Mapping[str, Degree]
    unused: tuple[Unused, ...]


class Searcher:
    """Makes queries of criteria and grades children by one version of the settings; pure and thread-safe."""

    def __init__(self, settings: MatcherSettings) -> None:
        self._comparer = Comparer(settings.model_copy(update={"given_names": frozenset()}))  # who asks may mistype
        self._bits = {name: _bits(levels) for name, levels in settings.fields.items()}
        self._graded = lru_cache(maxsize=REMEMBERED)(self._grade)  # few combinations of degrees occur, each very often
        self._nicknames: dict[str, set[str]] = {}
        for group in settings.nicknames:
            for name in group:
                self._nicknames.setdefault(name, set()).update(group)

    def query(self, criteria: Criteria) -> SearchQuery:
        """The query of these criteria; those that distinguish nobody (Baby as a name, gender unknown) are not used."""
        features = _features(criteria)
        given = features.names[0][0] if features.names else ""
        compared = self._compare(features, features, FIELDS)
        best = {name: degree for name, degree in compared.items() if degree.agreement != UNKNOWN}
        keys = query_keys(features, self._nicknames.get(given.partition(" ")[0], ()))
        return SearchQuery(features, frozenset(best), keys, best, unused_criteria(criteria, best))

    def grade(self, query: SearchQuery, recorded: Iterable[Features]) -> MatchGrade | None:
        """How well a child matches whose records have or had these features; None where it is not to be shown.

        Each criterion counts as it agrees best; given and family name count together, so that both are of one name.
        """
        compared = [self._compare(query.features, each, query.criteria) for each in recorded]
        found = self._best([name for name in NAMES if name in query.criteria], compared)
        for name in query.criteria.difference(NAMES):
            found |= self._best([name], compared)
        return self._graded(tuple([(name, best, found[name]) for name, best in query.best.items()]))

    def _grade(self, criteria: Sequence[Graded]) -> MatchGrade | None:
        agreement = {name: found.agreement for name, _, found in criteria}
        return grade_of(fit_of(agreement, self._share(criteria)))

    def _compare(self, searched: Features, recorded: Features, criteria: Iterable[str]) -> dict[str, Degree]:
        """How far each criterion agrees; equal dates of birth agree exactly, even a placeholder for a year."""
        levels = self._comparer.compare(searched, recorded).levels
        degrees = {name: _DEGREES[levels[_PLACES[name]]] for name in criteria}
        if searched.date_of_birth is not None and searched.date_of_birth == recorded.date_of_birth:
            degrees["date_of_birth"] = Degree(EXACT, degrees["date_of_birth"].level)
        for part, name in enumerate(NAMES if searched.names else ()):
            if name not in degrees or degrees[name].agreement > ROUGH:
                continue
            if level := _other_level(searched.names[0], recorded.names, part):
                degrees[name] = max(degrees[name], _DEGREES[level])
        if searched.names and searched.names[0][0] == searched.names[0][1]:
            degrees["family_name"] = degrees["given_name"]
        return degrees

    def _best(self, names: Sequence[str], compared: Sequence[Mapping[str, Degree]]) -> dict[str, Degree]:
        """The degrees of these criteria, together, in the record that agrees best; none for no criteria."""

        def order(degrees: Mapping[str, Degree]) -> tuple[int, float, list[Degree]]:
            agreement, bits = 0, 0.0
            for name in names:
                agreement += degrees[name].agreement
                bits += self._bits[name][degrees[name].level][1]
            return agreement, bits, [degrees[name] for name in names]

        if not names:
            return {}
        if len(compared) == 1:
            return {name: compared[0][name] for name in names}
        best = max(compared, key=order)
        return {name: best[name] for name in names}

    def _share(self, criteria: Sequence[Graded]) -> float:
        """The part of the possible evidence that is given, against relatives or strangers, whichever is less."""
        shares = []
        for rival in (0, 1):
            most = sum(self._bits[name][best.level][rival] for name, best, _ in criteria)
            given = sum(self._bits[name][found.level][rival] for name, _, found in criteria)
            if most >= _LEAST_BITS:
                shares.append(given / most)
        return min(shares, default=0.0)


def _features(criteria: Criteria) -> Features:
    given = {name: value for name, value in criteria.items() if value}
    for name in IDENTIFIERS & given.keys():
        given[name] = re.sub(r"[\s-]", "", given[name]).upper()
    return features_of({**given, "address": {"postcode": given.get("postcode")}}, _NO_TIME)


def _other_level(searched: Name, names: Iterable[Name], part: int) -> str | None:
    """The level of a name that differs as written: given alone in the other's place, or written without vowels."""
    value, other = searched[part], searched[1 - part]
    if not value:
        return None
    if not other and any(compare_names(value, name[1 - part]) in (SAME, CLOSE) for name in names):
        return SWAPPED
    return SIMILAR if any(are_alike_without_vowels(value, name[part]) for name in names) else None


def _bits(levels: Mapping[str, Chances]) -> dict[str, tuple[float, float]]:
    """Bits against a relative and against a stranger, by level."""
    bits = {level: (log2(c.match / c.relative), log2(c.match / c.stranger)) for level, c in levels.items()}
    return {**bits, ABSENT: (0.0, 0.0)}
