"""Appends to a partition of Kafka at a given offset, only if the partition ends there: a compare-and-set.

Kafka takes a batch of an idempotent producer only if its sequence number follows the last one from the same producer
id. Where one producer id is the only writer of a partition and sequence number = offset, a batch is thus appended at
exactly that offset, or has been appended before, or is refused. A late request of a killed or stalled process can then
never repeat what its successor appends.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    DuplicateSequenceNumber,
    InvalidProducerEpoch,
    KafkaError,
    MessageSizeTooLargeError,
    NoError,
    OutOfOrderSequenceNumber,
    RecordListTooLargeError,
    UnknownProducerId,
    for_code,
)
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.structs import TopicPartition

from projections.base.partition import Partition
from streams.clock import Clock, utc_now
from streams.kafka.closing import close_soon
from streams.kafka.settings import KafkaAway, KafkaSettings

MAX_BATCH_BYTES = 900_000
ANSWER_WITHIN_S = 10
_MAX_SEQUENCE = 0x7FFFFFFF
_ALL_REPLICAS = -1


Headers = list[tuple[str, bytes]]
NO_HEADERS: Headers = []


class OffsetTaken(Exception):
    """A partition does not end at the offset of a batch; its end has to be read again."""


class BatchRefused(Exception):
    """Kafka refuses a batch, and will refuse it every time; the text has the reason."""


class Identity(NamedTuple):
    """The producer id and epoch under which everything is appended."""

    producer_id: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Tail:
    """The ends of a partition: the offset of its next record, its last record's value or None, its first offset."""

    end_offset: int
    last: bytes | None
    first_offset: int = 0


class Batch:
    """Records to be appended at one offset of one partition."""

    def __init__(self, partition: Partition, offset: int, identity: Identity, clock: Clock = utc_now) -> None:
        self.partition = partition
        self.offset = offset
        self.count = 0
        self._now_ms = int(clock().timestamp() * 1000)
        self._builder = DefaultRecordBatchBuilder(
            2, 0, 0, identity.producer_id, identity.epoch, offset & _MAX_SEQUENCE, MAX_BATCH_BYTES
        )

    def add(self, key: bytes | None, value: bytes, headers: Headers = NO_HEADERS) -> bool:
        """Adds a record; returns False where the batch would exceed MAX_BATCH_BYTES, unless it is the first."""
        if self._builder.append(self.count, self._now_ms, key, value, headers) is None:
            return False
        self.count += 1
        return True

    def encoded(self) -> bytes:
        """The batch as Kafka stores it; no record can be added afterwards."""
        return bytes(self._builder.build())


class Appender:
    """Appends batches to Kafka and reads the ends of partitions; an asynchronous context manager, for one task.

    Every method raises KafkaAway where no answer comes within `ANSWER_WITHIN_S`.
    """

    def __init__(self, kafka: KafkaSettings, client_id: str) -> None:
        self._kafka = kafka
        self._client_id = client_id

    async def __aenter__(self) -> Self:
        self._client = AIOKafkaClient(
            client_id=self._client_id, request_timeout_ms=ANSWER_WITHIN_S * 1000, **self._kafka.for_aiokafka()
        )
        try:
            with self._kafka_errors():
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await self._client.bootstrap()
            await self.refresh()
        except BaseException:
            await close_soon(self._client.close())
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await close_soon(self._client.close())

    async def refresh(self) -> None:
        """Reads again which topics there are and which brokers lead their partitions."""
        with self._kafka_errors():
            async with asyncio.timeout(ANSWER_WITHIN_S):
                if not await self._client.force_metadata_update():
                    raise KafkaAway(self._away())

    def partitions_of(self, topic: str) -> int:
        """How many partitions a topic has, 0 where it does not exist."""
        return len(self._client.cluster.partitions_for_topic(topic) or ())

    async def cluster_id(self) -> str:
        """The id of the Kafka cluster."""
        with self._kafka_errors():
            answer = await self._client.send(self._client.get_random_node(), MetadataRequest([]))
        return str(answer.cluster_id)

    async def new_identity(self) -> Identity:
        """A producer id that was never used before."""
        with self._kafka_errors():
            answer = await self._client.send(self._client.get_random_node(), InitProducerIdRequest(None, _MAX_SEQUENCE))
        _raise_kafka_error(answer.error_code)
        return Identity(answer.producer_id, answer.producer_epoch)

    async def tails(self, partitions: Iterable[Partition]) -> dict[Partition, Tail]:
        """The ends of partitions, all of which have to exist."""
        wanted = {TopicPartition(*partition): partition for partition in partitions}
        consumer = AIOKafkaConsumer(
            client_id=self._client_id,
            enable_auto_commit=False,
            request_timeout_ms=ANSWER_WITHIN_S * 1000,
            **self._kafka.for_aiokafka(),
        )
        try:
            with self._kafka_errors():
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await consumer.start()
                    consumer.assign(list(wanted))
                    ends = await consumer.end_offsets(list(wanted))
                    begins = await consumer.beginning_offsets(list(wanted))
                    last = await _last_values(consumer, {tp: end for tp, end in ends.items() if begins[tp] < end})
        finally:
            await close_soon(consumer.stop())
        return {partition: Tail(ends[tp], last.get(tp), begins[tp]) for tp, partition in wanted.items()}

    async def values_before(self, partition: Partition, end: int, count: int) -> list[bytes]:
        """The values of the records of a partition with an offset below `end`, at most the last `count` of them."""
        where = TopicPartition(*partition)
        consumer = AIOKafkaConsumer(client_id=self._client_id, enable_auto_commit=False, **self._kafka.for_aiokafka())
        values: list[bytes] = []
        try:
            with self._kafka_errors():
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await consumer.start()
                    consumer.assign([where])
                    first = max(end - count, (await consumer.beginning_offsets([where]))[where])
                    consumer.seek(where, first)
                    while first + len(values) < end:
                        records = (await consumer.getmany(timeout_ms=1000)).get(where, ())
                        values += [record.value or b"" for record in records if record.offset < end]
        finally:
            await close_soon(consumer.stop())
        return values

    async def append(self, batches: Sequence[Batch]) -> None:
        """Appends batches, at most one to a partition, and returns when all are in all replicas.

        Raises OffsetTaken, BatchRefused. After any exception, each batch may have been appended or may still be.
        """
        by_leader: dict[int, list[Batch]] = defaultdict(list)
        for batch in batches:
            by_leader[self._leader(batch.partition)].append(batch)
        with self._kafka_errors():
            async with asyncio.timeout(2 * ANSWER_WITHIN_S):
                await asyncio.gather(*(self._send(leader, led) for leader, led in by_leader.items()))

    def _leader(self, partition: Partition) -> int:
        leader: int | None = self._client.cluster.leader_for_partition(TopicPartition(*partition))
        if leader is None or leader < 0:
            raise KafkaAway(f"Kafka has no leader for {partition}")
        return leader

    async def _send(self, leader: int, batches: Sequence[Batch]) -> None:
        by_topic: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        for batch in batches:
            by_topic[batch.partition.topic].append((batch.partition.number, batch.encoded()))
        answer = await self._client.send(
            leader, ProduceRequest(None, _ALL_REPLICAS, ANSWER_WITHIN_S * 1000, list(by_topic.items()))
        )
        offsets = {
            Partition(topic, number): (code, offset)
            for topic, partitions in answer.topics
            for number, code, offset, *_ in partitions
        }
        for batch in batches:
            code, offset = offsets[batch.partition]
            _raise_append_error(batch, code)
            if offset != batch.offset:
                raise OffsetTaken(f"somebody else has written to {batch.partition}")

    @contextmanager
    def _kafka_errors(self) -> Iterator[None]:
        try:
            yield
        except (KafkaError, OSError, TimeoutError):
            raise KafkaAway(self._away()) from None

    def _away(self) -> str:
        return f"Kafka cannot be reached at {self._kafka.bootstrap_servers}"


async def _last_values(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> dict[TopicPartition, bytes]:
    consumer.pause(*(consumer.assignment() - ends.keys()))
    for partition, end in ends.items():
        consumer.seek(partition, end - 1)
    found: dict[TopicPartition, bytes] = {}
    while len(found) < len(ends):
        for partition, records in (await consumer.getmany(timeout_ms=1000)).items():
            consumer.pause(partition)
            found[partition] = records[-1].value or b""
    return found


def _raise_append_error(batch: Batch, code: int) -> None:
    error = for_code(code)
    if error in (OutOfOrderSequenceNumber, DuplicateSequenceNumber, InvalidProducerEpoch, UnknownProducerId):
        raise OffsetTaken(f"{batch.partition} does not end at offset {batch.offset}")
    if error in (MessageSizeTooLargeError, RecordListTooLargeError):
        raise BatchRefused(f"a message for {batch.partition} is larger than the topic takes")
    _raise_kafka_error(code)


def _raise_kafka_error(code: int) -> None:
    error = for_code(code)
    if error is not NoError:
        raise KafkaAway(f"Kafka does not take what is published ({error.__name__})")
