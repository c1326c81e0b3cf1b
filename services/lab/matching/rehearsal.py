"""What settings make of the records themselves, as far as can be told without knowing who is who.

The matcher is run over the records, and each group that it makes is judged by the likelihoods that were learnt: two
records of it are one child's as likely as the weakest link on the best way from one to the other. So a record that fits
one of a child's records well is not doubted because it fits another one badly.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple
from zlib import crc32

from domain.matching import Comparer, Evidence, Features, MatcherSettings
from domain.matching.clusters import Clusters
from domain.matching.settings import Rivals
from services.lab.matching.curve import Remembering
from services.lab.matching.estimation import Estimate, OfOne, degree
from services.lab.matching.pairs import Agreement, agreement
from services.lab.matching.thresholds import Expected

MOST_REHEARSED = 5_000
"""Records that the matcher is run over; of more, those born on some days, with those whose day is not known."""
MOST_IN_A_GROUP = 60
"""Records of a group of which all pairs are looked at."""


class Link(NamedTuple):
    """Two records of one group, and how likely they are one child's."""

    one: str
    other: str
    likely: float


class Rehearsal:
    """The records, and how each two that were compared agree."""

    def __init__(self, reported: Sequence[tuple[str, Features]], most: int = MOST_REHEARSED) -> None:
        latest = dict(reported)
        self.share = min(1.0, most / max(1, len(latest)))
        kept = {record for record, each in latest.items() if _hash(each.date_of_birth or record) < self.share}
        self._reported = [each for each in reported if each[0] in kept]
        self._features = {record: latest[record] for record in kept}
        self._agreed: dict[tuple[str, str], Agreement] = {}
        self._compared: dict[tuple[Rivals, float], dict[tuple[Features, Features], Evidence]] = {}

    def expected(self, settings: MatcherSettings, estimate: Estimate, levels: Comparer) -> Expected:
        """What settings are expected to make of the records; the queue counts pairs of records, scaled to all."""
        clusters = self._run(settings)
        together = right = 0.0
        for link in self._links(clusters.child_of(), estimate, levels):
            together += 1
            right += link.likely
        found = right / (estimate.matches * self.share)
        return Expected(right / together if together else 1.0, found, len(clusters.queue) / self.share)

    def of_one(self, settings: MatcherSettings, estimate: Estimate, levels: Comparer) -> OfOne:
        """How many pairs of each agreement the settings put together, and how many of them are one child's."""
        found: dict[Agreement, tuple[float, float]] = {}
        for one, other, likely in self._links(self._run(settings).child_of(), estimate, levels):
            agreed = self._agreement(levels, one, other)
            many, sure = found.get(agreed, (0.0, 0.0))
            found[agreed] = many + 1 / self.share, sure + likely / self.share
        return found

    def _run(self, settings: MatcherSettings) -> Clusters:
        known = self._compared.setdefault((settings.rivals, settings.thresholds.twins), {})
        clusters = Clusters(Remembering(settings, known))
        for record, features in self._reported:
            clusters.describe(record, features)
        return clusters

    def _links(self, child_of: Mapping[str, str], estimate: Estimate, levels: Comparer) -> Iterator[Link]:
        groups: dict[str, list[str]] = {}
        for record in sorted(child_of):
            groups.setdefault(child_of[record], []).append(record)
        for group in groups.values():
            pairs = combinations(group[:MOST_IN_A_GROUP], 2)
            likely = ((degree(estimate, self._agreement(levels, *pair)), *pair) for pair in pairs)
            yield from _best_ways(likely)

    def _agreement(self, levels: Comparer, one: str, other: str) -> Agreement:
        found = self._agreed.get((one, other))
        if found is None:
            found = agreement(levels, self._features[one], self._features[other])
            self._agreed[one, other] = found
        return found


def _best_ways(likely: Iterable[tuple[float, str, str]]) -> Iterator[Link]:
    """Each two records with the weakest link of the best way between them: the strongest links join them first."""
    joined: dict[str, list[str]] = {}
    for strength, one, other in sorted(likely, reverse=True):
        some, others = joined.setdefault(one, [one]), joined.setdefault(other, [other])
        if some is not others:
            yield from (Link(min(a, b), max(a, b), strength) for a in some for b in others)
            some += others
            joined.update(dict.fromkeys(others, some))


def _hash(text: str) -> float:
    return crc32(text.encode()) / 2**32
