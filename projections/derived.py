"""What follows from rows of several streams, kept right beside them: the findings of reports, and who is hidden."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.projection import Put
from projections.reports import derive as reports
from projections.shields import derive as shields


class Following:
    """Made before row changes are written; `refresh` is for after, in the same transaction."""

    def __init__(self, cursor: Cursor, puts: Sequence[Put]) -> None:
        self._cursor = cursor
        self._records, moved = reports.changed_records(puts)
        self._changed = shields.changed(puts)
        self._left = reports.owners(cursor, moved)

    def refresh(self) -> None:
        """Finds everything again that may have changed."""
        if children := self._left | reports.owners(self._cursor, self._records):
            reports.refresh(self._cursor, children)
        hidden = self._left | self._changed.children | reports.owners(self._cursor, self._changed.records)
        if hidden or self._changed.moved:
            shields.refresh(self._cursor, hidden, self._changed.moved)


def fill(cursor: Cursor, after: str, last: str) -> None:
    """Finds everything of the children behind `after` up to `last`, for tables that hold nothing of them yet."""
    reports.fill(cursor, after, last)
    shields.fill(cursor, after, last)
