"""The relay's process: publishes both logs and the outbox to Kafka, each position once, in order, whatever is killed.

Kafka's partitions are the truth about what is published. A session begins by reading the end of each, and appends at
exactly that offset what the database holds beyond (`publisher.py`, `appender.py`). When anything is in doubt the
session ends, and another one begins by reading again.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from threading import Event

from streams.kafka.admin.topics import TopicRefused, check_topics, ensure_topics
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.publishing.appender import Appender, BatchRefused, OffsetTaken
from streams.publishing.publication import Publication
from streams.publishing.publisher import NotPublishable, Publisher, encode_event, partition_of
from streams.store.database import DatabaseAway

__all__ = ["encode_event", "partition_of", "run_relay"]

POLL_S = 0.02
STANDBY_POLL_S = 0.5
PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""How long to wait after the first, second, … failure in a row."""
TAKEN_BY_OTHERS = 3
"""So many sessions in a row that find their offsets taken mean that somebody else has written to our partitions."""

_log = logging.getLogger(__name__)


def run_relay(kafka: KafkaSettings, database_url: str, stop: Event) -> None:
    """Publishes until `stop` is set. A second relay stands by. Where Kafka or Postgres is away it waits and goes on."""
    _Relay(kafka, database_url, stop).run()


class _Relay:
    """Becomes the active relay, and begins one session after the other."""

    def __init__(self, kafka: KafkaSettings, database_url: str, stop: Event) -> None:
        self._kafka = kafka
        self._database_url = database_url
        self._stop = stop
        self._topics_checked = False
        self._failures = 0
        self._offsets_taken = 0
        self._said = ""

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                with closing(Publication(self._database_url)) as publication:
                    self._wait_for_turn(publication)
                    while not self._stop.is_set():
                        self._publish(publication)
            except DatabaseAway as error:
                self._pause(f"waiting: {error}")

    def _wait_for_turn(self, publication: Publication) -> None:
        if publication.try_lock():
            return
        _log.info("standing by: another relay is active")
        while not self._stop.wait(STANDBY_POLL_S):
            if publication.try_lock():
                _log.info("active now")
                return

    def _publish(self, publication: Publication) -> None:
        try:
            self._check_topics()
            new_identity = self._offsets_taken >= TAKEN_BY_OTHERS
            asyncio.run(_session(self._kafka, publication, self._stop, self._well, new_identity=new_identity))
        except OffsetTaken as error:
            self._offsets_taken += 1
            self._pause(f"reading the ends of all partitions again: {error}")
        except KafkaAway as error:
            self._pause(f"waiting: {error}")
        except (BatchRefused, NotPublishable, TopicRefused) as error:
            self._pause(f"nothing is published: {error}")

    def _check_topics(self) -> None:
        ensure_topics(self._kafka, ())
        if not self._topics_checked:
            for difference in check_topics(self._kafka):
                _log.warning("%s", difference)
            self._topics_checked = True

    def _well(self) -> None:
        """A round went well."""
        if self._said:
            _log.info("publishing again")
        self._failures, self._offsets_taken, self._said = 0, 0, ""

    def _pause(self, trouble: str) -> None:
        """Waits, and says why if this is not the first failure: a short interruption is not worth a word."""
        if self._failures and trouble != self._said:
            _log.warning("%s", trouble)
            self._said = trouble
        self._stop.wait(PAUSES_S[min(self._failures, len(PAUSES_S) - 1)])
        self._failures += 1


async def _session(
    kafka: KafkaSettings, publication: Publication, stop: Event, well: Callable[[], None], *, new_identity: bool
) -> None:
    async with Appender(kafka, "contactpoint-relay") as appender:
        publisher = Publisher(kafka, publication, appender)
        await publisher.begin(new_identity=new_identity)
        while not stop.is_set():
            busy = await publisher.publish_round()
            well()
            if not busy:
                await asyncio.sleep(POLL_S)
