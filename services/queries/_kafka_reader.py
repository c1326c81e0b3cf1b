"""A consumer that only looks: it belongs to no group, and every wait for Kafka is bounded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from streams.kafka.settings import KafkaAway, KafkaSettings


@contextmanager
def kafka_reader(kafka: KafkaSettings, limit_ms: int) -> Iterator[Any]:
    """Kafka may take so long to be reached, and for each answer; raises KafkaAway."""
    try:
        consumer = KafkaConsumer(
            **kafka.for_kafka_python(),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=limit_ms,
            request_timeout_ms=limit_ms,
            metrics_enabled=False,
        )
        try:
            yield consumer
        finally:
            consumer.close()
    except KafkaError:
        raise KafkaAway(kafka.unreachable) from None
