"""Which child each record belongs to, and which records a child has."""

from collections.abc import Mapping, Sequence
from sys import intern
from typing import Self


class Membership:
    """Records and children by id; a record that was removed belongs to none."""

    def __init__(self) -> None:
        self._child: dict[str, str] = {}
        self._records: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._child)

    def __contains__(self, record: str) -> bool:
        return record in self._child

    def child_of(self, record: str) -> str | None:
        """The child of a record."""
        return self._child.get(record)

    def records_of(self, child: str) -> Sequence[str]:
        """The records of a child."""
        return self._records.get(child, ())

    @property
    def children(self) -> Mapping[str, Sequence[str]]:
        """The records of each child that has any."""
        return self._records

    def put(self, record: str, child: str) -> None:
        """The record belongs to the child, and to no other."""
        if self._child.get(record) == child:
            return
        self.discard(record)
        record, child = intern(record), intern(child)
        self._child[record] = child
        self._records.setdefault(child, []).append(record)

    def discard(self, record: str) -> None:
        """The record belongs to nobody any more."""
        child = self._child.pop(record, None)
        if child is not None:
            self._records[child].remove(record)
            if not self._records[child]:
                del self._records[child]

    def copy(self) -> Self:
        """An independent copy."""
        other = type(self)()
        other._child = dict(self._child)
        other._records = {child: list(records) for child, records in self._records.items()}
        return other
