"""The cross-stream tables, findings and hidden children, refreshed in the transaction that changes their causes."""

from collections.abc import Collection, Mapping, Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.projection import Put
from projections.cross_stream import findings, hidden_children, search_keys
from projections.directory.project import FACT, LINK, SET_ASIDE, SUSPENDED
from projections.duplicates.project import CONTRADICTION, LIKENESS, SUSPICION
from projections.new_identities.project import CLOSED_IDENTITY
from projections.search.project import SEARCH
from projections.shields.project import DESTROYED, SHIELD
from projections.timeline.project import CHRONOLOGY

SHARED = frozenset({LINK, SET_ASIDE, CLOSED_IDENTITY, SUSPICION, LIKENESS, CONTRADICTION})
"""Tables of which several streams write one row, so several projectors may."""
CAUSES = frozenset({LINK, SET_ASIDE, CLOSED_IDENTITY, SUSPENDED, LIKENESS, SHIELD, DESTROYED, FACT, SEARCH, CHRONOLOGY})
"""Tables that the derived rows follow from."""


def by_writers(puts: Sequence[Put]) -> tuple[list[Put], list[Put]]:
    """The row changes that one stream alone writes, and those of SHARED tables."""
    own: list[Put] = []
    shared: list[Put] = []
    for put in puts:
        (shared if put.table in SHARED else own).append(put)
    return own, shared


def needs_lock(puts: Sequence[Put]) -> bool:
    """Whether rows of several writers, or causes of derived rows, are among the changes."""
    return any(put.table in CAUSES or put.table in SHARED for put in puts)


class CrossStreamProjection:
    """One refresh around a write of SHARED rows: made before it, for links may move, and called after it.

    Both happen under the lock of derived tables, and the other row changes were written before.
    """

    def __init__(self, cursor: Cursor, puts: Sequence[Put]) -> None:
        self._cursor = cursor
        self._records, moved = findings.changed_records(puts)
        self._changed = hidden_children.changed(puts)
        self._left = findings.owners(cursor, moved)

    def refresh(self) -> None:
        """Derives all rows again that may have changed, in the transaction of the write."""
        owner_of = findings.owner_of(self._cursor, self._records | self._changed.records)
        if children := self._left | _owners(owner_of, self._records):
            findings.refresh(self._cursor, children)
        hidden = self._left | self._changed.children | _owners(owner_of, self._changed.records)
        if hidden or self._changed.moved:
            hidden_children.refresh(self._cursor, hidden, self._changed.moved)


def _owners(owner_of: Mapping[str, str], records: Collection[str]) -> set[str]:
    return {owner_of[record] for record in records if record in owner_of}


def fill(cursor: Cursor, after: str, last: str) -> None:
    """Derives the rows of the ids behind `after` up to `last`, for tables that hold none of them yet."""
    search_keys.fill(cursor, after, last)
    findings.fill(cursor, after, last)
    hidden_children.fill(cursor, after, last)
