"""Every view built afresh from Kafka beside the live ones, compared with them, and put in their place."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from psycopg2.errors import LockNotAvailable

from projections import bulk, locks, positions
from projections.apply import Write
from projections.catalogue import DERIVED, TABLES
from projections.digest import combined, digest, table_sums
from projections.live import write as write_live
from projections.positions import Partition
from projections.projection import Opener, Table
from projections.reports import derive
from projections.schema import LIVE, use
from streams.kafka import KafkaSettings
from streams.replay import Span, no_collector, replay
from streams.sealing import KeyEncryptionKey
from streams.store.database import Connection, Database, connect, transaction
from streams.store.keys import KeyRing, reader_of

FRESH = "views_rebuilt"
REPLACED = "views_replaced"
PROCESSES = 2
WORTH_PROCESSES = 50_000
"""So many messages take longer to read than processes take to start."""
LITTLE = 2_000
"""So many messages may be caught up while the projector pauses."""
PROGRESS_S = 0.5

Progress = Callable[[int, int], None]
"""Told how many messages are done, of how many."""

Spans = Mapping[Partition, Span]
Replay = Callable[[Spans, str, Write], int]


class RebuildRunning(Exception):
    """Another rebuild is at work."""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild found: messages read, seconds taken, both digests, and whether the new views are live now."""

    events: int
    seconds: float
    live: str
    rebuilt: str
    switched: bool

    def document(self) -> dict[str, Any]:
        """As the contract's §4 shows it, and whether the new views are live."""
        return {
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "digest": {"live": self.live, "rebuilt": self.rebuilt},
            "switched": self.switched,
        }


def rebuild(
    kafka: KafkaSettings,
    database_url: str,
    key_encryption_key: Path,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Rebuilt:
    """Reads the logs up to where the live views are, compares, and switches where both are equal, or with `replace`.

    Readers see the old views or the new ones, never a mixture; the projector pauses only while the last messages are
    caught up. Raises RebuildRunning, KafkaAway, DatabaseAway; the live views are untouched then.
    """
    began = monotonic()
    replaying = partial(replay, kafka, database_url, partial(_open_keys, database_url, key_encryption_key))
    with closing(_connect(database_url)) as guard, closing(_connect(database_url)) as builder:
        _become_the_one(guard)
        with closing(_connect(database_url)) as snapshot, ThreadPoolExecutor(1, "digest") as aside:
            offsets = _begin_snapshot(snapshot)
            live_digest = aside.submit(_digest_of_live, snapshot)
            _begin(builder, offsets)
            with _told(progress, database_url, sum(offsets.values())):
                events = _load(replaying, {partition: Span(0, offset) for partition, offset in offsets.items()})
            rebuilt = _finish(database_url, events)
            live = live_digest.result()
        switched = rebuilt == live or replace
        if switched:
            _catch_up(builder, replaying, LITTLE)
            _switch(database_url, builder, replaying)
    return Rebuilt(events, monotonic() - began, live, rebuilt, switched)


def _connect(database_url: str) -> Connection:
    return connect(database_url, application_name="contactpoint rebuild", statement_timeout_s=0, idle_timeout_s=0)


def _open_keys(database_url: str, key_encryption_key: Path) -> Opener:
    database = Database(database_url, "contactpoint rebuild keys")
    return KeyRing(KeyEncryptionKey.from_file(key_encryption_key), reader_of(database, "register"))


def _become_the_one(guard: Connection) -> None:
    with transaction(guard), guard.cursor() as cursor:
        if not locks.take_for_session(cursor, locks.REBUILD):
            raise RebuildRunning("another rebuild is at work")


def _begin_snapshot(snapshot: Connection) -> dict[Partition, int]:
    """Where the live views are; what the connection sees from now on is what they are there."""
    snapshot.set_session(isolation_level="REPEATABLE READ")
    return _offsets(snapshot, LIVE)


def _offsets(connection: Connection, schema: str) -> dict[Partition, int]:
    with connection.cursor() as cursor:
        use(cursor, schema)
        return positions.stored_offsets(cursor)


def _digest_of_live(snapshot: Connection) -> str:
    with snapshot.cursor() as cursor:
        return digest(cursor, LIVE)


def _begin(builder: Connection, partitions: Iterable[Partition]) -> None:
    """Clears away what an earlier rebuild may have left, and makes the tables."""
    with transaction(builder), builder.cursor() as cursor:
        cursor.execute(f"drop schema if exists {REPLACED} cascade")
        bulk.begin(cursor, FRESH)
        positions.begin(cursor, partitions)


def _load(replaying: Replay, spans: Spans) -> int:
    """Replays the first share here, and the others in processes of their own."""
    if sum(span.end for span in spans.values()) < WORTH_PROCESSES:
        return replaying(spans, FRESH, bulk.write)
    mine, *others = _shares(spans, PROCESSES)
    with ProcessPoolExecutor(len(others), get_context("spawn")) as processes:
        running = [processes.submit(replaying, share, FRESH, bulk.write) for share in others]
        return replaying(mine, FRESH, bulk.write) + sum(process.result() for process in running)


def _shares(spans: Spans, number: int) -> list[dict[Partition, Span]]:
    """The spans in about equal shares."""
    shares: list[dict[Partition, Span]] = [{} for _ in range(number)]
    for partition, span in sorted(spans.items(), key=lambda item: -item[1].end):
        smallest = min(shares, key=lambda share: sum(taken.end for taken in share.values()))
        smallest[partition] = span
    return shares


def _finish(database_url: str, events: int) -> str:
    """Makes the indexes and derives the findings; returns the digest."""
    with ThreadPoolExecutor(PROCESSES, "indexes") as threads:
        sums = list(threads.map(partial(_finish_table, database_url), TABLES))
        _derive(database_url, PROCESSES if events >= WORTH_PROCESSES else 1)
        return combined([*sums, *threads.map(partial(_finish_derived, database_url), DERIVED)])


def _derive(database_url: str, processes: int) -> None:
    """Finds the findings of all children, of an equal part of the possible ids in each process."""
    bounds = [str(UUID(int=part * (2**128 - 1) // processes)) for part in range(processes + 1)]
    *others, mine = pairwise(bounds)
    if not others:
        return _derive_between(database_url, mine)
    with ProcessPoolExecutor(len(others), get_context("spawn")) as running:
        awaited = [running.submit(_derive_between, database_url, each) for each in others]
        _derive_between(database_url, mine)
        for each in awaited:
            each.result()
    return None


def _derive_between(database_url: str, bounds: tuple[str, str]) -> None:
    with closing(_connect(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, FRESH)
        cursor.execute("set synchronous_commit = off")
        with no_collector():
            derive.fill(cursor, *bounds)


def _finish_derived(database_url: str, table: Table) -> str:
    with closing(_connect(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, FRESH)
        bulk.finish_derived(cursor, table)
        return table_sums(cursor, FRESH, table.name)


def _finish_table(database_url: str, table: Table) -> str:
    with closing(_connect(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, FRESH)
        cursor.execute("set maintenance_work_mem = '128MB'; set synchronous_commit = off")
        bulk.finish(cursor, table)
        return table_sums(cursor, FRESH, table.name)


def _catch_up(builder: Connection, replaying: Replay, enough: int) -> None:
    """Applies what the live views have taken meanwhile, until no more than `enough` messages are missing."""
    while True:
        with transaction(builder):
            live, fresh = _offsets(builder, LIVE), _offsets(builder, FRESH)
            with builder.cursor() as cursor:
                positions.begin(cursor, live.keys() - fresh.keys())
        spans = {partition: Span(fresh.get(partition, 0), end) for partition, end in live.items()}
        if sum(span.end - span.first for span in spans.values()) <= enough:
            return
        replaying(spans, FRESH, write_live)


def _switch(database_url: str, builder: Connection, replaying: Replay) -> None:
    """Holds the projector, applies the last messages, and puts the new schema in the place of the old one."""
    with closing(_connect(database_url)) as holder, transaction(holder), holder.cursor() as cursor:
        locks.wait_for(cursor, locks.SCHEMA)
        locks.wait_for(cursor, locks.ROWS)
        _catch_up(builder, replaying, 0)
        cursor.execute(f"alter schema {LIVE} rename to {REPLACED}; alter schema {FRESH} rename to {LIVE}")
    # Who still reads the old tables is waited for; the next rebuild drops them if that takes too long.
    with suppress(LockNotAvailable), transaction(builder), builder.cursor() as cursor:
        cursor.execute(f"drop schema {REPLACED} cascade")


@contextmanager
def _told(progress: Progress | None, database_url: str, total: int) -> Iterator[None]:
    """Tells `progress` from time to time how far the replay is."""
    done = threading.Event()

    def tell(tell_of: Progress) -> None:
        with closing(_connect(database_url)) as connection:
            while not done.wait(PROGRESS_S):
                with transaction(connection):
                    tell_of(sum(_offsets(connection, FRESH).values()), total)

    teller = threading.Thread(target=tell, args=(progress,), name="progress") if progress else None
    if teller:
        teller.start()
    try:
        yield
    finally:
        done.set()
        if teller:
            teller.join()
