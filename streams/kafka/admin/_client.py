"""The one client that administers Kafka, opened for a task and closed after it. Every wait for Kafka is bounded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from streams.kafka.settings import KafkaAway, KafkaSettings

LIMIT_MS = 10_000
"""How long Kafka may take to answer each request."""
REACHED_WITHIN_MS = 5_000
"""How long it may take to be reached: somebody watches a start that waits for it, and reads why after so long."""


@contextmanager
def administration(kafka: KafkaSettings) -> Iterator[Any]:
    """A connected `KafkaAdminClient`; raises KafkaAway for whatever keeps Kafka from answering."""
    try:
        client = KafkaAdminClient(
            **kafka.for_kafka_python(),
            client_id="contactpoint-administration",
            bootstrap_timeout_ms=REACHED_WITHIN_MS,
            request_timeout_ms=LIMIT_MS,
        )
        try:
            yield client
        finally:
            client.close()
    except KafkaError:
        raise KafkaAway(kafka.unreachable) from None
