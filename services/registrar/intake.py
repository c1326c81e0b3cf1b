"""The registrar's process: consumes every agency's topic in batches, and hands each batch to be decided.

It reads without a consumer group: the topics are those of the agency register, and it goes on from the offsets that
were saved with the decisions. One registrar is active, the others wait for the lock; saving is fenced (`fence.py`).
"""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta
from threading import Event

import psycopg2
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from eventsourcing.persistence import PersistenceError

from domain.agency import Agency
from domain.matching import Comparer
from projections.base.partition import Partition
from services.configuration.settings import Settings
from services.queries.belonging import refuse_other_kafka
from services.registers import agencies_version, load_agencies
from services.registrar import store
from services.registrar.batch import Message
from services.registrar.budgets import (
    MOST_DESTRUCTIONS,
    MOST_INVALID,
    MOST_OPENED_SHIELDS,
    MOST_REMOVALS,
    MOST_SUSPICIONS,
    Limits,
)
from services.registrar.fence import Fence, FenceLost, take_fence
from services.registrar.handle import Registrar
from services.registrar.matcher_settings import load_settings
from services.registrar.reindex import build_match_index
from services.registrar.steward_looks import OLDEST
from services.registrar.stewardship import BACKUPS_KEPT
from services.registrar.writer import Writer
from streams.batch_times import of_this_process
from streams.clock import utc_now
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.closing import close_soon
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import STEWARDSHIP, UNCLAIMED, agency_topics, submissions_topic
from streams.store.application import LogApplication
from streams.store.database import Database, DatabaseAway, connect

logger = logging.getLogger(__name__)

MAX_BATCH = 2_000
"""Most messages that take effect in one transaction."""
POLL_MS = 100
FETCH_WAIT_MS = 250
"""How long the broker may wait for the first message; it answers as soon as there is one."""
REGISTER_CHECK_S = 0.5
"""How soon a new agency's topic is read."""
QUIET_S = 10
"""After so long without a message the end offsets are checked: Kafka may be away, or the consumer stalled."""
BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
GC_THRESHOLD = 50_000
"""Batches make many objects that die young; collecting cycles less often saves a sixth of the time."""


class ConsumerStalled(Exception):
    """The consumer returns no messages although there are some to read."""


_AWAY = (
    DatabaseAway,
    KafkaAway,
    PersistenceError,
    psycopg2.Error,
    KafkaError,
    OSError,
    store.OffsetMoved,
    FenceLost,
    ConsumerStalled,
)
_EXPLAINED = (DatabaseAway, KafkaAway, FenceLost)
"""Whose texts are sentences; of others the log gets the kind, for their texts may hold what was sent."""


def run(settings: Settings, stop: Event) -> None:
    """Runs until `stop` is set; waits while Kafka or Postgres is away, logs that once, and goes on by itself.

    Raises SettingsRefused where the matcher's settings can't be used.
    """
    gc.set_threshold(GC_THRESHOLD, 20, 20)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    comparer = Comparer(load_settings(settings.matcher))
    attempts = 0
    while not stop.is_set():
        began = time.monotonic()
        try:
            with _active(settings.need_database(), stop) as fence:
                if fence is not None:
                    asyncio.run(_serve(settings, comparer, fence, stop))
        except _AWAY as error:
            attempts = 0 if time.monotonic() - began > QUIET_S else attempts + 1
            if attempts == 1:
                logger.warning("waiting: %s", str(error) if isinstance(error, _EXPLAINED) else type(error).__name__)
            stop.wait(BACK_OFF_S[min(attempts, len(BACK_OFF_S) - 1)])


@contextmanager
def _active(database_url: str, stop: Event) -> Iterator[Fence | None]:
    """The right to write, taken under the lock of the active registrar, for which it waits; None once `stop` is set.

    The lock only keeps standbys from taking over at once. Where its connection ends unnoticed, the fence still holds.
    """
    with closing(connect(database_url, application_name="contactpoint registrar lock", idle_timeout_s=0)) as connection:
        connection.autocommit = True
        waiting = False
        with connection.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("select pg_try_advisory_lock(hashtext('contactpoint registrar'))")
                if cursor.fetchone() == (True,):
                    yield take_fence(cursor)
                    return
                if not waiting:
                    logger.info("standing by: another registrar is active")
                    waiting = True
                stop.wait(REGISTER_CHECK_S)
        yield None


async def _serve(settings: Settings, comparer: Comparer, fence: Fence, stop: Event) -> None:
    """Everything in memory is made here, under one fence, and ends with it."""
    database_url = settings.need_database()
    with closing(Database(database_url, "contactpoint registrar reads")) as reads:
        keys = KeyRing(KeyEncryptionKey.from_file(settings.keys / "key-encryption.key"), reader_of(reads, "register"))
        with closing(LogApplication(database_url, "register", EventMapper(keys), reader=reads)) as log:
            await asyncio.to_thread(refuse_other_kafka, settings.need_kafka(), reads, must_have_met=True)
            await asyncio.to_thread(build_match_index, log, reads, keys, fence, stop)
            oldest = timedelta(hours=settings.look_hours) if settings.look_hours else OLDEST
            registrar = Registrar(
                Writer(log, reads, keys, fence, utc_now),
                comparer,
                pause=stop.wait,
                oldest_look=oldest,
                backups_kept=timedelta(days=settings.backup_days) if settings.backup_days else BACKUPS_KEPT,
                limits=Limits(
                    settings.invalid_per_hour or MOST_INVALID,
                    settings.suspicions_per_day or MOST_SUSPICIONS,
                    settings.destructions_per_day or MOST_DESTRUCTIONS,
                    settings.removals_per_day or MOST_REMOVALS,
                    settings.opened_shields_per_day or MOST_OPENED_SHIELDS,
                ),
            )
            async with _consumer(settings.need_kafka()) as consumer:
                await _consume(_Topics(consumer, reads, registrar), registrar, stop)


@asynccontextmanager
async def _consumer(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        **kafka.for_aiokafka(),
        client_id="contactpoint-registrar",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        fetch_max_bytes=8 * 1024 * 1024,
        max_partition_fetch_bytes=4 * 1024 * 1024,
        metadata_max_age_ms=5_000,
        request_timeout_ms=10_000,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await close_soon(consumer.stop())


async def _consume(topics: "_Topics", registrar: Registrar, stop: Event) -> None:
    """Reads one batch ahead while another is decided, except when the topics may change.

    A batch is decided by a register at least as new as its messages: where that has changed, the batch is read again.
    """
    last_progress = time.monotonic()
    while not stop.is_set():
        await topics.refresh()
        await asyncio.to_thread(registrar.set_aside)
        batch = await topics.next_batch()
        while batch and not topics.are_outdated():
            ahead = None if topics.are_due or stop.is_set() else asyncio.create_task(topics.next_batch())
            began = time.monotonic()
            try:
                await asyncio.to_thread(registrar.handle, batch)
                of_this_process.note(time.monotonic() - began)
                await asyncio.to_thread(registrar.set_aside)
            except BaseException:
                if ahead:
                    ahead.cancel()
                raise
            batch = await ahead if ahead else []
            last_progress = time.monotonic()
        if time.monotonic() - last_progress > QUIET_S:
            await topics.check_for_stall()
            last_progress = time.monotonic()


class _Topics:
    """The topics that are read: those of the register's agencies, from the saved offsets on."""

    def __init__(self, consumer: AIOKafkaConsumer, reads: Database, registrar: Registrar) -> None:
        self._consumer = consumer
        self._reads = reads
        self._registrar = registrar
        self._owners: dict[str, Agency | None] = {}
        self._version: int | None = None
        self._checked = float("-inf")
        registrar.resume()

    @property
    def are_due(self) -> bool:
        """Whether it is time to check the agency register again."""
        return time.monotonic() - self._checked >= REGISTER_CHECK_S

    def are_outdated(self) -> bool:
        """Whether the agency register has changed since the last check; then the next one is due."""
        with self._reads.transaction() as cursor:
            outdated = agencies_version(cursor) != self._version
        if outdated:
            self._checked = float("-inf")
        return outdated

    async def refresh(self) -> None:
        """Checks the agency register when that is due; where it has changed, reads the topics that it names."""
        if not self.are_due:
            return
        self._checked = time.monotonic()
        with self._reads.transaction() as cursor:
            version = agencies_version(cursor)
            if version == self._version:
                return
            agencies = load_agencies(cursor)
        self._version = version
        self._owners = {submissions_topic(code): agency for code, agency in agencies.items()}
        self._owners |= {submissions_topic(code): None for code in (UNCLAIMED, STEWARDSHIP)}
        partitions = [
            TopicPartition(topic.name, number)
            for code in (*agencies, UNCLAIMED, STEWARDSHIP)
            for topic in agency_topics(code)
            if topic.name in self._owners
            for number in range(topic.partitions)
        ]
        self._consumer.assign(partitions)
        for partition in partitions:
            self._consumer.seek(partition, self._registrar.offsets.get(Partition(*partition), 0))
        logger.info("reading %d topics", len(self._owners))

    async def next_batch(self) -> list[Message]:
        """What has arrived, at most MAX_BATCH messages, in the order of each partition."""
        polled = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_BATCH)
        return [self._message(record) for records in polled.values() for record in records]

    async def check_for_stall(self) -> None:
        """Raises where the end of a partition is beyond what has been read of it."""
        ends = await self._consumer.end_offsets(list(self._consumer.assignment()))
        for partition, end in ends.items():
            if end > self._registrar.offsets.get(Partition(*partition), 0):
                raise ConsumerStalled

    def _message(self, record: ConsumerRecord[bytes, bytes]) -> Message:
        oversize = any(name == "oversize" for name, _ in record.headers)
        owner = self._owners[record.topic]
        return Message(record.topic, record.partition, record.offset, record.value or b"", owner, oversize)
