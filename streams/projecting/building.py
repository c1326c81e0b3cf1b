"""The views built in a schema of their own: loaded from Kafka, indexed, the derived tables filled, and caught up."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from domain.days import set_zone, zone
from domain.organisations import Successions, set_successions, successions
from projections.base.partition import Partition
from projections.base.projection import Decryptor
from projections.catalogue import RECEIPTS_LOG
from projections.engine import bulk, positions, view_schemas
from projections.engine.apply import Write
from projections.engine.live import write as write_live
from projections.engine.schema import use
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.settings import KafkaSettings
from streams.projecting.bulk_read import Keeps, LoadedMessages, Span, load_spans
from streams.projecting.completeness import Published
from streams.projecting.finishing import PROCESSES, connect_to, finish
from streams.projecting.reader import log_of
from streams.store.database import Connection, Database, transaction

WORTH_PROCESSES = 50_000
"""Reading so many messages takes longer than starting processes."""
EVENT_COSTS = 3
"""Receipts that are loaded in the time of one event."""
HEAD_START = 5_000
"""Events that the first process loads while another one starts."""

PROGRESS_S = 0.5

Spans = Mapping[Partition, Span]
Progress = Callable[[int, int], None]
"""Called with how many messages are done, of how many."""
Ends = Callable[[], Mapping[Partition, int]]
"""Gives the offset up to which each partition has to be read."""
Load = Callable[[Spans, str, Write, Published], LoadedMessages]
"""`bulk_read.load_spans` with its other arguments given."""


class Building(NamedTuple):
    """The views that are being built: their schema, and how to load messages into it."""

    database_url: str
    schema: str
    load: Load


class BuiltViews(NamedTuple):
    """How many messages were read, and the digest of the views that they make."""

    messages: int
    digest: str


def loader(
    kafka: KafkaSettings,
    database_url: str,
    key_encryption_key: Path,
    publication_key: PublicationKey,
    keeps: Keeps | None = None,
) -> Load:
    """How messages are loaded with these servers and keys, in any process; only those that `keeps` is true of."""
    open_keys = partial(_open_keys, database_url, key_encryption_key)
    return partial(load_spans, kafka, database_url, open_keys, publication_key, keeps=keeps)


def _open_keys(database_url: str, key_encryption_key: Path) -> Decryptor:
    database = Database(database_url, "contactpoint building keys")
    return KeyRing(KeyEncryptionKey.from_file(key_encryption_key), reader_of(database, "register"))


def begin(
    builder: Connection, load: Load, database_url: str, offsets: Mapping[Partition, int], of: str | None = None
) -> Building:
    """Drops what an earlier builder may have left, and makes the tables; `builder` holds BUILD of the definition."""
    with transaction(builder), builder.cursor() as cursor:
        view_schemas.drop_leftovers(cursor, of)
        schema = view_schemas.begin(cursor, sum(offsets.values()), of)
        bulk.begin(cursor, schema)
        positions.begin(cursor, offsets)
    return Building(database_url, schema, load)


def build(
    building: Building, offsets: Mapping[Partition, int], wanted: Published, progress: Progress | None = None
) -> BuiltViews:
    """Loads all messages up to the offsets and derives what follows; raises PositionsMissing where Kafka lacks some."""
    total = sum(offsets.values())
    with _helpers(total) as processes:
        with _reporting(building, progress, total):
            loaded = _load(building, offsets, wanted, processes)
        loaded.positions.check()
        return BuiltViews(loaded.messages, finish(building.database_url, building.schema, processes))


def catch_up(building: Building, connection: Connection, ends: Ends, enough: int) -> None:
    """Applies what comes after the stored offsets up to `ends`; reads these anew until at most `enough` are missing."""
    while True:
        with transaction(connection), connection.cursor() as cursor:
            wanted = ends()
            use(cursor, building.schema)
            positions.begin(cursor, wanted)
            stored = positions.stored_offsets(cursor)
        spans = {partition: Span(stored[partition], end) for partition, end in wanted.items()}
        if sum(span.end - span.first for span in spans.values()) <= enough:
            return
        building.load(spans, building.schema, write_live, {})


@contextmanager
def _helpers(messages: int) -> Iterator[Executor | None]:
    """Processes for shares of the work, or None where there is too little of it."""
    if messages < WORTH_PROCESSES:
        yield None
        return
    of_this_process = (zone(), successions())
    with ProcessPoolExecutor(PROCESSES - 1, get_context("spawn"), _begin_process, of_this_process) as processes:
        yield processes


def _begin_process(zone_name: str, became: Successions) -> None:
    """Sets what rows depend on as it is in the process that shares the work out."""
    set_zone(zone_name)
    set_successions(became)


def _load(
    building: Building, offsets: Mapping[Partition, int], wanted: Published, processes: Executor | None
) -> LoadedMessages:
    """Loads all messages up to the offsets, a share of them in this process."""
    spans = {partition: Span(0, offset) for partition, offset in offsets.items()}
    mine, *others = share_out(spans, PROCESSES if processes else 1)
    running = [processes.submit(_load_share, building, wanted, share) for share in others] if processes else []
    messages, read_positions = _load_share(building, wanted, mine)
    for process in running:
        loaded = process.result()
        messages += loaded.messages
        read_positions.add(loaded.positions)
    return LoadedMessages(messages, read_positions)


def _load_share(building: Building, wanted: Published, spans: Spans) -> LoadedMessages:
    return building.load(spans, building.schema, bulk.write, wanted)


def share_out(spans: Spans, number: int) -> list[dict[Partition, Span]]:
    """Divides the spans into shares that are loaded at about the same time.

    The first is that of the process that is there already; receipts take less time than events.
    """
    shares: list[dict[Partition, Span]] = [{} for _ in range(number)]
    done_at = [0, *([HEAD_START * EVENT_COSTS] * (number - 1))]
    costs = {partition: span.end * _cost(partition) for partition, span in spans.items()}
    for partition in sorted(costs, key=lambda each: -costs[each]):
        first = min(range(number), key=done_at.__getitem__)
        shares[first][partition] = spans[partition]
        done_at[first] += costs[partition]
    return shares


def _cost(partition: Partition) -> int:
    return 1 if log_of(partition.topic) == RECEIPTS_LOG else EVENT_COSTS


@contextmanager
def _reporting(building: Building, progress: Progress | None, total: int) -> Iterator[None]:
    """Notes every PROGRESS_S seconds how many messages are loaded, and calls `progress`."""
    done = threading.Event()

    def report() -> None:
        with closing(connect_to(building.database_url)) as connection:
            while not done.wait(PROGRESS_S):
                with transaction(connection), connection.cursor() as cursor:
                    use(cursor, building.schema)
                    loaded = sum(positions.stored_offsets(cursor).values())
                    view_schemas.note_progress(cursor, building.schema, loaded)
                if progress:
                    progress(loaded, total)

    thread = threading.Thread(target=report, name="progress")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
