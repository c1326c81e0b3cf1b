"""Learns from pairs that nobody has judged: expectation–maximisation over the levels at which their fields agree.

How often strangers agree is counted in random pairs, of which as good as all are of strangers. Each pair that meets is
one child's, or of relatives, namesakes, cousins or strangers; which, nobody says. Under the chances so far each of
these is likely to some degree (expectation); counted to that degree, the pairs give better chances (maximisation); and
so on until nothing moves. It begins at several places, and what explains the pairs best is kept.

What was known before counts like STRENGTH_OF_PRIOR pairs that agree so, and gives way as pairs grow. Kept as they are:
how often brothers and sisters share given name, birthday and gender, the number of namesakes, who are too few to be
distinguished by counting, and how often two people share a number, which is a clerk's mistake and rare in a sample.
Namesakes agree in name and birthday as often as one child's records do, and else like strangers; cousins in the name
alone, and how many of them there are is learnt.

A pair by itself knows nothing of a third record: of two that hardly agree, both may be certain to be as one with that
one. Where records were put together already (`of_one`), such a pair counts as one child's as far as that is likely, or
else cousins and strangers would be supposed to explain it.
"""

from collections import Counter
from collections.abc import Mapping
from math import log
from typing import NamedTuple

from domain.matching.evidence import FIELDS
from domain.matching.settings import LEVELS, Chances, MatcherSettings, Rivals
from services.lab.matching.expectation import COUSIN, MATCH, RELATIVE, Counted, expect
from services.lab.matching.pairs import APART, GROWN_UP, ONE_AGENCY, Agreement, Sample

STRENGTH_OF_PRIOR = 5.0
STRENGTH_OF_STRANGERS = 1.0
"""Pairs for which what was known of a level counts; of strangers fewer, for there are many pairs of them."""
MATCHES_BEFORE = (0.05, 0.5, 5.0)
"""Pairs of one child for each record, of which one place begins with each."""
RIVALS_STRENGTH = 0.1
"""Pairs of one child for which what was known of the relatives' number counts."""
COUSINS_BEFORE = 0.1
"""Pairs of two who share their name alone, for each pair of one child, with which each place begins."""
MOSTLY = 0.8
"""Share of the pairs of one person that are of adults in a list of adults."""
MOST_ROUNDS = 100
SETTLED = 1e-4
"""Change of the logarithm of the number of matches at which nothing moves any more."""

_NUMBERS = ("nhs_number", "upn")
_IDENTITY = ("given_name", "family_name", "date_of_birth")
_OF_RELATIVES = ("given_name", "date_of_birth", "gender", *_NUMBERS)
_LEAST, _MOST = 1e-7, 0.9999


OfOne = Mapping[Agreement, tuple[float, float]]
"""How many pairs of each agreement are in one group of records, and how many of these are likely one child's."""


class Estimate(NamedTuple):
    """What was learnt, after how many rounds, how many pairs are one child's under it, and to what degree each is."""

    rivals: Rivals
    fields: dict[str, dict[str, Chances]]
    rounds: int
    matches: float
    degrees: Mapping[Agreement, float]


def estimate(settings: MatcherSettings, sample: Sample) -> Estimate:
    """Better chances and rivals for the population that was sampled; deterministic, and no truth is used."""
    strangers = _of_strangers(settings, sample)
    found = [_from(settings, sample, strangers, each * sample.records) for each in MATCHES_BEFORE]
    return max(found, key=lambda each: each[0])[1]


def estimate_again(settings: MatcherSettings, sample: Sample, learnt: Estimate, of_one: OfOne) -> Estimate:
    """Better ones still, where it is known of some pairs that they are `of_one` child as far as that is likely."""
    return _settle(
        settings, sample, _of_strangers(settings, sample), learnt.rivals, learnt.fields, learnt.matches, of_one
    )[1]


def degree(estimate: Estimate, agreed: Agreement) -> float:
    """To what degree a pair that agrees so is one child's, in the sample or not."""
    found = estimate.degrees.get(agreed)
    if found is None:
        found = expect(estimate.rivals, estimate.fields, [(agreed, 1.0)], estimate.matches).matches[agreed]
    return found


def _from(
    settings: MatcherSettings, sample: Sample, strangers: Mapping[str, Mapping[str, float]], matches: float
) -> tuple[float, Estimate]:
    """How likely the pairs are under what is learnt when so many matches are supposed, and what that is."""
    rivals = _rivals(settings.rivals, Counter(), sample.pairs, matches)
    return _settle(settings, sample, strangers, rivals, _chances(_known(settings), strangers), matches, {})


def _settle(
    settings: MatcherSettings,
    sample: Sample,
    strangers: Mapping[str, Mapping[str, float]],
    rivals: Rivals,
    fields: dict[str, dict[str, Chances]],
    matches: float,
    of_one: OfOne,
) -> tuple[float, Estimate]:
    """Expectation and maximisation in turn until nothing moves."""
    pairs = sorted(sample.meeting.items())
    unknown = [(agreed, many - of_one[agreed][0] if agreed in of_one else many) for agreed, many in pairs]
    unknown = [(agreed, many) for agreed, many in unknown if many > 0]
    known = _known(settings)
    rounds = 0
    while True:
        rounds += 1
        counted = expect(rivals, fields, unknown, matches)
        for (whose, agreed), (_, sure) in of_one.items():
            counted.add(MATCH, whose, agreed, sure)
        before, matches = matches, max(1.0, counted.of(MATCH))
        fields = _chances(
            {
                kind: {name: _column(of_kind[name], name, kind, counted) for name in FIELDS}
                for kind, of_kind in known.items()
            },
            strangers,
        )
        rivals = _rivals(settings.rivals, counted.pairs, sample.pairs, matches)
        if abs(log(matches / before)) < SETTLED or rounds == MOST_ROUNDS:
            counted = expect(rivals, fields, pairs, matches)
            return counted.likelihood, Estimate(rivals, fields, rounds, matches, counted.matches)


def _known(settings: MatcherSettings) -> dict[int, dict[str, dict[str, float]]]:
    """What was known before of pairs of one child and of relatives."""
    return {
        kind: {name: {level: chances[kind] for level, chances in settings.fields[name].items()} for name in FIELDS}
        for kind in (MATCH, RELATIVE)
    }


def _rivals(before: Rivals, pairs: Counter[tuple[int, str]], every: float, matches: float) -> Rivals:
    """So many pairs of rivals for each pair of one child; what was known before counts like a few pairs.

    Of children there is at least one pair of relatives for each: a sample tells little of twins. In a list of adults,
    who share no home with brothers and sisters, the few children have no more relatives than everybody.
    """

    def ratio(known: float, *whose: str) -> float:
        found = sum(pairs[RELATIVE, each] for each in whose) + RIVALS_STRENGTH * known
        return found / (sum(pairs[MATCH, each] for each in whose) + RIVALS_STRENGTH)

    of_adults = pairs[MATCH, GROWN_UP] > MOSTLY * sum(pairs[MATCH, each] for each in (APART, ONE_AGENCY, GROWN_UP))

    strangers = max(1.0, every - matches - _of(pairs, RELATIVE) - _of(pairs, COUSIN))
    return Rivals(
        relative=(
            ratio(before.grown_up_relative, APART, GROWN_UP) if of_adults else max(1.0, ratio(before.relative, APART))
        ),
        relative_in_one_agency=max(1.0, ratio(before.relative_in_one_agency, ONE_AGENCY)),
        grown_up_relative=ratio(before.grown_up_relative, GROWN_UP),
        namesake=before.namesake,
        cousin=max(_LEAST, _of(pairs, COUSIN) / matches) if pairs else COUSINS_BEFORE,
        stranger=strangers / matches,
        stranger_of_each_record=before.stranger_of_each_record,
    )


def _of(pairs: Counter[tuple[int, str]], kind: int) -> float:
    return sum(many for (each, _), many in pairs.items() if each == kind)


def _chances(
    of_kind: Mapping[int, Mapping[str, Mapping[str, float]]], strangers: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, Chances]]:
    match, relative = of_kind[MATCH], of_kind[RELATIVE]
    namesakes = {name: match[name] if name in _IDENTITY else strangers[name] for name in FIELDS}
    return {
        name: {
            level: Chances(match[name][level], relative[name][level], namesakes[name][level], strangers[name][level])
            for level in LEVELS[name]
        }
        for name in FIELDS
    }


def _column(before: Mapping[str, float], name: str, kind: int, counted: Counted) -> Mapping[str, float]:
    """The chance of each level of a field in pairs of one kind."""
    if kind == RELATIVE and name in _OF_RELATIVES:
        return before
    return _learnt(before, {level: counted.levels[kind, name, level] for level in before}, STRENGTH_OF_PRIOR)


def _of_strangers(settings: MatcherSettings, sample: Sample) -> dict[str, dict[str, float]]:
    """The chance of each level of each field in pairs of strangers."""
    levels: Counter[tuple[str, str]] = Counter()
    for agreed, many in sample.random.items():
        levels.update(dict.fromkeys(zip(FIELDS, agreed, strict=True), many))
    columns = {}
    for name in FIELDS:
        before = {level: chances.stranger for level, chances in settings.fields[name].items()}
        observed = {level: levels[name, level] for level in before}
        columns[name] = before if name in _NUMBERS else _learnt(before, observed, STRENGTH_OF_STRANGERS)
    return columns


def _learnt(before: Mapping[str, float], observed: Mapping[str, float], strength: float) -> dict[str, float]:
    """Chances by what was observed; what was known of a level counts like `strength` pairs that agree so."""
    number = sum(observed.values())
    return {
        level: min(_MOST, max(_LEAST, (observed[level] + strength) / (number + strength / known)))
        for level, known in before.items()
    }
