"""Which child each record belongs to, as far as a batch depends on it: read at once, then changed by each decision."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from domain.matching import Candidate, Comparer, Features, MatchIndex, Placement, features_of, place
from services.registrar.match_index import IndexChanges, index_keys


class Described(NamedTuple):
    """What describes a child: particulars that became true at `time` (ISO 8601), as the agency `source` reports them.

    `features` and blocking `keys` are those of the particulars alone; `children` have records under one of the keys.
    """

    data: Mapping[str, Any]
    time: str
    source: str
    features: Features
    keys: Sequence[int]
    children: Collection[str]


class Placed(NamedTuple):
    """Where a record belongs, and the features and blocking keys that it has from now on."""

    placement: Placement
    features: Features
    keys: Sequence[int]


class BatchMatcher:
    """The records that a batch may touch, each with its child; `changes` are those of the match index.

    `cannot_link` has pairs of records that are of two children, both ways round.
    """

    def __init__(
        self,
        comparer: Comparer,
        candidates: Iterable[Candidate] = (),
        cannot_link: Collection[tuple[str, str]] = frozenset(),
    ) -> None:
        self.comparer = comparer
        self.changes = IndexChanges()
        self._cannot_link = cannot_link
        self._index = MatchIndex()
        self._stored: dict[str, Features] = {}
        self._absorbed: dict[str, str] = {}
        for candidate in candidates:
            self._index.put(candidate, ())
            self._stored[candidate.record] = candidate.features

    def place(self, record: str, described: Described) -> Placed | None:
        """Where a described record belongs, by all that was decided before; None where nothing follows from it.

        Changes nothing: `put` has to follow.
        """
        before = self._index.get(record)
        if before is None:
            placement = self._compare(record, described.features, described, None)
            return Placed(placement, described.features, described.keys)
        features = features_of(described.data, described.time, before.features, described.source)
        if before.features == features:
            placement = self._compare_within_child(before)
            if not placement.contradicted:
                return None
        else:
            placement = self._compare(record, features, described, before.child)
        return Placed(placement, features, index_keys(features))

    def _compare(self, record: str, features: Features, described: Described, own: str | None) -> Placement:
        met = {self._surviving(child) for child in described.children}
        candidates = self._index.candidates(described.keys, own, met)
        return place(self.comparer, record, features, candidates, own=own, cannot_link=self._cannot_link)

    def _compare_within_child(self, known: Candidate) -> Placement:
        """Which records of its child an amended record contradicts, although nothing has changed that is compared."""
        members = self._index.members(known.child)
        return place(self.comparer, known.record, known.features, members, own=known.child)

    def put(self, record: str, placed: Placed, child: str) -> dict[str, list[str]]:
        """Puts the record into the child, which absorbs those to be merged; gives the records that each of them had."""
        self._outdate(record)
        self._index.put(Candidate(record, child, placed.features), placed.keys)
        self.changes.put[record] = child, placed.features, placed.keys
        brought = {}
        for absorbed in (found.child for found in placed.placement.merged):
            brought[absorbed] = self._index.move(absorbed, child)
            self._absorbed[absorbed] = child
            self.changes.moved.update(dict.fromkeys(brought[absorbed], child))
        return brought

    def remove(self, record: str) -> None:
        """Takes a removed record out, so that nothing is linked through it any more."""
        self._outdate(record)
        self._index.discard(record)
        self.changes.put.pop(record, None)

    def _outdate(self, record: str) -> None:
        stored = self._stored.pop(record, None)
        if stored is not None:
            self.changes.outdated[record] = index_keys(stored)

    def _surviving(self, child: str) -> str:
        while child in self._absorbed:
            child = self._absorbed[child]
        return child
