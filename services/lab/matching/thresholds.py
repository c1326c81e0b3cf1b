"""From which probability on pairs are linked, chosen from the estimated error; no truth is used."""

from collections.abc import Callable
from typing import NamedTuple

from domain.matching import MatcherSettings

CERTAIN = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
"""Thresholds that are considered."""
LEAST_PRECISION = 0.98
"""Share of linked pairs that have to be one child's, as far as can be told."""
AS_GOOD = 0.001
"""Of thresholds that are expected to be as good as the best, but for so much F1, the highest is taken."""
TWINS, WORTH_TWINS = 0.05, 0.1
"""How likely two may be twins and be linked all the same, where otherwise so much of the recall would be lost."""


class Expected(NamedTuple):
    """What is expected of settings: of linked pairs and of pairs of one child that meet, and of the queue.

    `recall` is above 1 where more pairs come together than were supposed to be one child's. `queue` counts pairs of
    records that a person would have to look at for so many records; pairs of children are fewer.
    """

    precision: float
    recall: float
    queue: float

    @property
    def f1(self) -> float:
        """2PR / (P + R)."""
        return 2 * self.precision * self.recall / (self.precision + self.recall or 1.0)


Hope = Callable[[MatcherSettings], Expected]
"""What is expected of settings."""


def with_threshold(settings: MatcherSettings, hope: Hope, least_precision: float = LEAST_PRECISION) -> MatcherSettings:
    """The settings with the threshold that is expected to link most, of those expected to be precise enough."""
    cautious = _best(settings, 0.0, hope, least_precision)
    tolerant = _best(settings, TWINS, hope, least_precision)
    gained = tolerant[0].recall - cautious[0].recall
    return (tolerant if tolerant[0].precision >= least_precision and gained >= WORTH_TWINS else cautious)[1]


def _best(
    settings: MatcherSettings, twins: float, hope: Hope, least_precision: float
) -> tuple[Expected, MatcherSettings]:
    """Linking from which of CERTAIN on is best, and what is expected of it; from the last where none is precise.

    The highest come first, and nothing below one that is not precise enough is tried.
    """
    precise: list[tuple[Expected, MatcherSettings]] = []
    for certain in reversed(CERTAIN):
        changed = linking_from(settings, certain, twins)
        expecting = hope(changed)
        if expecting.precision < least_precision:
            break
        precise.append((expecting, changed))
    if not precise:
        changed = linking_from(settings, CERTAIN[-1], twins)
        return hope(changed), changed
    best = max(expecting.f1 for expecting, _ in precise)
    return next(each for each in precise if each[0].f1 >= best - AS_GOOD)


def linking_from(settings: MatcherSettings, certain: float, twins: float) -> MatcherSettings:
    """The settings, linking from this probability on, and twins as far as they are unlikely."""
    changed = {"certain": certain, "possible": min(settings.thresholds.possible, certain / 2), "twins": twins}
    return settings.model_copy(update={"thresholds": settings.thresholds.model_copy(update=changed)})
