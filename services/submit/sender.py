"""Publishes submissions to Kafka in order, with a bound on those in flight, and keeps the offset of each."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.producer.future import FutureRecordMetadata

from projections.base.partition import Partition
from services.submission_contract.submission import MAX_BYTES
from services.submit.files import Line
from streams.kafka.settings import KafkaAway, KafkaSettings

MOST_UNDER_WAY = 10_000
MOST_BYTES_UNDER_WAY = 32 * 1024 * 1024
LONGEST_SILENCE_S = 20

Ranges = Mapping[Partition, list[tuple[int, int]]]
"""For each topic and partition the offsets that were written: first and last of each unbroken run, in order."""


def submission_producer(kafka: KafkaSettings) -> KafkaProducer:
    """A producer that writes each submission once and in order; raises KafkaAway where no broker answers.

    It retries for so long that it never drops one submission and goes on with the next: who waits may `abandon` it.
    """
    try:
        return KafkaProducer(
            **kafka.for_kafka_python(),
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            linger_ms=100,
            batch_size=256 * 1024,
            max_request_size=2 * 1024 * 1024,
            bootstrap_timeout_ms=10_000,
            max_block_ms=10_000,
            request_timeout_ms=10_000,
            delivery_timeout_ms=600_000,
            reconnect_backoff_max_ms=1_000,
            metrics_enabled=False,
        )
    except KafkaError as error:
        raise KafkaAway(f"Kafka does not answer at {kafka.bootstrap_servers}") from error


def abandon(producer: KafkaProducer) -> None:
    """Stops a producer at once: what it still holds is never sent (its own `close` would first wait for that)."""
    producer._sender.force_close()


class Sender:
    """Sends submissions in the order of its calls; `ranges` has their offsets once `finish` has returned."""

    def __init__(self, producer: KafkaProducer) -> None:
        self._producer = producer
        self._under_way: deque[tuple[FutureRecordMetadata, int]] = deque()
        self._bytes = 0
        self.ranges: dict[Partition, list[tuple[int, int]]] = {}
        self.sent = 0

    def send(self, topic: str, key: bytes | None, line: Line) -> None:
        """Sends one submission, first waiting while too much is under way; raises KafkaAway."""
        headers = [("oversize", str(line.size).encode())] if line.size > MAX_BYTES else None
        try:
            future = self._producer.send(topic, line.value, key, headers)
        except KafkaError as error:
            abandon(self._producer)
            raise KafkaAway("Kafka takes nothing more") from error
        self._under_way.append((future, len(line.value)))
        self._bytes += len(line.value)
        while len(self._under_way) > MOST_UNDER_WAY or self._bytes > MOST_BYTES_UNDER_WAY:
            self._landed()

    def finish(self) -> Ranges:
        """Waits until Kafka has everything; raises KafkaAway after 20 s in which it took nothing."""
        with suppress(KafkaTimeoutError):
            self._producer.flush(LONGEST_SILENCE_S)
        while self._under_way:
            self._landed()
        return self.ranges

    def _landed(self) -> None:
        future, size = self._under_way.popleft()
        self._bytes -= size
        try:
            landed = future.get(timeout=LONGEST_SILENCE_S)
        except KafkaError as error:
            abandon(self._producer)
            raise KafkaAway("Kafka went away before it had everything") from error
        if landed.offset < 0:
            abandon(self._producer)
            raise KafkaAway("Kafka took a submission and could not say where it put it")
        self.sent += 1
        runs = self.ranges.setdefault(Partition(landed.topic, landed.partition), [])
        if runs and runs[-1][1] + 1 == landed.offset:
            runs[-1] = (runs[-1][0], landed.offset)
        else:
            runs.append((landed.offset, landed.offset))
