"""The logs read in bulk and loaded into a schema: everything between two offsets of each partition."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from multiprocessing import parent_process
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from projections.base.partition import Partition
from projections.base.projection import Decryptor
from projections.catalogue import Log
from projections.engine import failures, positions, schema
from projections.engine.apply import Message, Streaks, Write, apply, continued
from projections.engine.failures import Failure
from projections.engine.positions import Progress
from streams.crypto.publication_key import PublicationKey
from streams.kafka.closing import close_soon
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.projecting.completeness import Published, ReadPositions
from streams.projecting.reader import Fetched, by_log, fetch_keys, genuine, last_position, read_messages
from streams.store.database import Connection, connect, transaction

BATCH = 5000
SILENT_FOR_S = 30.0
"""Kafka counts as away when it delivers nothing for so long, although there is more."""
FETCH_MAX_BYTES = 16 * 1024 * 1024
PARTITION_MAX_BYTES = 4 * 1024 * 1024
FETCH_WAIT_MS = 10
"""Short, because all messages are there already: a fetch that waits at the end of one partition delays the others."""

OpenKeys = Callable[[], Decryptor]
"""Makes a key ring, in the process that will use it."""
Keeps = Callable[[Any], bool]
"""Whether an event or a receipt belongs in the views that are built; it is handed to other processes."""


class Span(NamedTuple):
    """Offsets from `first` up to `end`, without it."""

    first: int
    end: int


class LoadedMessages(NamedTuple):
    """How many messages were read, and which positions of those that were wanted."""

    messages: int
    positions: ReadPositions


class Abandoned(Exception):
    """The process that started this load has ended."""


def load_spans(
    kafka: KafkaSettings,
    database_url: str,
    open_keys: OpenKeys,
    key: PublicationKey,
    spans: Mapping[Partition, Span],
    target: str,
    write: Write,
    wanted: Published,
    keeps: Keeps | None = None,
) -> LoadedMessages:
    """Reads the messages in the spans and applies them to the schema `target`; returns how many and which there were.

    Only those are applied that `keeps` is true of, all where there is none.

    The schema's stored offsets must be where the spans begin, and are at their ends afterwards. Raises KafkaAway,
    DatabaseAway, OutOfStep, ProjectionStopped.
    """
    with closing(connect(database_url, application_name="contactpoint replay", statement_timeout_s=0)) as connection:
        with transaction(connection), connection.cursor() as cursor:
            cursor.execute("set synchronous_commit = off; set client_min_messages = warning")
            schema.use(cursor, target)
        with no_collector(), ThreadPoolExecutor(1, "bulk load") as thread:
            try:
                writer = _Writer(connection, open_keys(), key, write, spans, ReadPositions(wanted), keeps)
                return LoadedMessages(asyncio.run(_load(kafka, spans, writer, thread)), writer.read_positions)
            except (KafkaError, OSError):
                raise KafkaAway(f"Kafka cannot be reached at {kafka.bootstrap_servers}") from None


class _Writer:
    """Applies fetched records; used by one thread."""

    def __init__(
        self,
        connection: Connection,
        decryptor: Decryptor,
        key: PublicationKey,
        write: Write,
        spans: Mapping[Partition, Span],
        read_positions: ReadPositions,
        keeps: Keeps | None,
    ) -> None:
        self.read_positions = read_positions
        self._keeps = keeps
        self._connection = connection
        self._key = key
        self._decryptor = decryptor
        self._write = write
        self._offsets = {partition: span.first for partition, span in spans.items()}
        self._streaks: Streaks = {}

    def apply(self, log: Log, fetched: Fetched) -> None:
        messages: list[Message] = []
        forged: list[Failure] = []
        progress: dict[Partition, Progress] = {}
        for partition, records in fetched.items():
            published, others = genuine(partition, records, self._key)
            forged += others
            decoded = read_messages(log, partition, published, self._decryptor, self._key)
            self.read_positions.note(log.name, decoded)
            messages += decoded if self._keeps is None else filter(self._is_kept, decoded)
            following = records[-1].offset + 1
            progress[partition] = Progress(self._offsets[partition], following, last_position(decoded))
            self._offsets[partition] = following
        fetch_keys(log, messages, self._decryptor)
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            positions.advance(cursor, progress)
            failed = apply(cursor, log, messages, self._write)
            self._streaks = continued(self._streaks, log, messages, failed)
            failures.record(cursor, [*failed, *forged])

    def _is_kept(self, message: Message) -> bool:
        return self._keeps is None or message.value is None or self._keeps(message.value)


async def _load(kafka: KafkaSettings, spans: Mapping[Partition, Span], writer: _Writer, thread: Executor) -> int:
    """Reads the next batch while the thread writes the last one."""
    loop = asyncio.get_running_loop()
    count = 0
    writing: asyncio.Future[None] | None = None
    async for batch in read_spans(kafka, spans):
        for log, fetched in by_log(batch):
            count += sum(map(len, fetched.values()))
            if writing:
                await writing
            writing = loop.run_in_executor(thread, writer.apply, log, fetched)
    if writing:
        await writing
    return count


async def read_spans(kafka: KafkaSettings, spans: Mapping[Partition, Span]) -> AsyncIterator[Fetched]:
    """The records in the spans as they are fetched; a partition of which Kafka has nothing left is passed over.

    Raises KafkaAway, KafkaError, and Abandoned where the process that started this one has ended.
    """
    left = {partition: span.end for partition, span in spans.items() if span.first < span.end}
    parent = parent_process()
    last_fetch = time.monotonic()
    async with bulk_consumer(kafka, {partition: spans[partition].first for partition in left}) as consumer:
        begins = await consumer.beginning_offsets([TopicPartition(*partition) for partition in left])
        left = {each: end for each, end in left.items() if begins[TopicPartition(*each)] < end}  # else all is lost
        while left:
            if parent and not parent.is_alive():
                raise Abandoned
            fetched = _within(left, await consumer.getmany(timeout_ms=1000, max_records=BATCH))
            if fetched:
                last_fetch = time.monotonic()
                yield fetched
            elif time.monotonic() - last_fetch > SILENT_FOR_S:
                raise KafkaAway(f"Kafka at {kafka.bootstrap_servers} gives nothing although there is more")
            done = [partition for partition, records in fetched.items() if records[-1].offset + 1 >= left[partition]]
            for partition in done:
                del left[partition]
            consumer.pause(*(TopicPartition(*partition) for partition in done))


def _within(ends: Mapping[Partition, int], batch: Mapping[Any, Sequence[Any]]) -> Fetched:
    """The fetched records that lie before the ends."""
    fetched: dict[Partition, Sequence[Any]] = {}
    for where, records in batch.items():
        partition = Partition(where.topic, where.partition)
        end = ends.get(partition, 0)
        kept = records if records[-1].offset < end else [record for record in records if record.offset < end]
        if kept:
            fetched[partition] = kept
    return fetched


@asynccontextmanager
async def bulk_consumer(
    kafka: KafkaSettings, offsets: Mapping[Partition, int], *, check_crcs: bool = True
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer at these offsets that fetches much at once; without `check_crcs` also what is damaged."""
    consumer = AIOKafkaConsumer(
        group_id=None,
        client_id="contactpoint-replay",
        auto_offset_reset="earliest",
        fetch_max_bytes=FETCH_MAX_BYTES,
        max_partition_fetch_bytes=PARTITION_MAX_BYTES,
        fetch_max_wait_ms=FETCH_WAIT_MS,
        check_crcs=check_crcs,
        **kafka.for_aiokafka(),
    )
    try:
        await consumer.start()
        consumer.assign([TopicPartition(*partition) for partition in offsets])
        for partition, offset in offsets.items():
            consumer.seek(TopicPartition(*partition), offset)
        yield consumer
    finally:
        await close_soon(consumer.stop())


@contextmanager
def no_collector() -> Iterator[None]:
    """Collects no reference cycles: batches make none, and searching for them costs a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
