"""Records by blocking key and by child, in memory: of one batch, or of a whole history that is replayed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from domain.matching.blocking import KEY_WEIGHT, MOST_HIDDEN, MOST_IN_A_BLOCK, likeliest
from domain.matching.placement import Candidate

Key = str | int
"""A blocking key, or its digest."""


class MatchIndex:
    """Every record put into it, with its child; a record that is put again replaces what was known of it.

    Hidden children have blocks of their own, so no size, rank or list of records under a key reveals them.
    """

    def __init__(self) -> None:
        self._records: dict[str, Candidate] = {}
        self._keys: dict[str, Sequence[Key]] = {}
        self._blocks: defaultdict[Key, set[str]] = defaultdict(set)
        self._hidden_blocks: defaultdict[Key, set[str]] = defaultdict(set)
        self._hidden: set[str] = set()
        self._children: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, candidate: Candidate, keys: Sequence[Key]) -> None:
        """Adds a record, or replaces it; it is found under `keys`, its blocking keys."""
        self.discard(candidate.record)
        record = candidate.record
        self._records[record] = candidate
        self._children[candidate.child].add(record)
        self._keys[record] = keys
        blocks = self._blocks_of(candidate.child)
        for key in keys:
            blocks[key].add(record)

    def hide(self, child: str, hidden: bool) -> None:
        """Marks the child as hidden, or as not hidden."""
        if hidden == (child in self._hidden):
            return
        members = [(each, self._keys[each.record]) for each in self.members(child)]
        for each, _ in members:
            self.discard(each.record)
        (self._hidden.add if hidden else self._hidden.discard)(child)
        for each, keys in members:
            self.put(each, keys)

    def _blocks_of(self, child: str) -> defaultdict[Key, set[str]]:
        return self._hidden_blocks if child in self._hidden else self._blocks

    def discard(self, record: str) -> None:
        """Forgets a record that was removed from the directory."""
        old = self._records.pop(record, None)
        if old:
            self._children[old.child].discard(record)
            blocks = self._blocks_of(old.child)
            for key in self._keys.pop(record):
                blocks[key].discard(record)

    def move(self, child: str, to: str) -> list[str]:
        """The records of a child belong to another from now on; returns them."""
        moved = self.members(child)
        if (child in self._hidden) != (to in self._hidden):
            self.hide(child, to in self._hidden)
        for each in moved:
            self._records[each.record] = each._replace(child=to)
        records = self._children.pop(child, set())
        self._children[to].update(records)
        return sorted(records)

    def __len__(self) -> int:
        return len(self._records)

    def get(self, record: str) -> Candidate | None:
        """A record, if it is there."""
        return self._records.get(record)

    def children(self) -> dict[str, str]:
        """The child of each record."""
        return {record: candidate.child for record, candidate in self._records.items()}

    def members(self, child: str) -> list[Candidate]:
        """The records of a child."""
        return [self._records[record] for record in self._children.get(child, ())]

    def under(self, key: Key) -> Iterator[Candidate]:
        """The records under a key, of children who are not hidden; each is looked up when the iterator reaches it."""
        return map(self._records.__getitem__, self._blocks.get(key, ()))

    def count_under(self, key: Key) -> int:
        """How many records are under a key, of children who are not hidden."""
        return len(self._blocks.get(key, ()))

    def candidates(
        self, keys: Collection[Key], own: str | None = None, children: Iterable[str] = ()
    ) -> list[Candidate]:
        """All records of the likeliest children that have a record under a key, and of `own` and `children`."""
        found = {*children, *likeliest(self._key_weights(keys, self._blocks)), *((own,) if own else ())}
        if self._hidden:
            found.update(likeliest(self._key_weights(keys, self._hidden_blocks), MOST_HIDDEN))
        return [candidate for child in sorted(found) for candidate in self.members(child)]

    def _key_weights(self, keys: Iterable[Key], blocks: Mapping[Key, set[str]]) -> Counter[str]:
        """The weight of the keys for each child that has a record under one of them."""
        weights: Counter[str] = Counter()
        for key in keys:
            block = blocks.get(key, ())
            if 0 < len(block) <= MOST_IN_A_BLOCK:
                for child in {self._records[record].child for record in block}:
                    weights[child] += KEY_WEIGHT // len(block)
        return weights
