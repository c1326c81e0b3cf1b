"""The projector's process: keeps the views live with a Faust app, and starts another app whenever one is in doubt.

A session begins at the offsets stored with the views. It ends when there are partitions it does not read (a new
agency), when what it reads stands still although there is more, or on any error; the next one begins at the stored
offsets. That an app is replaced and not repaired makes a new topic, a stall and a crash one and the same tested path.
"""

import asyncio
import gc
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
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
    """Keeps the views live until `stop` is set. A second projector stands by. Where Kafka or Postgres is away it waits.

    `key_encryption_key` is the file of the key that data keys are wrapped with; raises ValueError where it is unusable.
    """
    for chatty in ("aiokafka", "faust", "mode"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL + 1)
    _collect_rarely()
    with closing(Pool(database_url, 1, "contactpoint projector keys")) as pool:
        keys = KeyRing(KeyEncryptionKey.from_file(key_encryption_key), reader_of(pool, "register"))
        _Projector(kafka, database_url, keys, stop).run()


def _collect_rarely() -> None:
    """A batch makes many objects and no cycles; looking for some at the usual rate costs a third of the time."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


class _Projector:
    """Begins one session after the other."""

    def __init__(self, kafka: KafkaSettings, database_url: str, keys: KeyRing, stop: Event) -> None:
        self._kafka = kafka
        self._database_url = database_url
        self._keys = keys
        self._stop = stop
        self._gaps: set[tuple[Partition, int, int]] = set()
        self._trouble = ""
        self._failures = 0

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                asyncio.run(self._session())
            except (KafkaAway, KafkaError) as away:
                self._say_and_pause("Kafka", f"waiting: {away if isinstance(away, KafkaAway) else type(away).__name__}")
            except DatabaseAway as away:
                self._say_and_pause("Postgres", f"waiting: {away}")
            except psycopg2.OperationalError as error:
                self._say_and_pause("Postgres", f"waiting: Postgres says {type(error).__name__}")
            except (OffsetGap, OutOfStep, Stalled, NotThisLog) as error:
                self._say_and_pause(str(error), f"reading again: {error}")

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "views") as worker, TemporaryDirectory(prefix="contactpoint-") as folder:
            async with KafkaProbe(self._kafka) as probe:
                views = await loop.run_in_executor(worker, self._open_views)
                try:
                    await Session(self._kafka, views, probe, worker, Path(folder)).run(self._stop, self._well)
                finally:
                    await loop.run_in_executor(worker, views.close)

    def _open_views(self) -> LiveViews:
        views = LiveViews(self._database_url, self._keys, self._gaps)
        projections.engine.schema.create(self._database_url)
        if not views.is_mine():
            _log.info("standing by: another projector is active")
            while not views.is_mine():
                if self._stop.wait(STANDBY_S):
                    break
        return views

    def _well(self) -> None:
        if self._trouble:
            _log.info("going on")
        self._trouble, self._failures = "", 0

    def _say_and_pause(self, trouble: str, said: str) -> None:
        if trouble != self._trouble:
            _log.warning("%s", said)
        self._trouble = trouble
        self._stop.wait(PAUSES_S[min(self._failures, len(PAUSES_S) - 1)])
        self._failures += 1
