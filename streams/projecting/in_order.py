"""The register log read in bulk in the order of its positions, which lie interleaved in the partitions of its topic."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from projections.base.partition import Partition
from projections.base.projection import DATA_ERRORS, Decryptor, PublishedEvent
from streams.codec import decode_event
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import REGISTER_EVENTS
from streams.projecting.bulk_read import BATCH, SILENT_FOR_S, bulk_consumer
from streams.projecting.probe import KafkaProbe

MOST_WAITING = 4_000
"""Events of a partition that may wait for others; such a partition is not read on."""

Take = Callable[[Sequence[PublishedEvent]], bool]
"""Takes the next events of the log, in order; says whether it wants more."""


class InOrder:
    """Merges partitions, each in order of position, into one; `missing` counts positions that none of them had."""

    def __init__(self, partitions: Iterable[Partition]) -> None:
        self._waiting: dict[Partition, deque[PublishedEvent]] = {partition: deque() for partition in partitions}
        self._ended: set[Partition] = set()
        self._last = 0
        self.missing = 0

    def add(self, partition: Partition, events: Iterable[PublishedEvent]) -> None:
        """What came next in a partition."""
        self._waiting[partition].extend(events)

    def end(self, partition: Partition) -> None:
        """Nothing more comes in a partition."""
        self._ended.add(partition)

    def finish(self, until: int) -> None:
        """Nothing more comes at all; what is not there up to the position `until` is missing."""
        self.missing += max(0, until - self._last)

    @property
    def wanted(self) -> list[Partition]:
        """The partitions to read on; none once all have ended."""
        return [
            partition
            for partition, events in self._waiting.items()
            if partition not in self._ended and len(events) < MOST_WAITING
        ]

    def ready(self) -> Iterator[PublishedEvent]:
        """The events that no other one can come before; one that was there before is passed over."""
        while heads := [(events[0].position, events) for events in self._waiting.values() if events]:
            position, events = min(heads, key=_by_position)
            if position > self._last + 1 and any(self._may_come()):
                return
            event = events.popleft()
            if position > self._last:
                self.missing += position - self._last - 1
                self._last = position
                yield event

    def _may_come(self) -> Iterator[bool]:
        return (not events and partition not in self._ended for partition, events in self._waiting.items())


def _by_position(head: tuple[int, deque[PublishedEvent]]) -> int:
    return head[0]


def read_in_order(
    kafka: KafkaSettings, decryptor: Decryptor, until: int, take: Take, *, topic: str = REGISTER_EVENTS
) -> int:
    """Gives `take` the events up to the position `until`, which is published; returns how many positions are missing.

    A message that is no event counts as missing. Raises KafkaAway.
    """
    try:
        return asyncio.run(_read(kafka, decryptor, until, take, topic))
    except (KafkaError, OSError):
        raise KafkaAway(f"Kafka cannot be reached at {kafka.bootstrap_servers}") from None


async def _read(kafka: KafkaSettings, decryptor: Decryptor, until: int, take: Take, topic: str) -> int:
    async with KafkaProbe(kafka) as probe:
        ends = await probe.ends({each for each in await probe.partitions() if each.topic == topic})
    order = InOrder(ends)
    for partition, end in ends.items():
        if end == 0:
            order.end(partition)
    heard = time.monotonic()
    async with bulk_consumer(kafka, dict.fromkeys(ends, 0)) as consumer:
        while wanted := order.wanted:
            fetched = await consumer.getmany(
                *(TopicPartition(*each) for each in wanted), timeout_ms=1000, max_records=BATCH
            )
            if fetched:
                heard = time.monotonic()
            elif time.monotonic() - heard > SILENT_FOR_S:
                raise KafkaAway(f"Kafka at {kafka.bootstrap_servers} gives nothing although there is more")
            for where, records in fetched.items():
                partition = Partition(where.topic, where.partition)
                order.add(partition, _events(records, decryptor, until))
                if records[-1].offset + 1 >= ends[partition]:
                    order.end(partition)
            events = list(order.ready())
            if events and not take(events):
                return order.missing
    order.finish(until)
    return order.missing


def _events(records: Iterable[object], decryptor: Decryptor, until: int) -> Iterator[PublishedEvent]:
    for record in records:
        try:
            event = decode_event(record.value, decryptor)  # type: ignore[attr-defined]
        except DATA_ERRORS:
            continue
        if event.position <= until:
            yield event
