"""The relay's process: publishes both logs and the outbox to Kafka, each position once and in order, even if killed.

Kafka's partitions are the truth about what is published. A session begins by reading the end of each, and appends at
exactly that offset what the database holds after it (`publisher.py`, `appender.py`). On any error the session ends,
and the next one begins by reading again.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

from streams.batch_times import of_this_process
from streams.crypto.note_key import CheckpointKey
from streams.crypto.publication_key import PublicationKey
from streams.kafka.admin.topics import TopicRefused, check_topics, ensure_topics
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.publishing.appender import Appender, BatchRefused, OffsetTaken
from streams.publishing.home import Trouble
from streams.publishing.publication import CheckpointTaken, GivesWay, Publication
from streams.publishing.publisher import Publisher, encode_event, partition_of
from streams.publishing.tail import NotPublishable
from streams.publishing.trees import Trees
from streams.store.database import DatabaseAway

__all__ = ["encode_event", "partition_of", "run_relay"]

POLL_S = 0.02
STANDBY_POLL_S = 0.5
CHECK_S = 3_600.0
"""How often both ends of all partitions are read again, for what Kafka may have lost."""
CHECK_TROUBLED_S = 30.0
"""The same while something is wrong, so that what was mended is noticed soon."""
PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""How long to wait after the first, second, … failure in a row."""
TAKEN_BY_OTHERS = 3
"""After so many sessions in a row whose offsets were taken, another program must have written to our partitions."""

_log = logging.getLogger(__name__)


def run_relay(
    kafka: KafkaSettings,
    database_url: str,
    publication_key: Path,
    stop: Event,
    checkpoint_key: CheckpointKey | None = None,
) -> None:
    """Publishes until `stop` is set, and waits while Kafka or Postgres is away. A second relay stands by.

    With a checkpoint key it keeps the trees of both logs, and signs their checkpoints. Raises ValueError where the file
    of the publication key is unusable.
    """
    _Relay(kafka, database_url, PublicationKey.from_file(publication_key), checkpoint_key, stop).run()


class _Relay:
    """Becomes the active relay, and runs one session after the other."""

    def __init__(
        self,
        kafka: KafkaSettings,
        database_url: str,
        key: PublicationKey,
        checkpoint_key: CheckpointKey | None,
        stop: Event,
    ) -> None:
        self._checkpoint_key = checkpoint_key
        self._kafka = kafka
        self._database_url = database_url
        self._key = key
        self._stop = stop
        self._topics_checked = False
        self._failures = 0
        self._offsets_taken = 0
        self._warned_of = ""
        self._reported: Sequence[Trouble] = []

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                with closing(Publication(self._database_url)) as publication:
                    self._wait_for_lock(publication)
                    while not self._stop.is_set():
                        self._publish(publication)
            except DatabaseAway as error:
                self._pause(f"waiting: {error}")
            except GivesWay:
                self._pause("giving way: the logs are being published anew")

    def _wait_for_lock(self, publication: Publication) -> None:
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
            asyncio.run(self._session(publication, new_identity=new_identity))
        except OffsetTaken as error:
            self._offsets_taken += 1
            self._pause(f"reading the ends of all partitions again: {error}")
        except CheckpointTaken as error:
            self._pause(f"reading the trees again: {error}")
        except KafkaAway as error:
            self._pause(f"waiting: {error}")
        except (BatchRefused, NotPublishable, TopicRefused) as error:
            self._pause(f"nothing is published: {error}")

    async def _session(self, publication: Publication, *, new_identity: bool) -> None:
        async with Appender(self._kafka, "contactpoint-relay") as appender:
            trees = Trees(publication, self._checkpoint_key) if self._checkpoint_key else None
            publisher = Publisher(self._kafka, publication, appender, self._key, trees)
            await publisher.begin(new_identity=new_identity)
            self._report(publisher.troubles)
            until = time.monotonic() + (CHECK_TROUBLED_S if publisher.troubles else CHECK_S)
            while not self._stop.is_set() and time.monotonic() < until:
                began = time.monotonic()
                busy = await publisher.publish_round()
                if busy:
                    of_this_process.note(time.monotonic() - began)
                busy = await publisher.keep_trees() or busy
                self._report(publisher.troubles)
                self._note_success()
                if not busy:
                    await asyncio.sleep(POLL_S)

    def _report(self, troubles: Sequence[Trouble]) -> None:
        """Logs each trouble once, for as long as it lasts."""
        for trouble in troubles:
            if trouble not in self._reported:
                _log.error("%s; %s", trouble.message, trouble.remedy)
        self._reported = list(troubles)

    def _check_topics(self) -> None:
        ensure_topics(self._kafka, ())
        if not self._topics_checked:
            for difference in check_topics(self._kafka):
                _log.warning("%s", difference)
            self._topics_checked = True

    def _note_success(self) -> None:
        """Resets the counts of failures."""
        if self._warned_of:
            _log.info("publishing again")
        self._failures, self._offsets_taken, self._warned_of = 0, 0, ""

    def _pause(self, trouble: str) -> None:
        """Waits longer after each failure in a row; warns from the second one on, once for each trouble."""
        if self._failures and trouble != self._warned_of:
            _log.warning("%s", trouble)
            self._warned_of = trouble
        self._stop.wait(PAUSES_S[min(self._failures, len(PAUSES_S) - 1)])
        self._failures += 1
