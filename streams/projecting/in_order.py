"""The register log read in the order of its positions, which are spread over the partitions of its topic."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from projections.base.partition import Partition
from projections.base.projection import Decryptor, PublishedEvent, Undecodable
from streams.codec import decode_event
from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import REGISTER_EVENTS
from streams.projecting.bulk_read import BATCH, SILENT_FOR_S, bulk_consumer
from streams.projecting.probe import KafkaProbe
from streams.projecting.reader import genuine

MOST_WAITING = 4_000
"""Where so many events of a partition wait for earlier ones of others, it is paused."""

Take = Callable[[Sequence[PublishedEvent]], bool]
"""Gets the next events of the log, in order; returns whether to go on."""


class InOrder:
    """Merges partitions, each ordered by position, into one; `missing` counts the positions that none of them had."""

    def __init__(self, partitions: Iterable[Partition]) -> None:
        self._waiting: dict[Partition, deque[PublishedEvent]] = {partition: deque() for partition in partitions}
        self._ended: set[Partition] = set()
        self._last = 0
        self.missing = 0

    def add(self, partition: Partition, events: Iterable[PublishedEvent]) -> None:
        """Adds the next events of a partition."""
        self._waiting[partition].extend(events)

    def end(self, partition: Partition) -> None:
        """Marks a partition as read to its end."""
        self._ended.add(partition)

    def finish(self, until: int) -> None:
        """Counts the positions after the last event, up to `until`, as missing; to be called once all have ended."""
        self.missing += max(0, until - self._last)

    @property
    def wanted(self) -> list[Partition]:
        """The partitions to read from next; none once all have ended."""
        return [
            partition
            for partition, events in self._waiting.items()
            if partition not in self._ended and len(events) < MOST_WAITING
        ]

    def ready(self) -> Iterator[PublishedEvent]:
        """Yields the events that no earlier one can precede any more, each position once."""
        while heads := [(events[0].position, events) for events in self._waiting.values() if events]:
            position, events = min(heads, key=_by_position)
            if position > self._last + 1 and self._more_may_come():
                return
            event = events.popleft()
            if position > self._last:
                self.missing += position - self._last - 1
                self._last = position
                yield event

    def _more_may_come(self) -> bool:
        """Whether a partition of which nothing waits has not ended."""
        return any(not events and partition not in self._ended for partition, events in self._waiting.items())


def _by_position(head: tuple[int, deque[PublishedEvent]]) -> int:
    return head[0]


def read_in_order(
    kafka: KafkaSettings,
    decryptor: Decryptor,
    key: PublicationKey,
    until: int,
    take: Take,
    *,
    topic: str = REGISTER_EVENTS,
) -> int:
    """Calls `take` with the events up to the position `until`; returns how many positions are missing.

    `until` has to be published. A message that is not an event, or forged, counts as missing. Raises KafkaAway.
    """
    try:
        return asyncio.run(_read(kafka, decryptor, key, until, take, topic))
    except (KafkaError, OSError):
        raise KafkaAway(f"Kafka cannot be reached at {kafka.bootstrap_servers}") from None


async def _read(
    kafka: KafkaSettings, decryptor: Decryptor, key: PublicationKey, until: int, take: Take, topic: str
) -> int:
    async with KafkaProbe(kafka) as probe:
        ends = await probe.ends({each for each in await probe.partitions() if each.topic == topic})
    order = InOrder(ends)
    for partition, end in ends.items():
        if end == 0:
            order.end(partition)
    last_fetch = time.monotonic()
    async with bulk_consumer(kafka, dict.fromkeys(ends, 0)) as consumer:
        while wanted := order.wanted:
            fetched = await consumer.getmany(
                *(TopicPartition(*each) for each in wanted), timeout_ms=1000, max_records=BATCH
            )
            if fetched:
                last_fetch = time.monotonic()
            elif time.monotonic() - last_fetch > SILENT_FOR_S:
                raise KafkaAway(f"Kafka at {kafka.bootstrap_servers} gives nothing although there is more")
            for where, records in fetched.items():
                partition = Partition(where.topic, where.partition)
                published, _ = genuine(partition, records, key)
                order.add(partition, _events(published, decryptor, until))
                if records[-1].offset + 1 >= ends[partition]:
                    order.end(partition)
            events = list(order.ready())
            if events and not take(events):
                return order.missing
    order.finish(until)
    return order.missing


def _events(records: Iterable[Any], decryptor: Decryptor, until: int) -> Iterator[PublishedEvent]:
    for record in records:
        try:
            event = decode_event(record.value, decryptor)
        except Undecodable:
            continue
        if event.position <= until:
            yield event
