"""Queries Kafka for what the views have to read, apart from the Faust app, so that a silent app is noticed."""

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from projections.base.partition import Partition
from streams.kafka.closing import close_soon
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.projecting.reader import log_of

ANSWER_WITHIN_S = 10
_REQUEST_TIMEOUT_MS = 8_000


class KafkaProbe:
    """Queries Kafka; an asynchronous context manager. Every method raises KafkaAway where no answer comes in time."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._where = kafka.bootstrap_servers
        settings = {"request_timeout_ms": _REQUEST_TIMEOUT_MS, **kafka.for_aiokafka()}
        self._admin = AIOKafkaAdminClient(client_id="contactpoint-watch", **settings)
        self._consumer = AIOKafkaConsumer(group_id=None, client_id="contactpoint-watch", **settings)

    async def __aenter__(self) -> "KafkaProbe":
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._admin.start()
                await self._consumer.start()
        except (KafkaError, OSError, TimeoutError):
            await self._close()
            raise self._away() from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def partitions(self) -> set[Partition]:
        """The partitions of every topic that a view is made of."""
        topics: list[dict[str, Any]] = await self._answer(self._admin.describe_topics())
        return {
            Partition(topic["topic"], partition["partition"])
            for topic in topics
            if log_of(topic["topic"])
            for partition in topic["partitions"]
        }

    async def ends(self, partitions: set[Partition]) -> dict[Partition, int]:
        """The end offset of each partition: that of its next record."""
        if not partitions:
            return {}
        ends = await self._answer(self._consumer.end_offsets([TopicPartition(*partition) for partition in partitions]))
        return {Partition(*partition): offset for partition, offset in ends.items()}

    async def record(self, partition: Partition, offset: int) -> Any | None:
        """The record at an offset, as aiokafka gives it; the next one where there is none any more, or None."""
        where = TopicPartition(*partition)
        begins = await self._answer(self._consumer.beginning_offsets([where]))
        ends = await self._answer(self._consumer.end_offsets([where]))
        if not begins[where] <= offset < ends[where]:
            return None
        self._consumer.assign([where])
        self._consumer.seek(where, offset)
        record = await self._answer(self._consumer.getone(where))
        self._consumer.unsubscribe()
        return record

    async def _answer(self, request: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await request
        except (KafkaError, OSError, TimeoutError):
            raise self._away() from None

    async def _close(self) -> None:
        await close_soon(self._consumer.stop())
        await close_soon(self._admin.close())

    def _away(self) -> KafkaAway:
        return KafkaAway(f"Kafka cannot be reached at {self._where}")
