"""Row changes applied to a fresh schema in bulk: all are copied first, and brought in order as the indexes are made."""

from collections import defaultdict
from collections.abc import Iterable

from psycopg2.errors import UniqueViolation
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.postgres import copy, upsert_sql
from projections.base.projection import Put, Row, Table
from projections.catalogue import TABLES
from projections.engine.schema import create_barriers, create_tables, index_statements, use


def begin(cursor: Cursor, schema: str) -> None:
    """Makes an empty schema without indexes, and sets it as the cursor's."""
    create_tables(cursor, schema)
    create_barriers(cursor, schema)
    use(cursor, schema)
    for table in TABLES:
        cursor.execute(f"create unlogged table {_later(table)} (like {table.name})")


def write(cursor: Cursor, puts: Iterable[Put]) -> None:
    """Copies rows: the first of each key into its table, changes of earlier rows into a table beside it."""
    new: dict[Table, list[Row]] = defaultdict(list)
    later: dict[Table, list[Row]] = defaultdict(list)
    for table, row, first in puts:
        (new if first else later)[table].append(row)
    for table, rows in new.items():
        copy(cursor, table.name, table, rows)
    for table, rows in later.items():
        copy(cursor, _later(table), table, rows)


def finish(cursor: Cursor, table: Table) -> None:
    """Makes the indexes of one table and applies the changes from the table beside it."""
    unique, *others = _indexes(table)
    cursor.execute("savepoint unique_index")
    try:
        cursor.execute(unique)
    except UniqueViolation:
        cursor.execute("rollback to savepoint unique_index")
        cursor.execute(_only_latest(table))
        cursor.execute(unique)
    key, columns = ", ".join(table.key), ", ".join(table.columns)
    changes = f"select distinct on ({key}) {columns} from {_later(table)} order by {key}, {_latest_first(table)}"  # noqa: S608
    cursor.execute(upsert_sql(table, changes))
    for statement in others:
        cursor.execute(statement)
    cursor.execute(f"drop table {_later(table)}")
    cursor.execute(f"analyze {table.name}")


def finish_derived(cursor: Cursor, table: Table) -> None:
    """Makes the indexes of a table whose rows were derived after those of all others."""
    for statement in _indexes(table):
        cursor.execute(statement)
    cursor.execute(f"analyze {table.name}")


def _indexes(table: Table) -> list[str]:
    return [statement for statement in index_statements() if f" on {table.name} " in statement]


def _only_latest(table: Table) -> str:
    """Deletes all but the latest row of each key, where a row was copied as a first one and was not."""
    return (
        f"delete from {table.name} where ctid in (select ctid from (select ctid, row_number() over ("  # noqa: S608
        f"partition by {', '.join(table.key)} order by {_latest_first(table)}) as nth from {table.name}) r"
        " where nth > 1)"
    )


def _latest_first(table: Table) -> str:
    return ", ".join(f"{name} desc" for name in table.order)


def _later(table: Table) -> str:
    return f"{table.name}_later"
