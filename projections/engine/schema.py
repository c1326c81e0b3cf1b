"""The tables of all views, in one Postgres schema that is built as a whole, and the fingerprint of their version."""

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from inspect import getfile
from pathlib import Path

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier

from domain.organisations import successions
from projections.catalogue import PROJECTIONS
from projections.reports import tables
from projections.visibility.barriers import barriers

ROWS = 5
"""To be raised where a projection makes other rows of the same events, though its tables stay; a test pins the rows."""

_POSITIONS = Path(__file__).with_name("positions.sql")


def use(cursor: Cursor, schema: str) -> None:
    """Sets the schema that a writer's statements mean, for as long as its connection lasts."""
    cursor.execute(SQL("set search_path to {}").format(Identifier(schema)))


def create_tables(cursor: Cursor, schema: str) -> None:
    """Makes the tables without their indexes, so that a bulk load may come before `create_indexes`."""
    cursor.execute(SQL("create schema {}").format(Identifier(schema)))
    _run(cursor, schema, [statement for statement in _statements() if _is_table(statement)])


def create_indexes(cursor: Cursor, schema: str) -> None:
    """Makes the indexes, among them the unique ones that row changes need."""
    _run(cursor, schema, index_statements())


def create_barriers(cursor: Cursor, schema: str) -> None:
    """Makes the views and functions for readers."""
    _run(cursor, schema, barriers())


def definition() -> str:
    """A fingerprint by which views of another version are recognised.

    It is that of tables, indexes, barriers and ROWS, and of what became of codes, for findings follow from that.
    """
    return _fingerprint(ROWS, successions().fingerprint)


@cache
def _fingerprint(rows: int, became: str) -> str:
    sources = (str(rows), *_statements(), *barriers(), *([became] if became else []))
    return sha256(";".join(sources).encode()).hexdigest()[:16]


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
