"""Versions of records → the keys that they are looked up by, a row each: written again whenever a version is.

They follow from the rows of one stream, whose one writer needs no lock. Statements of writers name tables without a
schema, as in `postgres.py`.
"""

from collections.abc import Sequence
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.parameters import many_ids
from projections.base.postgres import copy
from projections.base.projection import Put
from projections.search.project import FOUND_BY, SEARCH

_KEYS = SEARCH.columns.index("keys")
_CHANGED = (
    "search s join unnest(%s::uuid[], %s::int[]) as changed (stream, version)"
    " on s.stream = changed.stream and s.version = changed.version"
)


class SearchKeys:
    """One refresh around a write of SEARCH rows: made before it, for their keys may change, and called after it."""

    def __init__(self, cursor: Cursor, puts: Sequence[Put]) -> None:
        self._cursor = cursor
        rows = [(put.row, put.first) for put in puts if put.table is SEARCH]
        changed = {row[: SEARCH.keys] for row, is_first in rows if not is_first}
        self._changed: list[Any] = [many_ids(stream for stream, _ in changed), [version for _, version in changed]]
        self._new = [row for row, is_first in rows if is_first and row[: SEARCH.keys] not in changed]
        self._are_changed = bool(changed)
        if changed:
            cursor.execute(
                f"delete from found_by k using {_CHANGED}"  # noqa: S608
                " where k.key = any(s.keys) and k.stream = s.stream and k.version = s.version",
                self._changed,
            )

    def refresh(self) -> None:
        """Writes the keys of what was written, in the transaction of the write."""
        rows = [(key, *row[: SEARCH.keys]) for row in self._new for key in row[_KEYS] or ()]
        if rows:
            copy(self._cursor, FOUND_BY.name, FOUND_BY, rows)
        if self._are_changed:
            self._cursor.execute(_insert(_CHANGED), self._changed)


def fill(cursor: Cursor, after: str, last: str) -> None:
    """Writes the keys of all records behind `after` up to `last`, for a table that holds none of them yet."""
    cursor.execute(_insert("search s where s.stream > %s::uuid and s.stream <= %s::uuid"), (after, last))


def _insert(source: str) -> str:
    return f"insert into found_by (key, stream, version) select unnest(s.keys), s.stream, s.version from {source}"  # noqa: S608
