"""Row changes applied to Postgres, live: in the caller's transaction, with the same effect however often they come.

Tables are named without a schema: which one is meant is set once for a connection (`schema.use`).
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from psycopg2.errors import CharacterNotInRepertoire
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from projections.base.binary_copy import NotOfItsType, copy_rows
from projections.base.projection import Put, Row, Table

ROWS_AT_ONCE = 500
"""How many rows are inserted by one statement, where they are not copied."""

_column_types: dict[Table, Mapping[str, str]] = {}


def write(cursor: Cursor, puts: Iterable[Put]) -> None:
    """Applies row changes in the cursor's transaction.

    Rows that are the first of their key are copied, which costs a fraction of an upsert; most are. Where such a row is
    there already, Postgres raises UniqueViolation: then roll back to before, and write the puts `as_changes`.
    """
    copied: dict[Table, list[Row]] = {}
    upserted: dict[Table, list[Row]] = {}
    for table, row, first in puts:
        rows = copied if first else upserted
        if table in rows:
            rows[table].append(row)
        else:
            rows[table] = [row]
    for table, new in copied.items():
        copy(cursor, table.name, table, new)
    for table, changed in upserted.items():
        _upsert(cursor, table, changed)


def copy(cursor: Cursor, target: str, table: Table, rows: Collection[Row]) -> None:
    """Copies rows into a table that has the columns of `table`.

    Where a value is not of its column's type, the rows are inserted as texts, which Postgres converts; raises what it
    raises where it cannot.
    """
    try:
        copy_rows(cursor, target, _types(cursor, table), rows)
    except NotOfItsType:
        _insert_texts(cursor, target, table, rows)


def latest(table: Table, rows: Iterable[Row]) -> Collection[Row]:
    """One row for each key: the last in the table's order, the first of them where they are equal."""
    kept: dict[Row, Row] = {}
    rank = table.rank
    for row in rows:
        key = row[: table.keys]
        stored = kept.get(key)
        if stored is None or rank(stored) < rank(row):
            kept[key] = row
    return kept.values()


def upsert_sql(table: Table, rows: str) -> str:
    """The statement that puts rows unless there are later ones of their keys; `rows` is a query of one row a key."""
    columns = ", ".join(table.columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in table.columns[table.keys :])
    stored, given = (", ".join(f"{which}.{name}" for name in table.order) for which in ("stored", "excluded"))
    return (
        f"insert into {table.name} as stored ({columns}) {rows}"
        f" on conflict ({', '.join(table.key)}) do update set {changes} where ({stored}) < ({given})"
    )


def _types(cursor: Cursor, table: Table) -> Mapping[str, str]:
    """The columns of a table with their SQL types, read from Postgres once in a process."""
    if table not in _column_types:
        cursor.execute(
            "select attname, format_type(atttypid, null) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0",
            (table.name,),
        )
        types = dict(cursor.fetchall())
        _column_types[table] = {column: types[column] for column in table.columns}
    return _column_types[table]


def _insert_texts(cursor: Cursor, target: str, table: Table, rows: Collection[Row]) -> None:
    texts = [[None if value is None else _text(value) for value in row] for row in rows]
    statement = f"insert into {target} ({', '.join(table.columns)}) values %s"  # noqa: S608
    execute_values(cursor, statement, texts, page_size=ROWS_AT_ONCE)


def _text(value: Any) -> str:
    """A value as the text that Postgres reads; raises CharacterNotInRepertoire as it does."""
    text = _array(value) if value.__class__ is list else str(value)
    if "\0" in text:
        raise CharacterNotInRepertoire("a text holds the character 0")
    return text


def _array(values: list[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"


def _upsert(cursor: Cursor, table: Table, rows: Iterable[Row]) -> None:
    staging = f"incoming_{table.name}"
    cursor.execute(f"create temp table if not exists {staging} (like {table.name}) on commit delete rows")
    cursor.execute(f"delete from pg_temp.{staging}")  # noqa: S608
    copy(cursor, f"pg_temp.{staging}", table, latest(table, rows))
    query = f"select {', '.join(table.columns)} from pg_temp.{staging}"  # noqa: S608
    cursor.execute(upsert_sql(table, query))
