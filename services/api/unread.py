"""Figures that Kafka gives, for the metrics and the operator's page, however often those are read."""

import threading
import time
from collections.abc import Callable

from services.queries.dead_letters import count_letters
from services.queries.unread import Offsets, count_unread
from streams.kafka.settings import KafkaAway, KafkaSettings

FRESH_SECONDS = 5.0
"""The metrics need no token: Kafka is read no more often than this."""
LIMIT_MS = 2_000
"""A Kafka that is away may hold up the other figures for so long."""


class _Figure:
    """The last figure, or None where Kafka did not answer; `away` then says that it is away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._figure: int | None = None
        self.away: str | None = None

    def now(self, read: Callable[[], int]) -> int | None:
        """A figure, some seconds old at most; one caller at a time reads it from Kafka."""
        if time.monotonic() - self._read_at > FRESH_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._figure, self.away = read(), None
            except KafkaAway as away:
                self._figure, self.away = None, str(away)
            finally:
                self._read_at = time.monotonic()
                self._lock.release()
        return self._figure


class Unread:
    """How many submissions are not read yet, and how many dead letters there are."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._unread, self._letters = _Figure(), _Figure()

    def count(self, offsets: Offsets) -> int | None:
        """Submissions behind the registrar's offsets, of all agencies together."""
        return self._unread.now(lambda: count_unread(self._kafka, offsets, LIMIT_MS))

    def letters(self) -> int | None:
        """Dead letters that are kept."""
        return self._letters.now(lambda: count_letters(self._kafka, LIMIT_MS))

    @property
    def away(self) -> str | None:
        """That Kafka did not answer when it was read last; None where it did."""
        return self._unread.away
