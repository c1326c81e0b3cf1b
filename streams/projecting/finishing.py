"""What a schema of views needs after its messages are loaded: indexes, the derived tables, and the digest."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from itertools import pairwise
from os import cpu_count
from uuid import UUID

from projections.base.projection import Table
from projections.catalogue import DERIVED, TABLES
from projections.cross_stream import derived
from projections.engine import bulk
from projections.engine.digest import combined, table_sums
from projections.engine.schema import use
from streams.projecting.bulk_read import no_collector
from streams.store.database import Connection, Cursor, connect, transaction

PROCESSES = max(2, min(cpu_count() or 2, 4))
"""One for each core, as far as their memory goes: each holds two batches of messages."""


def connect_to(database_url: str) -> Connection:
    """A connection without limits of time for statements and idle transactions."""
    return connect(database_url, application_name="contactpoint building", statement_timeout_s=0, idle_timeout_s=0)


def finish(database_url: str, schema: str, processes: Executor | None) -> str:
    """Makes the indexes and fills the derived tables; returns the digest."""
    with ThreadPoolExecutor(PROCESSES, "indexes") as threads:
        sums = list(threads.map(partial(_finish_table, database_url, schema), TABLES))
        _derive(database_url, schema, processes)
        return combined([*sums, *threads.map(partial(_finish_derived, database_url, schema), DERIVED)])


def _derive(database_url: str, schema: str, processes: Executor | None) -> None:
    """Fills the derived tables for all children, for an equal part of the possible ids in each process."""
    shares = PROCESSES if processes else 1
    mine, *others = pairwise([str(UUID(int=share * (2**128 - 1) // shares)) for share in range(shares + 1)])
    running = [processes.submit(_derive_between, database_url, schema, each) for each in others] if processes else []
    _derive_between(database_url, schema, mine)
    for each in running:
        each.result()


def _derive_between(database_url: str, schema: str, bounds: tuple[str, str]) -> None:
    with _writing(database_url, schema) as cursor, no_collector():
        cursor.execute("set synchronous_commit = off")
        derived.fill(cursor, *bounds)


def _finish_derived(database_url: str, schema: str, table: Table) -> str:
    with _writing(database_url, schema) as cursor:
        bulk.finish_derived(cursor, table)
        return table_sums(cursor, schema, table.name)


def _finish_table(database_url: str, schema: str, table: Table) -> str:
    with _writing(database_url, schema) as cursor:
        cursor.execute("set maintenance_work_mem = '128MB'; set synchronous_commit = off")
        bulk.finish(cursor, table)
        return table_sums(cursor, schema, table.name)


@contextmanager
def _writing(database_url: str, schema: str) -> Iterator[Cursor]:
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, schema)
        yield cursor
