"""What precision and recall would be if pairs were linked from another probability on."""

from collections.abc import Callable
from typing import NamedTuple

from domain.matching import Comparer, Evidence, Features, MatcherSettings
from domain.matching.clusters import Clusters
from services.lab.matching.corpus import Corpus
from services.lab.matching.metrics import Rates, accuracy
from services.lab.matching.trial import featured

THRESHOLDS = (0.05, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)


class Point(NamedTuple):
    """Precision and recall of pairs that are linked at a threshold."""

    certain: float
    pairs: Rates


class Remembering(Comparer):
    """Compares the same two records once for all settings that link from other probabilities on, and else are the same.

    `known` has what was found so far.
    """

    def __init__(self, settings: MatcherSettings, known: dict[tuple[Features, Features], Evidence]) -> None:
        super().__init__(settings)
        self._known = known

    def compare(self, one: Features, other: Features) -> Evidence:
        """As it was found before, or as it is found now."""
        pair = (one, other)
        found = self._known.get(pair)
        if found is None:
            found = self._known[pair] = super().compare(one, other)
        return found


def curve(corpus: Corpus, settings: MatcherSettings, done: Callable[[int], None] | None = None) -> list[Point]:
    """One run of the matcher for each of THRESHOLDS and for that of the settings, in their order."""
    reported = list(featured(corpus))
    person_of = corpus.person_of()
    known: dict[tuple[Features, Features], Evidence] = {}
    points = []
    for number, certain in enumerate(sorted({*THRESHOLDS, settings.thresholds.certain}), start=1):
        clusters = Clusters(Remembering(_linking_from(settings, certain), known))
        for record, features in reported:
            clusters.describe(record, features)
        points.append(Point(certain, accuracy(clusters.child_of(), person_of).pairs))
        if done:
            done(number)
    return points


def _linking_from(settings: MatcherSettings, certain: float) -> MatcherSettings:
    thresholds = settings.thresholds
    changed = {"certain": certain, "possible": min(thresholds.possible, certain / 2)}
    return settings.model_copy(update={"thresholds": thresholds.model_copy(update=changed)})
