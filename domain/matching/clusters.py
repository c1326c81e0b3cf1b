"""Matching in memory: records are placed one by one, as the registrar does with its tables."""

from collections.abc import Callable, Mapping, Sequence

from domain.matching.blocking import blocking_keys
from domain.matching.evidence import Comparer
from domain.matching.features import Features
from domain.matching.index import Key, MatchIndex
from domain.matching.placement import Candidate, Finding, Pairs, Placement, place
from domain.matching.shared import Sharing, candidates_without, keys_of_many, sharing_of, without_shared

Pair = frozenset[str]


class Clusters:
    """Which records are one child, and which pairs of records are queued, after each decision.

    A child is named by the record that it was listed for; `keys` gives the keys under which a record is found.
    """

    def __init__(self, comparer: Comparer, keys: Callable[[Features], Sequence[Key]] = blocking_keys) -> None:
        self._comparer = comparer
        self._keys = keys
        self._index = MatchIndex()
        self.queue: dict[Pair, Finding] = {}

    def describe(self, record: str, features: Features, *, cannot_link: Pairs = frozenset()) -> Placement | None:
        """Places a record, new or amended; None where an amendment changes nothing that is compared."""
        before = self._index.get(record)
        if before and before.features == features:
            return None
        own = before.child if before else None
        keys = self._keys(features)
        candidates = self._index.candidates(keys, own)
        self._comparer = self._comparer.among(len(self._index))
        of_many = keys_of_many(features, self._sharing, candidates)
        compared, others = without_shared(features, of_many), candidates_without(candidates, of_many)
        placement = place(self._comparer, record, compared, others, own=own, cannot_link=cannot_link)
        child = placement.child or record
        self._index.put(Candidate(record, child, features), keys)
        for found in placement.merged:
            self._index.move(found.child, child)
        for found in (*placement.suspected, *placement.contradicted):
            self.queue[frozenset((record, found.record))] = found
        return placement

    def _sharing(self, key: str) -> Sharing:
        return sharing_of((each.child, each.features) for each in self._index.under(key))

    def child_of(self) -> Mapping[str, str]:
        """The child of each record."""
        return self._index.children()

    def open_pairs(self) -> dict[Pair, Finding]:
        """The queued pairs whose records belong to different children, by the children's names."""
        child_of = self.child_of()
        pairs: dict[Pair, Finding] = {}
        for records, found in self.queue.items():
            children = frozenset(child_of[record] for record in records)
            best = pairs.get(children)
            if len(children) == 2 and (best is None or best.evidence.probability < found.evidence.probability):
                pairs[children] = found
        return pairs
