"""The projector's process: keeps the views up to date with a Faust app, and replaces the app whenever it may be broken.

A session begins at the offsets stored with the views. It ends when there are partitions that it does not read (a new
agency), when it stops reading although there is more, or on any error; the next one begins at the stored offsets. The
app is replaced and never repaired, so a new topic, a stall and a crash all take the same tested path.
"""

import asyncio
import gc
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import psycopg2
from aiokafka.errors import KafkaError

import projections.engine.schema
from projections.base.partition import Partition
from projections.engine.positions import OutOfStep
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.projecting.live_views import LiveViews, OffsetGap
from streams.projecting.probe import KafkaProbe
from streams.projecting.session import NotThisLog, Session, Stalled
from streams.store.database import DatabaseAway, Pool

STANDBY_S = 0.5
PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""How long to wait after the first, second, … failure in a row."""

_log = logging.getLogger(__name__)


def run_projector(kafka: KafkaSettings, database_url: str, key_encryption_key: Path, stop: Event) -> None:
    """Keeps the views up to date until `stop` is set, and waits while Kafka or Postgres is away. Others stand by.

    `key_encryption_key` is the file of the key that wraps data keys; raises ValueError where it is unusable.
    """
    for chatty in ("aiokafka", "faust", "mode"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL + 1)
    _collect_rarely()
    with closing(Pool(database_url, 1, "contactpoint projector keys")) as pool:
        keys = KeyRing(KeyEncryptionKey.from_file(key_encryption_key), reader_of(pool, "register"))
        _Projector(kafka, database_url, keys, stop).run()


def _collect_rarely() -> None:
    """Collects reference cycles rarely: a batch makes many objects and no cycles, and the search takes time."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


class _Projector:
    """Runs one session after the other."""

    def __init__(self, kafka: KafkaSettings, database_url: str, keys: KeyRing, stop: Event) -> None:
        self._kafka = kafka
        self._database_url = database_url
        self._keys = keys
        self._stop = stop
        self._gaps: set[tuple[Partition, int, int]] = set()
        self._failing_by = ""
        self._failures = 0

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                asyncio.run(self._session())
            except (KafkaAway, KafkaError) as away:
                reason = away if isinstance(away, KafkaAway) else type(away).__name__
                self._warn_and_pause("Kafka", f"waiting: {reason}")
            except DatabaseAway as away:
                self._warn_and_pause("Postgres", f"waiting: {away}")
            except psycopg2.OperationalError as error:
                self._warn_and_pause("Postgres", f"waiting: Postgres says {type(error).__name__}")
            except (OffsetGap, OutOfStep, Stalled, NotThisLog) as error:
                self._warn_and_pause(str(error), f"reading again: {error}")

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "views") as worker:
            async with KafkaProbe(self._kafka) as probe:
                views = await loop.run_in_executor(worker, self._open_views)
                try:
                    await Session(self._kafka, views, probe, worker).run(self._stop, self._note_success)
                finally:
                    await loop.run_in_executor(worker, views.close)

    def _open_views(self) -> LiveViews:
        views = LiveViews(self._database_url, self._keys, self._gaps)
        projections.engine.schema.create(self._database_url)
        if not views.try_lock():
            _log.info("standing by: another projector is active")
            while not views.try_lock():
                if self._stop.wait(STANDBY_S):
                    break
        return views

    def _note_success(self) -> None:
        """Resets the count of failures."""
        if self._failing_by:
            _log.info("going on")
        self._failing_by, self._failures = "", 0

    def _warn_and_pause(self, cause: str, warning: str) -> None:
        """Waits longer after each failure in a row; warns once for each cause."""
        if cause != self._failing_by:
            _log.warning("%s", warning)
        self._failing_by = cause
        self._stop.wait(PAUSES_S[min(self._failures, len(PAUSES_S) - 1)])
        self._failures += 1
