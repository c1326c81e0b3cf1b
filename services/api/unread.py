"""How many submissions are not read yet, for the metrics, however often those are read."""

import threading
import time

from services.queries.unread import Offsets, count_unread
from streams.kafka.settings import KafkaAway, KafkaSettings

FRESH_SECONDS = 5.0
"""The metrics need no token: Kafka is read no more often than this."""
LIMIT_MS = 2_000
"""A Kafka that is away may hold up the other figures for so long."""


class Unread:
    """The last figure, or None where Kafka did not answer."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._figure: int | None = None

    def count(self, offsets: Offsets) -> int | None:
        """A figure for the registrar's offsets, some seconds old at most; one caller at a time reads it from Kafka."""
        if time.monotonic() - self._read_at > FRESH_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._figure = count_unread(self._kafka, offsets, LIMIT_MS)
            except KafkaAway:
                self._figure = None
            finally:
                self._read_at = time.monotonic()
                self._lock.release()
        return self._figure
