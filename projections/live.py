"""Row changes applied live, with what follows from them, in the caller's transaction."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections import postgres
from projections.projection import Put
from projections.reports import derive


def write(cursor: Cursor, puts: Sequence[Put], *, careful: bool = False) -> None:
    """Applies row changes as `postgres.write` does; findings are those of the rows as they stand then."""
    records, moved = derive.changed_records(puts)
    left = derive.owners(cursor, moved)
    postgres.write(cursor, puts, careful=careful)
    if children := left | derive.owners(cursor, records):
        derive.refresh(cursor, children)
