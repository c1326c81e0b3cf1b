"""Records by blocking key and by child, in memory: of one batch, or of a whole history that is replayed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from domain.matching.blocking import KEY_TELLS, MOST_IN_A_BLOCK, likeliest
from domain.matching.placement import Candidate

Key = str | int
"""A blocking key, or its digest."""


class MatchIndex:
    """Every record put into it, with its child; a record that is put again replaces what was known of it."""

    def __init__(self) -> None:
        self._records: dict[str, Candidate] = {}
        self._keys: dict[str, Sequence[Key]] = {}
        self._blocks: defaultdict[Key, set[str]] = defaultdict(set)
        self._children: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, candidate: Candidate, keys: Sequence[Key]) -> None:
        """Adds a record, or replaces it; it is found under `keys`, its blocking keys."""
        self.discard(candidate.record)
        record = candidate.record
        self._records[record] = candidate
        self._children[candidate.child].add(record)
        self._keys[record] = keys
        for key in self._keys[record]:
            self._blocks[key].add(record)

    def discard(self, record: str) -> None:
        """Forgets a record that was removed from the directory."""
        old = self._records.pop(record, None)
        if old:
            self._children[old.child].discard(record)
            for key in self._keys.pop(record):
                self._blocks[key].discard(record)

    def move(self, child: str, to: str) -> list[str]:
        """The records of a child belong to another from now on; returns them."""
        moved = sorted(self._children.pop(child, ()))
        for record in moved:
            self._records[record] = self._records[record]._replace(child=to)
        self._children[to].update(moved)
        return moved

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

    def under(self, key: Key) -> list[Candidate]:
        """The records that are found under a key."""
        return [self._records[record] for record in self._blocks.get(key, ())]

    def candidates(self, keys: Iterable[Key], own: str | None = None, children: Iterable[str] = ()) -> list[Candidate]:
        """All records of the likeliest children that have a record under a key, and of `own` and `children`."""
        told: Counter[str] = Counter()
        for key in keys:
            block = self._blocks.get(key, ())
            if 0 < len(block) <= MOST_IN_A_BLOCK:
                for child in {self._records[record].child for record in block}:
                    told[child] += KEY_TELLS // len(block)
        found = {*children, *likeliest(told), *((own,) if own else ())}
        return [candidate for child in sorted(found) for candidate in self.members(child)]
