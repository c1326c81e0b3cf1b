"""Which child each record is, as far as one batch has to know: read at once, then changed by each decision."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching import Candidate, Comparer, Features, MatchIndex, Placement, features_of, place
from services.registrar.cannot_link import cannot_link_pairs
from services.registrar.match_index import IndexChanges, candidates_of, children_met, index_keys


class Description(Protocol):
    """What describes a child: a submission, or the event that it became."""

    @property
    def time(self) -> str:
        """When it became true, as ISO 8601."""

    @property
    def source(self) -> str:
        """The agency that says it."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The particulars."""


class ReadBatchMatcher(Protocol):
    """Reads what a batch has to know of the match index."""

    def __call__(
        self, cursor: Cursor, comparer: Comparer, describing: Sequence[Description], own: Collection[str]
    ) -> "tuple[BatchMatcher, set[str]]":
        """The places for what a batch describes and for its `own` records that were known before; and all children."""


class Described(NamedTuple):
    """What a submission says of a child, and the children that it meets in the index."""

    features: Features
    keys: Sequence[int]
    children: Collection[str]


class BatchMatcher:
    """The records that a batch may touch, each with its child; `changes` is what becomes of the match index."""

    def __init__(
        self,
        comparer: Comparer,
        candidates: Iterable[Candidate] = (),
        described: Mapping[int, Described] | None = None,
        apart: Collection[tuple[str, str]] = frozenset(),
    ) -> None:
        self._comparer = comparer
        self._described = described or {}
        self._apart = apart
        self._index = MatchIndex()
        self._stored: dict[str, Features] = {}
        self._absorbed: dict[str, str] = {}
        self.changes = IndexChanges()
        for candidate in candidates:
            self._index.put(candidate, ())
            self._stored[candidate.record] = candidate.features

    def place(self, record: str, said: Description) -> Placement | None:
        """Where a described record belongs, by all that was decided before; None where nothing that counts has changed.

        `settle` has to follow.
        """
        described = self._described[id(said)]
        before = self._index.get(record)
        features = features_of(said.data, said.time, before.features, said.source) if before else described.features
        if before and before.features == features:
            return self._still_contradicts(before)
        own = before.child if before else None
        met = {self._now(child) for child in described.children}
        candidates = self._index.candidates(described.keys, own, met)
        return place(self._comparer, record, features, candidates, own=own, apart=self._apart)

    def _still_contradicts(self, known: Candidate) -> Placement | None:
        """Says again what a record that was amended, but not in what is compared, contradicts."""
        members = self._index.members(known.child)
        placement = place(self._comparer, known.record, known.features, members, own=known.child)
        return placement if placement.contradicted else None

    def settle(self, record: str, said: Description, child: str, merged: Iterable[str]) -> dict[str, list[str]]:
        """The record belongs to the child, which has absorbed those that are `merged`; gives what each brought."""
        described, before = self._described[id(said)], self._index.get(record)
        features, keys = described.features, described.keys
        if before:
            features = features_of(said.data, said.time, before.features, said.source)
            keys = index_keys(features)
        self._outdate(record)
        self._index.put(Candidate(record, child, features), keys)
        self.changes.put[record] = child, features, keys
        brought = {}
        for absorbed in merged:
            brought[absorbed] = self._index.move(absorbed, child)
            self._absorbed[absorbed] = child
            self.changes.moved.update(dict.fromkeys(brought[absorbed], child))
        return brought

    def remove(self, record: str) -> None:
        """Takes a removed record out, where nobody may be linked through it any more."""
        self._outdate(record)
        self._index.discard(record)
        self.changes.put.pop(record, None)

    def _outdate(self, record: str) -> None:
        stored = self._stored.pop(record, None)
        if stored is not None:
            self.changes.outdated[record] = index_keys(stored)

    def _now(self, child: str) -> str:
        while child in self._absorbed:
            child = self._absorbed[child]
        return child


def read_batch_matcher(
    cursor: Cursor, comparer: Comparer, describing: Sequence[Description], own: Collection[str]
) -> tuple[BatchMatcher, set[str]]:
    """The places of a batch, for what it describes and its `own` records that were known before; and all children."""
    features = [features_of(said.data, said.time, source=said.source) for said in describing]
    keys = [index_keys(each) for each in features]
    met = children_met(cursor, keys)
    candidates = candidates_of(cursor, {child for each in met for child in each}, own)
    apart = cannot_link_pairs(cursor, [candidate.record for candidate in candidates])
    described = {
        id(said): Described(*each) for said, each in zip(describing, zip(features, keys, met, strict=True), strict=True)
    }
    return BatchMatcher(comparer, candidates, described, apart), {candidate.child for candidate in candidates}
