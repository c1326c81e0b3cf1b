"""The grade with which a child is shown in search results: named rules over how far each criterion agrees.

A search leaves most fields open, and two criteria are enough for agreement to mean something; so a search has grades of
its own, and its score is the share of the evidence that just these criteria could give.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.matching.evidence import COMMON, NICKNAME
from domain.matching.search_unused import CALLED, Unused, in_a_sentence
from domain.matching.similarity import ABSENT, CLOSE, DIFFERS, INITIAL, PART, SAME, SIMILAR, SWAPPED

IDENTIFIERS = frozenset({"nhs_number", "upn"})
PAIRED: Sequence[str] = ("family_name", "given_name", "date_of_birth", "postcode")
"""Criteria of which two make a search."""

CERTAIN, PROBABLE, POSSIBLE = "certain", "probable", "possible"
_SCORES = {CERTAIN: (0.9, 1.0), PROBABLE: (0.5, 0.89), POSSIBLE: (0.1, 0.49)}
"""The scores of a grade, so that a better grade has a better score."""

UNKNOWN, OFF, ROUGH, NEAR, EXACT = range(-1, 4)
AGREEMENT: Mapping[str, int] = {
    **dict.fromkeys((SAME, COMMON), EXACT),
    **dict.fromkeys((NICKNAME, PART, CLOSE, SWAPPED, "placeholder", "typing", "near", "estimated"), NEAR),
    **dict.fromkeys((SIMILAR, INITIAL), ROUGH),
    DIFFERS: OFF,
    ABSENT: UNKNOWN,
}
"""How far a criterion agrees at each level of the matcher's measures."""


class Fit(NamedTuple):
    """How far the `given` criteria agree; `closely` includes the exact ones, `roughly` includes both.

    `share` is the part of the possible evidence that a child gives, at most 1, negative where more is against it.
    """

    given: frozenset[str]
    exactly: frozenset[str]
    closely: frozenset[str]
    roughly: frozenset[str]
    differing: frozenset[str]
    share: float


class MatchGrade(NamedTuple):
    """How well a child matches: `score` lies between 0 and 1 and grows with the evidence, `grade` is by RULES."""

    score: float
    grade: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to show a child, and with which grade."""

    name: str
    grade: str
    holds: Callable[[Fit], bool]


RULES: tuple[Rule, ...] = (
    Rule("everything agrees", CERTAIN, lambda fit: fit.exactly == fit.given),
    Rule("an identifier and nothing against it", CERTAIN, lambda fit: _identified(fit) and not fit.differing),
    Rule("all but gender agrees closely", PROBABLE, lambda fit: fit.given - {"gender"} <= fit.closely),
    Rule("all but gender sounds alike", POSSIBLE, lambda fit: fit.given - {"gender"} <= fit.roughly),
    Rule("an identifier though others differ", POSSIBLE, lambda fit: _identified(fit)),
    Rule("enough for a search agrees closely", POSSIBLE, lambda fit: fit.share > 0 and _suffice(fit.closely)),
)
"""The first that holds gives the grade; where none holds, the child is not shown."""


def fit_of(agreement: Mapping[str, int], share: float) -> Fit:
    """The fit of the given criteria, from how far each agrees."""

    def reaching(least: int) -> frozenset[str]:
        return frozenset(name for name, reached in agreement.items() if reached >= least)

    differing = frozenset(name for name, reached in agreement.items() if reached == OFF)
    return Fit(frozenset(agreement), reaching(EXACT), reaching(NEAR), reaching(ROUGH), differing, share)


def grade_of(fit: Fit) -> MatchGrade | None:
    """Grade and score, or None for a child that is not to be shown."""
    grade = next((rule.grade for rule in RULES if rule.holds(fit)), None)
    if grade is None:
        return None
    least, most = _SCORES[grade]
    return MatchGrade(least + (most - least) * min(1.0, max(0.0, fit.share)), grade)


def missing_criteria(used: Collection[str], unused: Sequence[Unused] = ()) -> str | None:
    """Which criteria a search that can use these lacks, as a sentence; None where they are enough.

    It gives the reason for each given criterion that is `unused`.
    """
    if _suffice(used):
        return None
    *others, last = (CALLED[name] for name in PAIRED if name not in used)
    number = "two" if len(others) + 1 == len(PAIRED) else "one"
    add = f"add criteria: an NHS number, or a UPN, or {number} of {', '.join(others)} and {last}"
    return f"{add}; {in_a_sentence(unused) or 'a name such as Baby or Unknown does not count'}"


def _suffice(names: Collection[str]) -> bool:
    return not IDENTIFIERS.isdisjoint(names) or len(set(PAIRED) & set(names)) > 1


def _identified(fit: Fit) -> bool:
    return not IDENTIFIERS.isdisjoint(fit.exactly)
