"""Which child each record belongs to, as far as a batch depends on it: read at once, then changed by each decision."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from domain.child import Child
from domain.matching import Candidate, Comparer, Features, MatchIndex, Placement, features_of, place
from domain.matching.apart import Apart, Candidates, place_apart
from domain.matching.blocking import MOST_CHILDREN
from services.registrar.match_index import IndexChanges, index_keys


class Described(NamedTuple):
    """What describes a child: particulars that became true at `time` (ISO 8601), as the agency `source` reports them.

    `features` and blocking `keys` are those of the particulars alone; `children` have records under one of the keys.
    `shielded` are records, as they were when their shield came, of children that were shielded and may be this one.
    """

    data: Mapping[str, Any]
    time: str
    source: str
    features: Features
    keys: Sequence[int]
    children: Collection[str]
    shielded: Sequence[Candidate] = ()


class Placed(NamedTuple):
    """Where a record belongs, and the features and blocking keys that it has from now on.

    `like` are the records of shielded children for which it is held back, `alone` says that its child has no other
    agency's record.
    """

    placement: Placement
    features: Features
    keys: Sequence[int]
    like: Sequence[str] = ()
    alone: bool = True


FindChild = Callable[[str], Child | None]
"""The child of a number, as it is known now."""


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

    def place(self, record: str, described: Described, child_of: FindChild = lambda _: None) -> Placed | None:
        """Where a described record belongs, by all that was decided before; None where nothing follows from it.

        Changes nothing: `put` has to follow. `child_of` tells which of the children met are hidden.
        """
        before = self._index.get(record)
        if before is None:
            return self._compare(record, described.features, described.keys, described, None, child_of)
        features = features_of(described.data, described.time, before.features, described.source)
        if before.features != features:
            return self._compare(record, features, index_keys(features), described, before.child, child_of)
        placement = self._compare_within_child(before)
        return Placed(placement, features, index_keys(features)) if placement.contradicted else None

    def _compare(
        self,
        record: str,
        features: Features,
        keys: Sequence[int],
        described: Described,
        own: str | None,
        child_of: FindChild,
    ) -> Placed:
        met = [self._surviving(child) for child in described.children]
        hidden = {child for child in {*met, own} if child and is_hidden(child_of(child))}
        near = [*[child for child in met if child not in hidden][:MOST_CHILDREN], *hidden]
        candidates = self._index.candidates(described.keys, own, near)
        shielded = [each for each in described.shielded if is_shielded(child_of(each.child)) and each.child != own]
        if not shielded and not any(is_hidden(child_of(each.child)) for each in candidates):
            placement = place(self.comparer, record, features, candidates, own=own, cannot_link=self._cannot_link)
            return Placed(placement, features, keys)
        found = place_apart(
            self.comparer,
            record,
            features,
            described.features,
            _sorted(candidates, shielded, own, child_of),
            own=own,
            own_is_hidden=own is not None and is_shielded(child_of(own)),
            cannot_link=self._cannot_link,
        )
        return self._apart(found, record, features, keys, described.source)

    def _apart(self, found: Apart, record: str, features: Features, keys: Sequence[int], source: str) -> Placed:
        child = found.placement.child
        members = self._index.members(child) if child else ()
        alone = all(each.features.source == source for each in members if each.record != record)
        return Placed(found.placement, features, keys, [each.record for each in found.like], alone)

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


def is_shielded(child: Child | None) -> bool:
    """Whether a shield stands for the child."""
    return child is not None and child.shield is not None


def is_hidden(child: Child | None) -> bool:
    """Whether the child is shielded, or held back because it may be one that is."""
    return child is not None and (child.shield is not None or child.is_held_back)


def _sorted(
    candidates: Iterable[Candidate], shielded: Sequence[Candidate], own: str | None, child_of: FindChild
) -> Candidates:
    """The candidates by what may follow; those of shielded children are met by who they are, and not by where."""
    held: list[Candidate] = []
    others: list[Candidate] = []
    for each in candidates:
        child = child_of(each.child)
        if each.child == own or not is_hidden(child):
            others.append(each)
        elif not is_shielded(child):
            held.append(each)
    return Candidates(shielded, held, others)
