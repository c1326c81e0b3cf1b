"""One run of the matcher over records whose true persons are known: what it linked and what it queued."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from domain.matching import Candidate, Comparer, Features, MatchIndex, blocking_keys, features_of
from domain.matching.blocking import MOST_IN_A_BLOCK
from domain.matching.clusters import Clusters
from domain.matching.index import Key
from services.lab.matching.corpus import Corpus
from services.lab.matching.metrics import Accuracy, Mixed, accuracy, groups, pairs_among, worst

Count = Callable[[int], None]
"""Called with the number of submissions done."""


class Trial(NamedTuple):
    """What came of a run.

    `found_or_queued` is the share of true pairs that were linked or are in the queue; `queue` counts pairs of
    children for a person to look at. `blocking_recall` is the share of true pairs that share a key. `candidates`
    counts records that one record was compared with. `hard_linked` counts pairs of look-alikes that were taken for
    one. `worst` are the children that mix most records of several people.
    """

    corpus: str
    records: int
    people: int
    accuracy: Accuracy
    found_or_queued: float
    queue: int
    blocking_recall: float
    candidates_mean: float
    candidates_p99: int
    hard_negatives: int
    hard_linked: int
    worst: Sequence[Mixed]


class _CountingIndex(MatchIndex):
    """Remembers how many candidates each look-up gave."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def candidates(
        self, keys: Collection[Key], own: str | None = None, children: Iterable[str] = ()
    ) -> list[Candidate]:
        found = super().candidates(keys, own, children)
        self.sizes.append(len(found))
        return found


class _WatchedClusters(Clusters):
    def __init__(self, comparer: Comparer) -> None:
        super().__init__(comparer)
        self._index = self.watched = _CountingIndex()


def run(corpus: Corpus, comparer: Comparer, count: Count | None = None) -> Trial:
    """Lets the matcher place every record of a corpus in order, and judges what came of it."""
    clusters = _WatchedClusters(comparer)
    features: dict[str, Features] = {}
    for number, (record, features[record]) in enumerate(featured(corpus), start=1):
        clusters.describe(record, features[record])
        if count:
            count(number)
    child_of, person_of = dict(clusters.child_of()), corpus.person_of()
    sizes = sorted(clusters.watched.sizes)
    return Trial(
        corpus=corpus.name,
        records=len(child_of),
        people=len(set(person_of.values())),
        accuracy=accuracy(child_of, person_of),
        found_or_queued=_found_or_queued(child_of, person_of, clusters.open_pairs().keys()),
        queue=len(clusters.open_pairs()),
        blocking_recall=blocking_recall(features, person_of),
        candidates_mean=sum(sizes) / max(1, len(sizes)),
        candidates_p99=sizes[int(len(sizes) * 0.99)] if sizes else 0,
        hard_negatives=len(corpus.hard_negatives),
        hard_linked=_taken_for_one(corpus, child_of, person_of),
        worst=worst(child_of, person_of),
    )


def featured(corpus: Corpus) -> Iterable[tuple[str, Features]]:
    """The features of a record after each report of it."""
    before: dict[str, Features] = {}
    for each in corpus.reported:
        before[each.record] = features_of(each.particulars, each.time, before.get(each.record), each.source)
        yield each.record, before[each.record]


def blocking_recall(features: dict[str, Features], person_of: dict[str, str]) -> float:
    """The share of pairs of records of one person that share a key which is not passed over."""
    keys = {record: set(blocking_keys(each)) for record, each in features.items()}
    common = {
        key for key, many in Counter(key for each in keys.values() for key in each).items() if many > MOST_IN_A_BLOCK
    }
    met = total = 0
    for records in groups(person_of):
        for one, other in combinations(records, 2):
            total += 1
            met += not (keys[one] & keys[other]) <= common
    return met / total if total else 1.0


def _found_or_queued(child_of: dict[str, str], person_of: dict[str, str], queue: Iterable[frozenset[str]]) -> float:
    """The share of pairs of records of one person whose children are the same, or are queued together."""
    queued = set(queue)
    records_in: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record, child in child_of.items():
        records_in[person_of[record]][child] += 1
    found = total = 0
    for children in records_in.values():
        total += pairs_among([children.total()])
        found += pairs_among(children.values())
        found += sum(children[a] * children[b] for a, b in combinations(children, 2) if frozenset((a, b)) in queued)
    return found / total if total else 1.0


def _taken_for_one(corpus: Corpus, child_of: dict[str, str], person_of: dict[str, str]) -> int:
    children: defaultdict[str, set[str]] = defaultdict(set)
    for record, child in child_of.items():
        children[person_of[record]].add(child)
    return sum(not children[one].isdisjoint(children[other]) for one, other in corpus.hard_negatives)
