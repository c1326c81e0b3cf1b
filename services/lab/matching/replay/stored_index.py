"""The registrar's match index as it is in Postgres, but in memory: what a batch is decided by, and what it writes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from sys import intern

from domain.matching import Candidate, Features
from domain.matching.blocking import KEY_WEIGHT, MOST_IN_A_BLOCK, likeliest
from domain.matching.shared import MOST_FAMILIES, keys_between, shared_keys
from services.lab.matching.replay.membership import Membership
from services.registrar.match_index import (
    IndexChanges,
    Sharers,
    digests,
    features_as_read,
    features_as_stored,
    index_keys,
)

Block = str | list[str] | set[str]
"""The records under a key: one by itself, a few in a list, very many in a set. Most keys have one."""


class StoredIndex:
    """Features and keys of each record; `membership` has their children, and is changed by `write`."""

    def __init__(self, membership: Membership) -> None:
        self.membership = membership
        self._features: dict[str, str] = {}
        self._blocks: dict[int, Block] = {}

    def __len__(self) -> int:
        return len(self._features)

    def features_of(self, record: str) -> Features | None:
        """The features of a record, if it is there."""
        stored = self._features.get(record)
        return None if stored is None else features_as_read(stored)

    def put(self, record: str, features: Features, keys: Iterable[int]) -> None:
        """Adds a record that is not there."""
        record = intern(record)
        self._features[record] = features_as_stored(features).decode()  # the bytes keep room for thousands
        for key in keys:
            self._blocks[key] = _with(self._blocks.get(key), record)

    def discard(self, record: str) -> None:
        """Forgets a record."""
        features = self.features_of(record)
        if features is not None:
            self._outdate(record, index_keys(features))

    def children_met(self, keys: Iterable[int]) -> list[str]:
        """The likeliest of the children that have a record under one of the keys; as the registrar finds them."""
        weights: Counter[str] = Counter()
        for key in keys:
            block = self._blocks.get(key, ())
            records = (block,) if isinstance(block, str) else block
            if 0 < len(records) <= MOST_IN_A_BLOCK:
                for child in {child for record in records if (child := self.membership.child_of(record))}:
                    weights[child] += KEY_WEIGHT // len(records)
        return likeliest(weights)

    def sharers(self, described: Iterable[Features], candidates: Iterable[Candidate]) -> Sharers:
        """Who shares the contacts and homes of the described, or of several candidates; as the registrar finds them."""
        sharing = Counter(key for features in described for key in digests(shared_keys(features)))
        keys = {*sharing, *digests(keys_between(candidates))}
        return {key: self._sharers(key) for key in sorted(keys) if self._may_be_many(key, sharing[key])}

    def _may_be_many(self, key: int, others: int) -> bool:
        block = self._blocks.get(key, ())
        return (1 if isinstance(block, str) else len(block)) + others > MOST_FAMILIES

    def _sharers(self, key: int) -> list[Candidate]:
        block = self._blocks.get(key, ())
        records = (block,) if isinstance(block, str) else islice(block, MOST_IN_A_BLOCK + 1)
        return [
            Candidate(record, child, features)
            for record in records
            if (features := self.features_of(record)) and (child := self.membership.child_of(record))
        ]

    def candidates(self, children: Iterable[str], own: Iterable[str]) -> list[Candidate]:
        """Every record of the children named, and of those that the records `own` belong to."""
        wanted = {*children, *(child for record in own if (child := self.membership.child_of(record)))}
        return [
            Candidate(record, child, features_as_read(self._features[record]))
            for child in wanted
            for record in self.membership.records_of(child)
        ]

    def write(self, changes: IndexChanges) -> None:
        """Brings the index to what a batch has decided."""
        for record, keys in changes.outdated.items():
            self._outdate(record, keys)
            if record not in changes.put:
                self.membership.discard(record)
        for record, (child, features, keys) in changes.put.items():
            self.put(record, features, keys)
            self.membership.put(record, child)
        for record, child in changes.moved.items():
            if record in self.membership:
                self.membership.put(record, child)

    def _outdate(self, record: str, keys: Sequence[int]) -> None:
        del self._features[record]
        for key in keys:
            block = _without(self._blocks[key], record)
            if block is None:
                del self._blocks[key]
            else:
                self._blocks[key] = block


def _with(block: Block | None, record: str) -> Block:
    if block is None:
        return record
    if isinstance(block, str):
        return [block, record]
    if isinstance(block, set):
        block.add(record)
        return block
    block.append(record)
    return block if len(block) <= MOST_IN_A_BLOCK else set(block)


def _without(block: Block, record: str) -> Block | None:
    if isinstance(block, str):
        return None
    block.remove(record)
    return block if len(block) > 1 else next(iter(block))
