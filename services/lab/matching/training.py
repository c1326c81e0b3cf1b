"""Settings that fit some records better, learnt from the records alone."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import orjson

from domain.matching import Comparer, Features, MatcherSettings
from services.lab.matching.common_names import with_common_names
from services.lab.matching.corpus import Corpus
from services.lab.matching.estimation import Estimate, estimate, estimate_again
from services.lab.matching.pairs import Sample, sample_pairs
from services.lab.matching.rehearsal import Rehearsal
from services.lab.matching.settings_text import rounded
from services.lab.matching.thresholds import LEAST_PRECISION, Expected, linking_from, with_threshold
from services.lab.matching.trial import featured

MOST_PAIRS = 400_000
OUTVOTE = 2.0
"""Certain pairs that outvote one that contradicts by weight alone."""
AGREEING = 0.5
"""Share of the pairs between two children of several records each that has to be certain."""
FIRST_CERTAIN = 0.9
"""From which probability on records are put together before it is learnt from them once more."""
WORTH_CHANGING = 0.005
"""F1 that other settings have to promise beyond those with which it began."""
_TRAINED = "-trained-"


class Trained(NamedTuple):
    """The settings learnt, the number of records and of compared pairs, rounds, and pairs that are one child's.

    `expected` says what the settings are expected to make of these records, `before` what those with which it began
    are; where those promised as much, they are `kept`.
    """

    settings: MatcherSettings
    records: int
    pairs: int
    rounds: int
    matches: float
    expected: Expected
    before: Expected
    kept: bool


def train(corpus: Corpus, settings: MatcherSettings, most_pairs: int = MOST_PAIRS) -> Trained:
    """Learns from a corpus without looking at who is who; the same corpus gives the same settings.

    What it began with is expected to be as precise as it is, whatever is required: the estimate errs alike for both.
    """
    reported = list(featured(corpus))
    features: Sequence[Features] = list(dict(reported).values())
    naming = with_common_names(settings, features)
    levels = Comparer(naming)
    sample, rehearsal = sample_pairs(features, levels, most_pairs), Rehearsal(reported)
    first = estimate(naming, sample)
    cautious = linking_from(_learnt(naming, sample, first), FIRST_CERTAIN, 0.0)
    learnt = estimate_again(naming, sample, first, rehearsal.of_one(cautious, first, levels))

    def hope(tried: MatcherSettings) -> Expected:
        return rehearsal.expected(tried, learnt, levels)

    before = hope(settings)
    better = with_threshold(_learnt(naming, sample, learnt), hope, min(LEAST_PRECISION, before.precision))
    after = hope(better)
    kept = after.f1 < before.f1 + WORTH_CHANGING
    chosen, expecting = (settings, before) if kept else (_named(better), after)
    return Trained(chosen, sample.records, sample.compared, learnt.rounds, learnt.matches, expecting, before, kept)


def _learnt(settings: MatcherSettings, sample: Sample, learnt: Estimate) -> MatcherSettings:
    """The settings with what was learnt, as many digits of it as a file has."""
    each = learnt.rivals.stranger / max(1, sample.records)
    rivals = learnt.rivals.model_copy(
        update={"stranger_of_each_record": each, "stranger_elsewhere": learnt.rivals.stranger}
    )
    thresholds = settings.thresholds.model_copy(update={"outvote": OUTVOTE, "agreeing": AGREEING})
    return rounded(settings.model_copy(update={"rivals": rivals, "thresholds": thresholds, "fields": learnt.fields}))


def _named(settings: MatcherSettings) -> MatcherSettings:
    """The settings under a version that no other settings have."""
    stated = settings.model_dump(mode="json", exclude={"version"})
    for lists in ("common_given_names", "common_family_names", "given_names"):
        stated[lists] = sorted(stated[lists])
    stated["nicknames"] = sorted(sorted(group) for group in stated["nicknames"])
    digest = sha256(orjson.dumps(stated, option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]
    return settings.model_copy(update={"version": settings.version.partition(_TRAINED)[0] + _TRAINED + digest})
