"""Faust's Kafka transport, changed: a member of a plain Kafka group fetches, and each fetch is delivered as a whole.

Faust's own group doesn't serve (decision 40): its driver can't subscribe by pattern, its conductor waits 45 s before it
reads a new topic, it seeks to committed offsets whenever its flow stops, and it commits past events that are not done.
So the group's member is ours (`_group.py`), in Faust's consumer thread; to Faust each log is one partition that it is
given once and keeps. Faust hands messages to agents one by one, which costs more than applying them; here one Faust
event holds all records that one fetch brought for one log, which are applied in one transaction.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar

import faust
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from faust.app.base import BootStrategy
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from projections.catalogue import LOGS
from streams.kafka.closing import close_soon
from streams.kafka.settings import KafkaSettings
from streams.projecting._group import Member, Views

_faust_log = logging.getLogger("faust")

LOG_PARTITIONS = {name: TP(name, 0) for name in LOGS}
"""What Faust takes for its partitions, by log."""

Fail = Callable[[BaseException], None]
"""Called in the app's event loop with the error that ended the app."""


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Has the member of the group; reports errors to `Transport.fail`."""

    logger = _faust_log
    member: Member

    async def on_start(self) -> None:
        """Connects; where Kafka is away, reports that without the traceback that Faust would print."""
        try:
            await super().on_start()
        except (KafkaError, OSError) as error:
            self._fail(error)

    async def on_thread_stop(self) -> None:
        """Leaves the group and closes the consumer; an error of that is ignored, for the app waits for this thread."""
        await close_soon(super().on_thread_stop())

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Reports that the thread has ended."""
        self._fail(sys.exception() or RuntimeError("the consumer's thread has ended"))

    def _fail(self, error: BaseException) -> None:
        transport = self.transport
        assert isinstance(transport, Transport)
        self.parent_loop.call_soon_threadsafe(transport.fail, error)

    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        assert isinstance(transport, Transport)
        self.member = Member(transport.kafka, transport.views, self._fail)
        return self.member.consumer

    async def subscribe(self, topics: Any) -> None:
        """Joins the group, and tells Faust that it has every log."""
        await self.call_thread(self._join)

    async def _join(self) -> None:
        self.member.join()
        self.app.consumer_generation_id = 1
        self.app.on_rebalance_start()
        self._announcement = asyncio.create_task(self.on_partitions_assigned(set(LOG_PARTITIONS.values()), 1))


class Consumer(driver.Consumer):
    """Delivers what the member fetched, and never returns to a committed offset."""

    logger = _faust_log
    _delivered = 0

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _member(self) -> Member:
        thread = self._thread
        assert isinstance(thread, ConsumerThread)
        return thread.member

    async def perform_seek(self) -> None:
        """Does nothing: the member seeks the stored offsets."""

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Does nothing: the session finds stalls itself, by stored offsets."""

    async def begin_again(self) -> None:
        """Reads from the stored offsets again."""
        await self._thread.call_thread(self._member.begin_again)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        """One message for each log of which records were fetched; its value is a `Batch`."""
        if not self.flow_active:
            await self.can_resume_flow.wait()
        try:
            fetched = await self._thread.call_thread(self._member.fetch)
        except (KafkaError, OSError) as error:
            self._transport.fail(error)
            await asyncio.Event().wait()
            return
        if self.should_stop:
            return
        for log, batch in fetched:
            self._delivered += 1
            yield LOG_PARTITIONS[log], self._message(LOG_PARTITIONS[log], batch)

    @property
    def _transport(self) -> "Transport":
        assert isinstance(self.transport, Transport)
        return self.transport

    def _message(self, tp: TP, batch: Any) -> ConsumerMessage:
        """A message with an offset later than all before, for Faust drops others."""
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            self._delivered,
            timestamp=0.0,
            timestamp_type=0,
            headers=None,
            key=None,
            value=batch,
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )


class Transport(driver.Transport):
    """Carries what the consumer needs: the servers, the views, and the function to call when it fails."""

    Consumer: ClassVar[type[Consumer]] = Consumer

    def __init__(self, app: faust.App, kafka: KafkaSettings, views: Views, fail: Fail) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.kafka = kafka
        self.views = views
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
