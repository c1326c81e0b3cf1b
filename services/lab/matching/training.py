"""Settings that fit some records better, learnt from the records alone."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import orjson

from domain.matching import Comparer, Features, MatcherSettings
from services.lab.matching.common_names import with_common_names
from services.lab.matching.corpus import Corpus
from services.lab.matching.estimation import estimate
from services.lab.matching.pairs import sample_pairs
from services.lab.matching.settings_text import rounded
from services.lab.matching.thresholds import Expected, expected, with_threshold
from services.lab.matching.trial import featured

MOST_PAIRS = 400_000
OUTVOTE = 2.0
"""Certain pairs that outvote one that contradicts by weight alone."""
_TRAINED = "-trained-"


class Trained(NamedTuple):
    """The settings learnt, the number of records and of compared pairs, rounds, and pairs that are one child's.

    `expected` says what the settings are expected to make of these records.
    """

    settings: MatcherSettings
    records: int
    pairs: int
    rounds: int
    matches: float
    expected: Expected


def train(corpus: Corpus, settings: MatcherSettings, most_pairs: int = MOST_PAIRS) -> Trained:
    """Learns from a corpus without looking at who is who; the same corpus gives the same settings."""
    features: Sequence[Features] = list(dict(featured(corpus)).values())
    settings = with_common_names(settings, features)
    sample = sample_pairs(features, Comparer(settings), most_pairs)
    learnt = estimate(settings, sample)
    each = learnt.rivals.stranger / max(1, sample.records)
    rivals = learnt.rivals.model_copy(
        update={"stranger_of_each_record": each, "stranger_elsewhere": learnt.rivals.stranger}
    )
    thresholds = settings.thresholds.model_copy(update={"outvote": OUTVOTE})
    better = rounded(settings.model_copy(update={"rivals": rivals, "thresholds": thresholds, "fields": learnt.fields}))
    better = with_threshold(better, sample, learnt)
    hope = expected(better, sample, learnt)
    return Trained(_named(better), sample.records, sample.compared, learnt.rounds, learnt.matches, hope)


def _named(settings: MatcherSettings) -> MatcherSettings:
    """The settings under a version that no other settings have."""
    stated = settings.model_dump(mode="json", exclude={"version"})
    for lists in ("common_given_names", "common_family_names", "given_names"):
        stated[lists] = sorted(stated[lists])
    stated["nicknames"] = sorted(sorted(group) for group in stated["nicknames"])
    digest = sha256(orjson.dumps(stated, option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]
    return settings.model_copy(update={"version": settings.version.partition(_TRAINED)[0] + _TRAINED + digest})
