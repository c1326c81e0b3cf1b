"""What follows from rows of several streams, kept right beside them: the findings of reports, and who is hidden."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.projection import Put
from projections.cross_stream import findings, hidden_children


class CrossStreamProjection:
    """Made before row changes are written; `refresh` is for after, in the same transaction."""

    def __init__(self, cursor: Cursor, puts: Sequence[Put]) -> None:
        self._cursor = cursor
        self._records, moved = findings.changed_records(puts)
        self._changed = hidden_children.changed(puts)
        self._left = findings.owners(cursor, moved)

    def refresh(self) -> None:
        """Finds everything again that may have changed."""
        if children := self._left | findings.owners(self._cursor, self._records):
            findings.refresh(self._cursor, children)
        hidden = self._left | self._changed.children | findings.owners(self._cursor, self._changed.records)
        if hidden or self._changed.moved:
            hidden_children.refresh(self._cursor, hidden, self._changed.moved)


def fill(cursor: Cursor, after: str, last: str) -> None:
    """Finds everything of the children behind `after` up to `last`, for tables that hold nothing of them yet."""
    findings.fill(cursor, after, last)
    hidden_children.fill(cursor, after, last)
