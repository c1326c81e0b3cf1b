"""Row changes applied to Postgres, live: in the caller's transaction, with the same effect however often they come.

Tables are named without a schema: whoever writes says once for a connection which schema is meant (`schema.use`).
"""

from collections.abc import Collection, Iterable

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.copy_text import copy_text, escaped_text
from projections.base.projection import Put, Row, Table

COPY_BYTES = 256 * 1024
"""How much is handed to the server at once."""


def write(cursor: Cursor, puts: Iterable[Put], *, careful: bool = False) -> None:
    """Applies row changes in the cursor's transaction.

    Most rows are new ones and are simply copied, unescaped, which costs a fraction of an upsert. Where that fails,
    because a row was there already or a value needs escaping, Postgres raises an error: the transaction is to be rolled
    back to before, and the same changes written carefully.
    """
    copied: dict[Table, list[Row]] = {}
    upserted: dict[Table, list[Row]] = {}
    for table, row, first in puts:
        rows = copied if first and not careful else upserted
        if table in rows:
            rows[table].append(row)
        else:
            rows[table] = [row]
    for table, new in copied.items():
        copy(cursor, table.name, table, new)
    for table, changed in upserted.items():
        _upsert(cursor, table, changed, careful)


def copy(cursor: Cursor, target: str, table: Table, rows: Collection[Row], *, escape: bool = False) -> None:
    """Copies rows into a table that has the columns of `table`."""
    text, null = (escaped_text(rows), "\\N") if escape else copy_text(rows)
    statement = f"copy {target} ({', '.join(table.columns)}) from stdin with (null '{null}')"
    cursor.copy_expert(statement, text, COPY_BYTES)


def latest(table: Table, rows: Iterable[Row]) -> Collection[Row]:
    """One row for each key: the one with the latest position, the first of them where positions are equal."""
    kept: dict[Row, Row] = {}
    for row in rows:
        key = row[: table.keys]
        stored = kept.get(key)
        if stored is None or stored[table.position] < row[table.position]:
            kept[key] = row
    return kept.values()


def upsert_sql(table: Table, rows: str) -> str:
    """The statement that puts rows where no later ones stand; `rows` is a query of one row a key."""
    columns = ", ".join(table.columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in table.columns[table.keys :])
    return (
        f"insert into {table.name} as stored ({columns}) {rows}"
        f" on conflict ({', '.join(table.key)}) do update set {changes} where stored.position < excluded.position"
    )


def _upsert(cursor: Cursor, table: Table, rows: Iterable[Row], escape: bool) -> None:
    staging = f"incoming_{table.name}"
    cursor.execute(f"create temp table if not exists {staging} (like {table.name}) on commit delete rows")
    cursor.execute(f"delete from pg_temp.{staging}")  # noqa: S608
    copy(cursor, f"pg_temp.{staging}", table, latest(table, rows), escape=escape)
    query = f"select {', '.join(table.columns)} from pg_temp.{staging}"  # noqa: S608
    cursor.execute(upsert_sql(table, query))
