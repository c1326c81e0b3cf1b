"""Faust's Kafka transport, changed: it begins at given offsets, joins no group, and delivers each fetch as a whole.

Faust's committed offsets can't be trusted (it commits past events that are not done, and those whose agent raised), and
the views store their own offsets. So each partition is assigned and sought to its stored offset; there is no group, no
rebalance and no commit. Faust hands messages to agents one by one, which costs more than applying them; here one Faust
event holds all records that one fetch brought for one log, which are applied in one transaction.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, ClassVar

import aiokafka
import faust
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.app.base import BootStrategy
from faust.transport.consumer import ensure_TPset
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from projections.base.partition import Partition
from streams.kafka.closing import close_soon
from streams.kafka.settings import KafkaSettings
from streams.projecting.reader import by_log

FETCH_WAIT_MS = 50
"""How long the broker may gather messages before it answers: the most that batching adds to latency."""
FETCH_MIN_BYTES = 256 * 1024
FETCH_MAX_BYTES = 8 * 1024 * 1024
PARTITION_MAX_BYTES = 2 * 1024 * 1024 + 64 * 1024
MAX_RECORDS = 3000

_faust_log = logging.getLogger("faust")


Fail = Callable[[BaseException], None]
"""Called in the app's event loop with the error that ended the app."""


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Assigns the partitions and seeks their offsets before the first fetch; reports errors to `Transport.fail`."""

    logger = _faust_log

    async def on_start(self) -> None:
        """Connects; where Kafka is away, reports that without the traceback that Faust would print."""
        try:
            await super().on_start()
        except (KafkaError, OSError) as error:
            self._fail(error)

    async def on_thread_stop(self) -> None:
        """Closes the consumer; an error of that is ignored, because the app waits for this thread to end."""
        await close_soon(super().on_thread_stop())

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Reports that the thread has ended."""
        self._fail(sys.exception() or RuntimeError("the consumer's thread has ended"))

    def _fail(self, error: BaseException) -> None:
        transport = self.transport
        assert isinstance(transport, Transport)
        self.parent_loop.call_soon_threadsafe(transport.fail, error)

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        assert isinstance(transport, Transport)
        return aiokafka.AIOKafkaConsumer(
            client_id="contactpoint-projector",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=MAX_RECORDS,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            fetch_min_bytes=FETCH_MIN_BYTES,
            fetch_max_bytes=FETCH_MAX_BYTES,
            max_partition_fetch_bytes=PARTITION_MAX_BYTES,
            **transport.kafka.for_aiokafka(),
        )

    async def subscribe(self, topics: Any) -> None:
        """Assigns all partitions to this process instead of subscribing."""
        await self.call_thread(self._assign)

    async def _assign(self) -> None:
        transport = self.transport
        assert isinstance(transport, Transport)
        offsets = {TopicPartition(*partition): offset for partition, offset in transport.offsets.items()}
        consumer = self._ensure_consumer()
        consumer.assign(list(offsets))
        for partition, offset in offsets.items():
            consumer.seek(partition, offset)
        self.app.consumer_generation_id = 1
        self.app.on_rebalance_start()
        self._announcement = asyncio.create_task(self.on_partitions_assigned(ensure_TPset(offsets), 1))


class Consumer(driver.Consumer):
    """Delivers fetched records grouped by log, and never returns to a committed offset."""

    logger = _faust_log

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Does nothing: the offsets are sought already."""

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Does nothing: the session finds stalls itself, by stored offsets."""

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        """One message for each log of which records were fetched; its value is a `Fetched`."""
        records, _ = await self._wait_next_records(timeout)
        if not records or self.should_stop or not self.flow_active:
            return
        for _, fetched in by_log({Partition(tp.topic, tp.partition): of_tp for tp, of_tp in records.items()}):
            first = next(iter(fetched))
            yield TP(*first), self._message(TP(*first), fetched[first][-1].offset, fetched)

    def _message(self, tp: TP, offset: int, fetched: Any) -> ConsumerMessage:
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            offset,
            timestamp=0.0,
            timestamp_type=0,
            headers=None,
            key=None,
            value=fetched,
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )


class Transport(driver.Transport):
    """Carries what the consumer needs: the servers, the offsets to begin at, and the function to call when it fails."""

    Consumer: ClassVar[type[Consumer]] = Consumer

    def __init__(self, app: faust.App, kafka: KafkaSettings, offsets: Mapping[Partition, int], fail: Fail) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.kafka = kafka
        self.offsets = offsets
        self.fail = fail


class _OnlyConsume(BootStrategy):
    enable_kafka_producer = False
    enable_web = False


class App(faust.App):
    """A Faust app that neither produces nor serves."""

    BootStrategy = _OnlyConsume
    logger = _faust_log

    def _create_directories(self) -> None:
        """Makes none: they are for Faust's tables, which this app has none of, and a killed process leaves them."""
