"""One member of Kafka's consumer group: it reads the partitions that the group gives it, from the stored offsets on.

Nothing is ever committed to Kafka, and what the group believes decides nothing: rows and offset move together in
Postgres, by compare-and-set. The group only says who reads what, so that work is shared and taken over.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import aiokafka
from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from projections.base.partition import Partition
from projections.engine.schema import definition
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import ACCESS_EVENTS, PROJECTOR_GROUP, RECEIPTS, REGISTER_EVENTS
from streams.projecting.reader import Batch, by_log

FETCH_WAIT_MS = 50
"""How long the broker may gather messages before it answers: the most that batching adds to latency."""
FETCH_MIN_BYTES = 256 * 1024
QUIET_WAIT_MS = 250
"""How long it may wait for the first message where nothing has come for POLL_MS; it answers as soon as there is one.
What else goes over its connection waits so long: the look for new topics, and what is read after a sharing out."""
FETCH_MAX_BYTES = 8 * 1024 * 1024
PARTITION_MAX_BYTES = 2 * 1024 * 1024 + 64 * 1024
MAX_RECORDS = 3000
POLL_MS = 500

SESSION_TIMEOUT_MS = 6_000
"""A member that is killed, paused or cut off loses its partitions after so long: the least that brokers allow."""
HEARTBEAT_MS = 1_000
"""How soon a member learns that partitions are shared out anew."""
REBALANCE_TIMEOUT_MS = 5_000
"""How long the others wait for a member to come to the sharing out; longer than it may take to let go, below."""
LET_GO_WITHIN_S = 3
"""How long the batch at hand may take to end before partitions are given up; then it goes on, and its compare-and-set
decides."""
REFRESH_MS = 1_000
"""How soon a new agency's topic is found."""

TOPICS = f"^({re.escape(REGISTER_EVENTS)}|{re.escape(ACCESS_EVENTS)}|{re.escape(RECEIPTS)}.+)$"
"""The topics that views are made of."""


class Views:
    """What a member needs of the views; each call runs in the thread that uses them."""

    def __init__(
        self,
        begin: Callable[[int, Iterable[Partition]], Awaitable[Mapping[Partition, int]]],
        end: Callable[[], Awaitable[None]],
    ) -> None:
        self.begin = begin
        self.end = end


class Member(ConsumerRebalanceListener):  # type: ignore[misc]
    """A consumer of the group; made and used in one event loop. Raises KafkaError."""

    def __init__(self, kafka: KafkaSettings, views: Views, fail: Callable[[BaseException], None]) -> None:
        self._views = views
        self._fail = fail
        self._generation = 0
        self._beginning = asyncio.Lock()
        self.consumer = aiokafka.AIOKafkaConsumer(
            client_id="contactpoint-projector",
            group_id=group(),
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
            metadata_max_age_ms=REFRESH_MS,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=MAX_RECORDS,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            fetch_min_bytes=FETCH_MIN_BYTES,
            fetch_max_bytes=FETCH_MAX_BYTES,
            max_partition_fetch_bytes=PARTITION_MAX_BYTES,
            **kafka.for_aiokafka(),
        )

    def join(self) -> None:
        """Joins the group."""
        self.consumer.subscribe(pattern=TOPICS, listener=self)

    async def fetch(self) -> list[tuple[str, Batch]]:
        """What comes within POLL_MS, by the name of its log."""
        records = await self.consumer.getmany(timeout_ms=POLL_MS)
        self._gather(messages=bool(records))
        # The generation is read where nothing can have happened between the fetch and here.
        generation = self._generation
        fetched = {Partition(tp.topic, tp.partition): of_tp for tp, of_tp in records.items()}
        return [(log.name, Batch(generation, of_log)) for log, of_log in by_log(fetched)]

    def _gather(self, *, messages: bool) -> None:
        """Lets the broker gather messages while they come, and answer with the first one where none come."""
        fetcher = self.consumer._fetcher  # aiokafka takes both once, and reads them for each fetch
        fetcher._fetch_min_bytes = FETCH_MIN_BYTES if messages else 1
        fetcher._fetch_max_wait_ms = FETCH_WAIT_MS if messages else QUIET_WAIT_MS

    async def begin_again(self) -> None:
        """Reads from the stored offsets again, where a batch did not go on from them."""
        await self._begin(self.consumer.assignment())

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Lets go of all partitions, after the batch at hand if that ends in time."""
        self._generation += 1
        try:
            async with asyncio.timeout(LET_GO_WITHIN_S):
                await self._views.end()
        except TimeoutError:
            return
        except Exception as error:
            self._fail(error)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Reads the partitions given from their stored offsets on."""
        try:
            await self._begin(set(assigned))
        except Exception as error:
            self._fail(error)

    async def _begin(self, assigned: Iterable[Any]) -> None:
        async with self._beginning:
            partitions = {TopicPartition(*tp) for tp in assigned}
            self.consumer.pause(*partitions)
            generation = self._generation + 1
            offsets = await self._views.begin(generation, [Partition(*tp) for tp in partitions])
            if self.consumer.assignment() != partitions:
                return  # shared out anew meanwhile
            for partition, offset in offsets.items():
                self.consumer.seek(TopicPartition(*partition), offset)
            self._generation = generation
            self.consumer.resume(*partitions)


def group() -> str:
    """The group of the projectors that write the same views: those of another version read all for themselves."""
    return f"{PROJECTOR_GROUP}-{definition().rpartition(' ')[2]}"
