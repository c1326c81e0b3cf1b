"""The tables of all views: made where they are missing, in one Postgres schema that a rebuild replaces as a whole."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from inspect import getfile
from pathlib import Path

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier, Literal

from projections.catalogue import PROJECTIONS
from projections.engine import locks
from projections.reports import tables
from projections.visibility.barriers import barriers

LIVE = "views"
"""The schema that readers see."""

_POSITIONS = Path(__file__).with_name("positions.sql")


def create(database_url: str, schema: str = LIVE) -> None:
    """Makes what is missing of the tables and indexes; may be called at any time, by several processes at once.

    Views that another version of the product has made otherwise go, and are built again from Kafka like new ones.
    """
    connection = psycopg2.connect(database_url, application_name="schema")
    try:
        with connection.cursor() as cursor:
            locks.wait_for(cursor, locks.SCHEMA)
            _drop_others(cursor, schema)
            create_tables(cursor, schema)
            create_indexes(cursor, schema)
            create_barriers(cursor, schema)
        # Not `with connection`: where Postgres goes away, its rollback would raise InterfaceError in the error's place.
        connection.commit()
    finally:
        connection.close()


def use(cursor: Cursor, schema: str) -> None:
    """Sets the schema that a writer's statements mean, for as long as its connection lasts."""
    cursor.execute(SQL("set search_path to {}").format(Identifier(schema)))


def create_tables(cursor: Cursor, schema: str) -> None:
    """Makes the tables without their indexes, so that a bulk load may come before `create_indexes`."""
    cursor.execute(SQL("create schema if not exists {}").format(Identifier(schema)))
    cursor.execute(SQL("comment on schema {} is {}").format(Identifier(schema), Literal(definition())))
    _run(cursor, schema, [statement for statement in _statements() if _is_table(statement)])


def create_indexes(cursor: Cursor, schema: str) -> None:
    """Makes the indexes, among them the unique ones that row changes need."""
    _run(cursor, schema, index_statements())


def create_barriers(cursor: Cursor, schema: str) -> None:
    """Makes the views and functions for readers, where they are missing."""
    cursor.execute("select to_regclass(%s) is null", (f"{schema}.reader",))
    if cursor.fetchone() == (True,):
        _run(cursor, schema, barriers())


def definition() -> str:
    """A fingerprint of the tables, indexes and views for readers, by which views of another version are recognised."""
    return f"views {sha256(';'.join([*_statements(), *barriers()]).encode()).hexdigest()[:16]}"


def _drop_others(cursor: Cursor, schema: str) -> None:
    cursor.execute("select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", (schema,))
    if cursor.fetchone() not in (None, (definition(),)):
        cursor.execute(SQL("drop schema {} cascade").format(Identifier(schema)))


def index_statements() -> list[str]:
    """The statements that make the indexes, each on a line of its own, without a schema."""
    return [statement for statement in _statements() if not _is_table(statement)]


def _run(cursor: Cursor, schema: str, statements: Sequence[str]) -> None:
    cursor.execute(SQL("set local search_path to {}").format(Identifier(schema)))
    for statement in statements:
        cursor.execute(statement)


def _is_table(statement: str) -> bool:
    return statement.startswith("create table")


def _statements() -> Iterator[str]:
    views = [*(getfile(type(projection)) for projection in PROJECTIONS), tables.__file__]
    for file in [_POSITIONS, *(Path(view).with_name("table.sql") for view in views)]:
        lines = file.read_text(encoding="utf-8").splitlines()
        text = "\n".join(line for line in lines if not line.startswith("--"))
        yield from (statement.strip() for statement in text.split(";") if statement.strip())
