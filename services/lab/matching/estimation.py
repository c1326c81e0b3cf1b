"""Learns from pairs that nobody has judged: expectation–maximisation over the levels at which their fields agree.

Each pair is one child's, or of relatives, namesakes or strangers; which, nobody says. Under the chances so far each of
these is likely to some degree (expectation); counted to that degree, the pairs give better chances (maximisation); and
so on until nothing moves. Prior weights count like STRENGTH pairs and SHARE of those observed, so that a level
that is hardly ever observed keeps a sane weight.

Kept as they are: the chances and number of namesakes, who are too few to be distinguished by counting, and how often
two people share a number, which is a clerk's mistake and rare in a sample.
"""

from collections.abc import Iterable, Mapping
from math import log, sqrt
from typing import NamedTuple

from domain.matching.evidence import COMMON, FIELDS
from domain.matching.settings import LEVELS, Chances, MatcherSettings, Rivals
from domain.matching.similarity import SAME
from services.lab.matching.expectation import (
    KINDS,
    MATCH,
    NAMESAKE,
    RELATIVE,
    STRANGER,
    TOGETHER,
    Counted,
    Fields,
    expect,
)
from services.lab.matching.pairs import Agreement

STRENGTH, SHARE = 50.0, 0.2
RIVALS_STRENGTH = 0.1
"""Pairs of one child for which what was known of the rivals' numbers counts."""
MOST_ROUNDS = 100
SETTLED = 1e-4
"""Change of the logarithm of any rival's number at which nothing moves any more."""

_NUMBERS = ("nhs_number", "upn")
_ESTIMATED = "estimated"
_LEAST, _MOST = 1e-7, 0.9999

Scales = Mapping[tuple[str, str], float]


class Estimate(NamedTuple):
    """What was learnt, after how many rounds, and how many pairs are one child's under it."""

    rivals: Rivals
    fields: dict[str, dict[str, Chances]]
    rounds: int
    matches: float


def estimate(settings: MatcherSettings, agreements: Mapping[Agreement, float]) -> Estimate:
    """Better chances and rivals for the population whose pairs agree so; deterministic, and no truth is used."""
    pairs = sorted(agreements.items())
    counted = expect(settings.rivals, settings.fields, pairs)
    scales = _scales(counted)
    rivals, rounds = settings.rivals, 0
    while True:
        rounds += 1
        before, rivals = rivals, _rivals(settings.rivals, counted)
        fields = _chances(settings.fields, counted, scales)
        counted, moved = expect(rivals, fields, pairs), _moved(before, rivals)
        if moved < SETTLED or rounds == MOST_ROUNDS:
            return Estimate(rivals, fields, rounds, counted.of(MATCH))


def _rivals(before: Rivals, counted: Counted) -> Rivals:
    """So many pairs of rivals for each pair of one child; what was known before counts like a few pairs."""
    pairs = counted.pairs

    def ratio(known: float, rivals: float, matches: float) -> float:
        return (rivals + RIVALS_STRENGTH * known) / (matches + RIVALS_STRENGTH)

    relative = ratio(before.relative, pairs[RELATIVE, False], pairs[MATCH, False])
    return Rivals(
        relative=relative,
        relative_in_one_agency=before.relative_in_one_agency * relative / before.relative,
        grown_up_relative=ratio(before.grown_up_relative, pairs[RELATIVE, True], pairs[MATCH, True]),
        namesake=before.namesake,
        stranger=ratio(before.stranger, counted.of(STRANGER), counted.of(MATCH)),
    )


def _chances(before: Fields, counted: Counted, scales: Scales) -> dict[str, dict[str, Chances]]:
    columns = {
        name: [
            {level: known[kind] for level, known in before[name].items()}
            if kind == NAMESAKE or (name in _NUMBERS and kind != MATCH)
            else _column(before[name], name, kind, counted, scales)
            for kind in KINDS
        ]
        for name in FIELDS
    }
    return {name: {level: Chances(*(c[level] for c in columns[name])) for level in before[name]} for name in FIELDS}


def _column(before: Mapping[str, Chances], name: str, kind: int, counted: Counted, scales: Scales) -> dict[str, float]:
    """The chance of each level of a field in pairs of one kind."""
    scale = {level: scales.get((name, level), 1.0) for level in before}
    known = {level: chances[kind] * scale[level] for level, chances in before.items()}
    observed = {level: counted.levels[kind, name, level] for level in before}
    number = sum(observed.values())
    strength = STRENGTH + SHARE * number
    weight = strength / sum(known.values())
    observed |= {level: number * share for level, share in _of_two(name, kind, counted).items()}
    learnt = {level: (observed[level] + weight * known[level]) / (number + strength) / scale[level] for level in before}
    return {level: min(_MOST, max(_LEAST, chance)) for level, chance in learnt.items()}


def _of_two(name: str, kind: int, counted: Counted) -> dict[str, float]:
    """The share of levels that one fact decides for two fields: half of its bits go to each, so that it counts once."""
    for fields, levels in TOGETHER.items():
        both = counted.together[kind, fields[0], None]
        if name in fields and both:
            return {level: sqrt(counted.together[kind, fields[0], level] / both) for level in levels}
    return {}


def _scales(counted: Counted) -> dict[tuple[str, str], float]:
    """How often the cases occur of which a chance is stated as if they were all: common names, and estimated dates."""
    scales: dict[tuple[str, str], float] = {}
    for name in ("given_name", "family_name"):
        common = _part(counted, name, (COMMON,), (COMMON, SAME))
        scales |= {(name, COMMON): common, (name, SAME): 1 - common}
    born = "date_of_birth"
    return scales | {(born, _ESTIMATED): _part(counted, born, (_ESTIMATED,), LEVELS[born])}


def _part(counted: Counted, name: str, some: Iterable[str], of: Iterable[str]) -> float:
    """The share of some levels among others in pairs of one child, never quite none or all."""
    part = sum(counted.levels[MATCH, name, level] for level in some)
    whole = sum(counted.levels[MATCH, name, level] for level in of)
    return (part + 1) / (whole + 2)


def _moved(before: Rivals, after: Rivals) -> float:
    old, new = before.model_dump().values(), after.model_dump().values()
    return max(abs(log(one / other)) for one, other in zip(old, new, strict=True))
