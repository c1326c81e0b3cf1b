"""The views built anew in a schema of their own: loaded from Kafka, indexed, and the derived tables filled."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from uuid import UUID

from projections.base.partition import Partition
from projections.base.projection import Table
from projections.catalogue import DERIVED, TABLES
from projections.cross_stream import derived
from projections.engine import bulk, positions
from projections.engine.apply import Write
from projections.engine.digest import combined, table_sums
from projections.engine.schema import use
from streams.projecting.bulk_read import Span, no_collector
from streams.store.database import Connection, connect, transaction

FRESH = "views_rebuilt"
REPLACED = "views_replaced"
PROCESSES = 2
WORTH_PROCESSES = 50_000
"""Reading so many messages takes longer than starting processes."""

Spans = Mapping[Partition, Span]
Load = Callable[[Spans, str, Write], int]
"""`bulk_read.load_spans` with all but its last three arguments given."""


def connect_to(database_url: str) -> Connection:
    """A connection without limits of time for statements and idle transactions."""
    return connect(database_url, application_name="contactpoint rebuild", statement_timeout_s=0, idle_timeout_s=0)


def begin(builder: Connection, partitions: Iterable[Partition]) -> None:
    """Drops what an earlier rebuild may have left, and makes the tables."""
    with transaction(builder), builder.cursor() as cursor:
        cursor.execute(f"drop schema if exists {REPLACED} cascade")
        bulk.begin(cursor, FRESH)
        positions.begin(cursor, partitions)


@contextmanager
def helpers(messages: int) -> Iterator[Executor | None]:
    """Processes for shares of the work, or None where there is too little of it."""
    if messages < WORTH_PROCESSES:
        yield None
        return
    with ProcessPoolExecutor(PROCESSES - 1, get_context("spawn")) as processes:
        yield processes


def load(load_spans: Load, offsets: Mapping[Partition, int], processes: Executor | None) -> int:
    """Loads all messages up to the offsets, a share of them in this process; returns how many."""
    spans = {partition: Span(0, offset) for partition, offset in offsets.items()}
    mine, *others = _shares(spans, PROCESSES if processes else 1)
    running = [processes.submit(load_spans, share, FRESH, bulk.write) for share in others] if processes else []
    return load_spans(mine, FRESH, bulk.write) + sum(process.result() for process in running)


def _shares(spans: Spans, number: int) -> list[dict[Partition, Span]]:
    """Divides the spans into about equal shares."""
    shares: list[dict[Partition, Span]] = [{} for _ in range(number)]
    for partition, span in sorted(spans.items(), key=lambda item: -item[1].end):
        smallest = min(shares, key=lambda share: sum(taken.end for taken in share.values()))
        smallest[partition] = span
    return shares


def finish(database_url: str, processes: Executor | None) -> str:
    """Makes the indexes and fills the derived tables; returns the digest."""
    with ThreadPoolExecutor(PROCESSES, "indexes") as threads:
        sums = list(threads.map(partial(_finish_table, database_url), TABLES))
        _derive(database_url, processes)
        return combined([*sums, *threads.map(partial(_finish_derived, database_url), DERIVED)])


def _derive(database_url: str, processes: Executor | None) -> None:
    """Fills the derived tables for all children, for an equal part of the possible ids in each process."""
    parts = PROCESSES if processes else 1
    mine, *others = pairwise([str(UUID(int=part * (2**128 - 1) // parts)) for part in range(parts + 1)])
    running = [processes.submit(_derive_between, database_url, each) for each in others] if processes else []
    _derive_between(database_url, mine)
    for each in running:
        each.result()


def _derive_between(database_url: str, bounds: tuple[str, str]) -> None:
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, FRESH)
        cursor.execute("set synchronous_commit = off")
        with no_collector():
            derived.fill(cursor, *bounds)


def _finish_derived(database_url: str, table: Table) -> str:
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, FRESH)
        bulk.finish_derived(cursor, table)
        return table_sums(cursor, FRESH, table.name)


def _finish_table(database_url: str, table: Table) -> str:
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, FRESH)
        cursor.execute("set maintenance_work_mem = '128MB'; set synchronous_commit = off")
        bulk.finish(cursor, table)
        return table_sums(cursor, FRESH, table.name)
