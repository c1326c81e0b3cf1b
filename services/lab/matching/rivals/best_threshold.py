"""The best that any threshold makes of weighed links: clusters of connected records, judged by truth."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

Link = tuple[float, str, str]
"""Match weight in bits, and two records."""


def best_cluster_f1(links: Sequence[Link], person_of: Mapping[str, str]) -> float:
    """The highest F1 of whole clusters over all thresholds; links come in order of weight, the surest first."""
    growing = _Growing(person_of)
    best = growing.f1()
    for _, equally_sure in groupby(links, key=itemgetter(0)):
        for _, one, other in equally_sure:
            growing.join(one, other)
        best = max(best, growing.f1())
    return best


class _Growing:
    """Clusters that grow by links, and how many of them are exactly right."""

    def __init__(self, person_of: Mapping[str, str]) -> None:
        self._person_of = person_of
        self._size_of = Counter(person_of.values())
        self._label_of = {record: record for record in person_of}
        self._members = {record: [record] for record in person_of}
        self._right = sum(size == 1 for size in self._size_of.values())

    def f1(self) -> float:
        return 2 * self._right / (len(self._members) + len(self._size_of))

    def join(self, one: str, other: str) -> None:
        kept, gone = self._label_of[one], self._label_of[other]
        if kept == gone:
            return
        self._right -= self._is_right(kept) + self._is_right(gone)
        for record in self._members.pop(gone):
            self._label_of[record] = kept
            self._members[kept].append(record)
        self._right += self._is_right(kept)

    def _is_right(self, label: str) -> bool:
        people = {self._person_of[record] for record in self._members[label]}
        return len(people) == 1 and self._size_of[people.pop()] == len(self._members[label])
