"""Row changes applied to dictionaries: views of one child as of a time, and what tests compare Postgres with."""

from collections import defaultdict
from collections.abc import Iterable

from projections.base.projection import Put, Row, Table


class MemoryViews:
    """The rows of each table by their key."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, dict[Row, Row]] = defaultdict(dict)

    def apply(self, puts: Iterable[Put]) -> None:
        """Applies row changes in the order given; one that is no later than the row of its key changes nothing."""
        for put in puts:
            table, row = put.table, put.row
            rows, key = self._rows[table.name], row[: table.keys]
            stored = rows.get(key)
            if stored is None or table.rank(stored) < table.rank(row):
                rows[key] = row

    def rows(self, table: Table) -> list[Row]:
        """The rows of a table, in order of their key."""
        rows = self._rows[table.name]
        return [rows[key] for key in sorted(rows)]
