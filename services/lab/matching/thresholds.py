"""From which probability on pairs are linked, chosen from the estimated error; no truth is used."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.matching import Comparer, MatcherSettings
from domain.matching.settings import Rivals
from services.lab.matching.estimation import Estimate
from services.lab.matching.pairs import APART, GROWN_UP, ONE_AGENCY, Sample

CERTAIN = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
"""Thresholds that are considered."""
LEAST_PRECISION = 0.98
"""Share of linked pairs that have to be one child's, as far as can be told."""
AS_GOOD = 0.001
"""Of thresholds that are expected to be as good as the best, but for so much F1, the highest is taken."""
TWINS, WORTH_TWINS = 0.05, 0.08
"""How likely two may be twins and be linked all the same, where otherwise so much of the recall would be lost."""


class Expected(NamedTuple):
    """What is expected of settings: of linked pairs and of pairs of one child that meet, and of the queue.

    `queue` counts pairs of records that a person would have to look at for so many records; pairs of children are
    fewer.
    """

    precision: float
    recall: float
    queue: float

    @property
    def f1(self) -> float:
        """2PR / (P + R)."""
        return 2 * self.precision * self.recall / (self.precision + self.recall or 1.0)


def expected(settings: MatcherSettings, sample: Sample, estimate: Estimate) -> Expected:
    """What these settings are expected to make of the records that were sampled."""
    linked = right = queue = 0.0
    for probability, contradicts, many, degree in _judged(settings, sample, estimate):
        if probability >= settings.thresholds.certain and not contradicts:
            linked += many
            right += many * degree
        elif probability >= settings.thresholds.possible:
            queue += many
    return Expected(right / linked if linked else 1.0, min(1.0, right / estimate.matches), queue)


def with_threshold(
    settings: MatcherSettings, sample: Sample, estimate: Estimate, least_precision: float = LEAST_PRECISION
) -> MatcherSettings:
    """The settings with the threshold that is expected to link most, of those expected to be precise enough."""
    cautious = _best(settings, 0.0, sample, estimate, least_precision)
    tolerant = _best(settings, TWINS, sample, estimate, least_precision)
    gained = tolerant[0].recall - cautious[0].recall
    return (tolerant if tolerant[0].precision >= least_precision and gained >= WORTH_TWINS else cautious)[1]


def _best(
    settings: MatcherSettings, twins: float, sample: Sample, estimate: Estimate, least_precision: float
) -> tuple[Expected, MatcherSettings]:
    """Linking from which of CERTAIN on is best, and what is expected of it; from the last where none is precise."""
    changed = (_linking_from(settings, certain, twins) for certain in CERTAIN)
    hopes = [(expected(each, sample, estimate), each) for each in changed]
    precise = [each for each in hopes if each[0].precision >= least_precision]
    if not precise:
        return hopes[-1]
    best = max(hope.f1 for hope, _ in precise)
    return [each for each in precise if each[0].f1 >= best - AS_GOOD][-1]


def _judged(
    settings: MatcherSettings, sample: Sample, estimate: Estimate
) -> Iterator[tuple[float, bool, float, float]]:
    """Probability, whether it contradicts itself, number and degree of each agreement of pairs that meet."""
    comparer = Comparer(settings).among(sample.records)
    for (whose, levels), many in sample.meeting.items():
        evidence = comparer.weigh(levels, _relatives(settings.rivals, whose))
        yield evidence.probability, evidence.contradicts, many, estimate.degrees[whose, levels]


def _relatives(rivals: Rivals, whose: str) -> float:
    return {
        APART: rivals.relative,
        ONE_AGENCY: rivals.relative_in_one_agency,
        GROWN_UP: rivals.grown_up_relative,
    }[whose]


def _linking_from(settings: MatcherSettings, certain: float, twins: float) -> MatcherSettings:
    changed = {"certain": certain, "possible": min(settings.thresholds.possible, certain / 2), "twins": twins}
    return settings.model_copy(update={"thresholds": settings.thresholds.model_copy(update=changed)})
