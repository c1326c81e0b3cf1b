"""Views on a real Postgres for tests: emptied, written in one way or the other, and read back."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from uuid import UUID

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from projections.base.partition import Partition
from projections.base.projection import Row, Table
from projections.catalogue import DERIVED, LOGS, REGISTER_LOG, TABLES, Log
from projections.cross_stream import derived
from projections.engine import apply as applying
from projections.engine import bulk, schema, view_schemas
from projections.engine.apply import Message
from projections.engine.failures import Failure
from projections.engine.live_schema import use_live
from projections.engine.schema import definition
from streams.store.database import Cursor, connect
from tests.support.databases import answers_yes, drop, make
from tests.support.signing_in import make_tables, signed_in

FRESH = "views_fresh"
ANYWHERE = Partition("register.events", 0)


def empty_views(database_url: str) -> None:
    """Makes the tables of the store and empty live views where there are none, each by its owner.

    An empty database becomes a copy of one that has them, which takes a third of the time.
    """
    if answers_yes(database_url, "select to_regclass('store.migrations') is not null"):
        _make_views(database_url)
        return
    server, _, name = database_url.rpartition("/")
    elsewhere, template = f"{server}/postgres", f"views_{definition()}"
    if not answers_yes(elsewhere, f"select exists (select from pg_database where datname = '{template}')"):
        _make_views(make(elsewhere, template))
    drop(elsewhere, name)
    make(elsewhere, name, template)


def _make_views(database_url: str) -> None:
    make_tables(database_url)
    projector = signed_in(database_url, "projector")
    with closing(psycopg2.connect(projector)) as connection, connection, connection.cursor() as cursor:
        if not view_schemas.has_live(cursor):
            view_schemas.make_empty(cursor)


_kept: dict[str, list[Connection]] = {}
"""Connections to the database that was written to last, which nobody uses now."""


@contextmanager
def writing(database_url: str, target: str | None = None) -> Iterator[Cursor]:
    """A cursor that writes to a schema of views, by default the live one; commits at the end.

    The connection is kept for whoever writes next: what a new one has to learn of fifty tables costs more than most
    tests write. As the product's it plans once what is prepared, which may cost a hundred times what executing it does.
    """
    connection = _kept_or_new(database_url)
    try:
        with connection, connection.cursor() as cursor:
            schema.use(cursor, target or use_live(cursor))
            yield cursor
    except BaseException:
        connection.close()
        raise
    _kept.setdefault(database_url, []).append(connection)


def _kept_or_new(database_url: str) -> Connection:
    for other in _kept.keys() - {database_url}:
        for connection in _kept.pop(other, []):
            connection.close()
    kept = _kept.get(database_url)
    if kept:
        return kept.pop()
    no_limits = {"statement_timeout_s": 0.0, "lock_timeout_s": 0.0, "idle_timeout_s": 0.0}
    return connect(database_url, application_name="tests", **no_limits)


def clear(cursor: Cursor) -> None:
    """Empties every table of views; for the few rows of a test that costs half of what `truncate` does."""
    tables = [*(table.name for table in (*TABLES, *DERIVED)), "positions", "failed_messages", "stops"]
    cursor.execute("; ".join(f"delete from {table}" for table in tables))


def messages_of(values: Sequence[object], where: Partition = ANYWHERE) -> list[Message]:
    """Decoded messages as if read from one partition."""
    return [Message(where, offset, value) for offset, value in enumerate(values)]


def take(cursor: Cursor, values: Sequence[object], log: Log = LOGS[REGISTER_LOG]) -> list[Failure]:
    """Applies decoded messages as the live projector does."""
    return applying.apply(cursor, log, messages_of(values))


def load(database_url: str, batches: Sequence[Sequence[object]], log: Log = LOGS[REGISTER_LOG]) -> None:
    """Loads batches of decoded messages as the rebuild does, into FRESH."""
    with writing(database_url) as cursor:
        cursor.execute(f"drop schema if exists {FRESH} cascade")
        bulk.begin(cursor, FRESH)
        for batch in batches:
            applying.apply(cursor, log, messages_of(batch), bulk.write)
    with writing(database_url, FRESH) as cursor:
        for table in TABLES:
            bulk.finish(cursor, table)
        derived.fill(cursor, str(UUID(int=0)), str(UUID(int=2**128 - 1)))
        for table in DERIVED:
            bulk.finish_derived(cursor, table)


def rows(cursor: Cursor, table: Table, target: str | None = None) -> list[Row]:
    """The rows of a table in order of their key, by default of the live views."""
    target = target or use_live(cursor)
    cursor.execute(f"select {', '.join(table.columns)} from {target}.{table.name}")
    return sorted(cursor.fetchall(), key=lambda row: row[: table.keys])
