"""A rebuild from beginning to end, and its result."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from psycopg2.errors import LockNotAvailable

from projections.base.partition import Partition
from projections.base.projection import Decryptor
from projections.engine import locks, positions
from projections.engine.digest import digest
from projections.engine.live import write as write_live
from projections.engine.schema import LIVE, use
from services.rebuild import building
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.settings import KafkaSettings
from streams.projecting.bulk_read import Span, load_spans
from streams.store.database import Connection, Database, transaction

LITTLE = 2_000
"""How many messages may be left to catch up while the projector pauses."""
PROGRESS_S = 0.5

Progress = Callable[[int, int], None]
"""Called with how many messages are done, of how many."""


class RebuildRunning(Exception):
    """Another rebuild is running."""


@dataclass(frozen=True)
class Rebuilt:
    """The result of a rebuild: messages read, seconds, both digests, and whether the new views are live now."""

    events: int
    seconds: float
    live: str
    rebuilt: str
    switched: bool

    def document(self) -> dict[str, Any]:
        """As a JSON document, in which `switched` says whether the new views are live."""
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
    publication_key: Path,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Rebuilt:
    """Builds the views anew up to where the live ones are, and switches if both are equal, or with `replace`.

    Readers see the old views or the new ones, never a mixture; the projector pauses only while the last messages are
    caught up. Raises RebuildRunning, KafkaAway, DatabaseAway; the live views are untouched then.
    """
    began = monotonic()
    load = partial(
        load_spans,
        kafka,
        database_url,
        partial(_open_keys, database_url, key_encryption_key),
        PublicationKey.from_file(publication_key),
    )
    with closing(building.connect_to(database_url)) as guard, closing(building.connect_to(database_url)) as builder:
        _take_lock(guard)
        with closing(building.connect_to(database_url)) as snapshot, ThreadPoolExecutor(1, "digest") as aside:
            offsets = _begin_snapshot(snapshot)
            live_digest = aside.submit(_digest_of_live, snapshot)
            building.begin(builder, offsets)
            with building.helpers(sum(offsets.values())) as processes:
                with _reporting(progress, database_url, sum(offsets.values())):
                    events = building.load(load, offsets, processes)
                rebuilt = building.finish(database_url, processes)
            live = live_digest.result()
        switched = rebuilt == live or replace
        if switched:
            _catch_up(builder, load, LITTLE)
            _switch(database_url, builder, load)
    return Rebuilt(events, monotonic() - began, live, rebuilt, switched)


def _open_keys(database_url: str, key_encryption_key: Path) -> Decryptor:
    database = Database(database_url, "contactpoint rebuild keys")
    return KeyRing(KeyEncryptionKey.from_file(key_encryption_key), reader_of(database, "register"))


def _take_lock(guard: Connection) -> None:
    with transaction(guard), guard.cursor() as cursor:
        if not locks.take_for_session(cursor, locks.REBUILD):
            raise RebuildRunning("another rebuild is at work")


def _begin_snapshot(snapshot: Connection) -> dict[Partition, int]:
    """Returns the stored offsets of the live views, and keeps the connection reading the views as they are there."""
    snapshot.set_session(isolation_level="REPEATABLE READ")
    return _offsets(snapshot, LIVE)


def _offsets(connection: Connection, schema: str) -> dict[Partition, int]:
    with connection.cursor() as cursor:
        use(cursor, schema)
        return positions.stored_offsets(cursor)


def _digest_of_live(snapshot: Connection) -> str:
    with snapshot.cursor() as cursor:
        return digest(cursor, LIVE)


def _catch_up(builder: Connection, load: building.Load, enough: int) -> None:
    """Applies what the live views have applied meanwhile, until at most `enough` messages are missing."""
    while True:
        with transaction(builder):
            live, fresh = _offsets(builder, LIVE), _offsets(builder, building.FRESH)
            with builder.cursor() as cursor:
                positions.begin(cursor, live.keys() - fresh.keys())
        spans = {partition: Span(fresh.get(partition, 0), end) for partition, end in live.items()}
        if sum(span.end - span.first for span in spans.values()) <= enough:
            return
        load(spans, building.FRESH, write_live)


def _switch(database_url: str, builder: Connection, load: building.Load) -> None:
    """Makes the projector wait, applies the last messages, and puts the new schema in the place of the old one."""
    with closing(building.connect_to(database_url)) as holder, transaction(holder), holder.cursor() as cursor:
        locks.wait_for(cursor, locks.SCHEMA)
        locks.wait_for(cursor, locks.ROWS)
        _catch_up(builder, load, 0)
        cursor.execute(
            f"alter schema {LIVE} rename to {building.REPLACED}; alter schema {building.FRESH} rename to {LIVE}"
        )
    # This waits for readers of the old tables; if that takes too long, the next rebuild drops them.
    with suppress(LockNotAvailable), transaction(builder), builder.cursor() as cursor:
        cursor.execute(f"drop schema {building.REPLACED} cascade")


@contextmanager
def _reporting(progress: Progress | None, database_url: str, total: int) -> Iterator[None]:
    """Calls `progress` every `PROGRESS_S` seconds while messages are loaded."""
    done = threading.Event()

    def report(to: Progress) -> None:
        with closing(building.connect_to(database_url)) as connection:
            while not done.wait(PROGRESS_S):
                with transaction(connection):
                    to(sum(_offsets(connection, building.FRESH).values()), total)

    thread = threading.Thread(target=report, args=(progress,), name="progress") if progress else None
    if thread:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if thread:
            thread.join()
