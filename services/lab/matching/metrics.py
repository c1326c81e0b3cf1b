"""How well records were put together, measured against who is who."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple


class Rates(NamedTuple):
    """Precision, recall, and their harmonic mean; each 1 where there was nothing to get wrong."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """2PR / (P + R); 0 where both are 0."""
        return 2 * self.precision * self.recall / (self.precision + self.recall or 1.0)


class Accuracy(NamedTuple):
    """The same judged in three ways.

    `pairs`: of records that were, or should have been, put together. `clusters`: of whole children, which count only
    where they hold exactly the right records. `records` (B-cubed): of the company of each record, on average.
    """

    pairs: Rates
    clusters: Rates
    records: Rates


class Mixed(NamedTuple):
    """A child as found that holds records of several people: how many of each, and the pairs that are wrong in it."""

    records: int
    people: int
    wrong: int


WORST = 5
"""Children that are named as the worst."""


def worst(found: Mapping[str, Hashable], true: Mapping[str, Hashable], most: int = WORST) -> list[Mixed]:
    """The children as found that put most records together which are of several people, the worst first."""
    together: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for record, cluster in found.items():
        together[cluster][true[record]] += 1
    mixed = [
        Mixed(of.total(), len(of), pairs_among([of.total()]) - pairs_among(of.values()))
        for of in together.values()
        if len(of) > 1
    ]
    return sorted(mixed, key=lambda each: (each.wrong, each), reverse=True)[:most]


def accuracy(found: Mapping[str, Hashable], true: Mapping[str, Hashable]) -> Accuracy:
    """Compares two ways of putting the same records together: record → cluster as found, record → person."""
    together = Counter((cluster, true[record]) for record, cluster in found.items())
    clusters, people = Counter(found.values()), Counter(true[record] for record in found)
    right = pairs_among(together.values())
    exact = sum(clusters[cluster] == people[person] == size for (cluster, person), size in together.items())
    total = len(found)
    return Accuracy(
        Rates(_share(right, pairs_among(clusters.values())), _share(right, pairs_among(people.values()))),
        Rates(_share(exact, len(clusters)), _share(exact, len(people))),
        Rates(
            _share(sum(size * size / clusters[cluster] for (cluster, _), size in together.items()), total),
            _share(sum(size * size / people[person] for (_, person), size in together.items()), total),
        ),
    )


def pairs_among(sizes: Iterable[int]) -> int:
    """How many pairs of records groups of these sizes make."""
    return sum(size * (size - 1) // 2 for size in sizes)


def groups(label_of: Mapping[str, Hashable]) -> list[list[str]]:
    """The records of each cluster or person."""
    found: defaultdict[Hashable, list[str]] = defaultdict(list)
    for record, label in label_of.items():
        found[label].append(record)
    return list(found.values())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
