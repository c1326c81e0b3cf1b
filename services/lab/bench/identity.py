"""The matcher beside Splink, the best of the batch tools, and beside an exact rule, on the public FEBRL records.

All three see the same records in the same run, none of them the social security number. Both tools are trained on them
without truth; then the threshold of each is the one that truth shows to be best. The shipped settings keep their own.
"""

from collections.abc import Iterator
from importlib.util import find_spec

from domain.matching import Comparer, MatcherSettings
from services.lab.bench.rows import Row, measured
from services.lab.matching.corpus import CorpusAway
from services.lab.matching.febrl import HOW_TO_INSTALL, SETS, febrl, febrl_rows
from services.lab.matching.febrl import Row as FebrlRow
from services.lab.matching.metrics import accuracy
from services.lab.matching.rivals.best_threshold import best_cluster_f1
from services.lab.matching.rivals.exact_rule import link_exactly
from services.lab.matching.training import train
from services.lab.matching.trial import run
from services.registrar.matcher_settings import load_settings

UNIT = "cluster F1"
CERTAIN = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Thresholds of ours that are tried."""


def identity_rows() -> Iterator[Row | str]:
    """The rows of each data set, and a sentence about what can't be measured here."""
    for number in SETS:
        try:
            rows = febrl_rows(number)
        except CorpusAway as error:
            yield f"The matcher is not measured: {error}."
            return
        yield f"identity: FEBRL {number}"
        yield from _beside(number, rows)


def _beside(number: int, rows: list[FebrlRow]) -> Iterator[Row | str]:
    corpus, shipped = febrl(number), load_settings()
    person_of = corpus.person_of()
    exact = accuracy(link_exactly(rows), person_of).clusters.f1
    yield measured(f"identity: FEBRL {number}, exact rule", exact, UNIT)
    splink = None
    if find_spec("splink") is None:
        yield f"Splink is not installed, so its figures are left out; {HOW_TO_INSTALL}."
    else:
        from services.lab.matching.rivals.splink_model import splink_links

        splink = best_cluster_f1(splink_links(rows), person_of)

    def ours(settings: MatcherSettings) -> float:
        return run(corpus, Comparer(settings)).accuracy.clusters.f1

    beside = "beside Splink 5 at its best"
    yield measured(f"identity: FEBRL {number}, settings as shipped, {beside}", ours(shipped), UNIT, baseline=splink)
    trained = max(map(ours, _at_every_threshold(train(corpus, shipped).settings)))
    least = None if splink is None else 1.0
    name = f"identity: FEBRL {number}, settings trained on the same records, {beside}"
    yield measured(name, trained, UNIT, baseline=splink, least_ratio=least)


def _at_every_threshold(settings: MatcherSettings) -> Iterator[MatcherSettings]:
    for certain in CERTAIN:
        thresholds = settings.thresholds.model_copy(update={"certain": certain})
        yield settings.model_copy(update={"thresholds": thresholds})
