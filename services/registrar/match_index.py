"""The match index of one batch: what the database has under its blocking keys, and what the batch adds to it."""

from collections import defaultdict
from collections.abc import Iterable

from domain.identity import Candidate, Features


def blocking_keys(features: Features) -> list[tuple[str, str]]:
    """The keys under which records that might be one child meet."""
    keys = (("nhs_number", features.nhs_number), ("upn", features.upn), ("name", features.name_key))
    return [(kind, value) for kind, value in keys if value is not None]


class MatchIndex:
    """Candidates by blocking key; a record that is put again replaces what was known of it."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._records: dict[str, Candidate] = {}
        self._blocks: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for candidate in candidates:
            self.put(candidate)

    def put(self, candidate: Candidate) -> None:
        """Adds a record, or replaces it."""
        self.discard(candidate.record)
        self._records[candidate.record] = candidate
        for key in blocking_keys(candidate.features):
            self._blocks[key].add(candidate.record)

    def discard(self, record: str) -> None:
        """Forgets a record that was removed from the directory."""
        old = self._records.pop(record, None)
        if old:
            for key in blocking_keys(old.features):
                self._blocks[key].discard(record)

    def candidates(self, features: Features) -> list[Candidate]:
        """Every record that shares a key with these features."""
        records = {record for key in blocking_keys(features) for record in self._blocks.get(key, ())}
        return [self._records[record] for record in records]
