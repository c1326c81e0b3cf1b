"""The projector's process: keeps the views up to date with a Faust app, and replaces the app whenever it may be broken.

Started several times, the processes share the partitions, as members of one group. A session begins at the offsets
stored with the views. It ends when it stops reading although there is more, or on any error: then it leaves the group,
so that others take over, and the next one begins at the stored offsets. The app is replaced and never repaired, so a
stall and a crash take the same tested path.
"""

import asyncio
import gc
import logging
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import psycopg2
from aiokafka.errors import KafkaError
from psycopg2.errors import QueryCanceled

from projections.base.partition import Partition
from projections.engine.live_schema import ViewsNotBuilt
from projections.engine.positions import OutOfStep
from projections.engine.stops import ProjectionStopped, Stop
from streams.crypto.keys import KeyRing, fences_of, reader_of
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.projecting._applying import Threads
from streams.projecting.building import Load, loader
from streams.projecting.completeness import PositionsMissing
from streams.projecting.first_build import ensure_views
from streams.projecting.live_views import MORE_PATIENCE_S, PATIENCE_S, LiveViews, Memory, OffsetGap
from streams.projecting.mending import Mending
from streams.projecting.probe import KafkaProbe
from streams.projecting.session import NotThisLog, Session
from streams.projecting.stall import ReadingStalled
from streams.store.database import DatabaseAway, Pool

PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""How long to wait after the first, second, … failure in a row."""
STOPPED_PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""The same where a projection is stopped by a fault of the program, which people have to mend."""
REFUSED_PAUSES_S = (1.0, 5.0, 30.0, 120.0, 300.0)
"""The same where Kafka has lost events that the views need: whether it has them again shows once all of it is read."""
SWITCH_S = 0.0005
"""How long one thread may keep another one waiting: the one that writes holds locks, and while the other one prepares
it comes back from Postgres some forty times a batch."""

_log = logging.getLogger(__name__)


def run_projector(
    kafka: KafkaSettings, database_url: str, key_encryption_key: Path, publication_key: Path, stop: Event
) -> None:
    """Keeps the views up to date until `stop` is set, and waits while Kafka or Postgres is away.

    `key_encryption_key` is the file of the key that wraps data keys, `publication_key` that of the key of the relay's
    MACs; raises ValueError where one is unusable.
    """
    for chatty in ("aiokafka", "faust", "mode"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL + 1)
    _collect_rarely()
    sys.setswitchinterval(SWITCH_S)
    with closing(Pool(database_url, 1, "contactpoint projector keys")) as pool:
        key = KeyEncryptionKey.from_file(key_encryption_key)
        keys = KeyRing(key, reader_of(pool, "register"), fenced=fences_of(pool, "register"))
        published = PublicationKey.from_file(publication_key)
        load = loader(kafka, database_url, key_encryption_key, published)
        _Projector(kafka, database_url, keys, published, load, stop).run()


def _collect_rarely() -> None:
    """Collects reference cycles rarely: a batch makes many objects and no cycles, and the search takes time."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


class _Projector:
    """Runs one session after the other."""

    def __init__(
        self,
        kafka: KafkaSettings,
        database_url: str,
        keys: KeyRing,
        publication_key: PublicationKey,
        load: Load,
        stop: Event,
    ) -> None:
        self._load = load
        self._kafka = kafka
        self._database_url = database_url
        self._keys = keys
        self._publication_key = publication_key
        self._stop = stop
        self._memory = Memory()
        self._failing_by = ""
        self._failures = 0
        self._stopped: Stop | None = None
        self._patience_s = PATIENCE_S

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                asyncio.run(self._session())
            except (KafkaAway, KafkaError) as away:
                reason = away if isinstance(away, KafkaAway) else type(away).__name__
                self._warn_and_pause("Kafka", f"waiting: {reason}")
            except DatabaseAway as away:
                self._warn_and_pause("Postgres", f"waiting: {away}")
            except QueryCanceled:
                self._patience_s = MORE_PATIENCE_S
                self._warn_and_pause("Postgres", "waiting: Postgres did not end a statement in time")
            except psycopg2.OperationalError as error:
                self._warn_and_pause("Postgres", f"waiting: Postgres says {type(error).__name__}")
            except PositionsMissing as missing:
                self._warn_and_pause(str(missing), str(missing), logging.ERROR, REFUSED_PAUSES_S)
            except ViewsNotBuilt as missing:
                self._warn_and_pause("views", f"waiting: {missing}")
            except (OffsetGap, OutOfStep, ReadingStalled, NotThisLog) as error:
                self._warn_and_pause(str(error), f"reading again: {error}")
            except ProjectionStopped as stopped:
                self._stopped = stopped.stop
                self._warn_and_pause(str(stopped), str(stopped), logging.ERROR, STOPPED_PAUSES_S)

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        with (
            ThreadPoolExecutor(1, "preparing") as preparing,
            ThreadPoolExecutor(1, "views") as worker,
            ThreadPoolExecutor(1, "mending") as beside,
            closing(Mending(self._database_url, self._keys, self._publication_key, beside)) as mending,
        ):
            async with KafkaProbe(self._kafka) as probe:
                views = await loop.run_in_executor(worker, self._open_views)
                session = Session(self._kafka, views, mending, probe, Threads(preparing, worker))
                try:
                    await session.run(self._stop, self._note_success)
                except ProjectionStopped as stopped:
                    await loop.run_in_executor(worker, views.note_stop, stopped.stop)
                    raise
                finally:
                    await loop.run_in_executor(worker, views.close)

    def _open_views(self) -> LiveViews:
        ensure_views(self._kafka, self._database_url, self._load, self._stop)
        return LiveViews(self._database_url, self._keys, self._publication_key, self._memory, self._patience_s)

    def _note_success(self, offsets: Mapping[Partition, int]) -> None:
        """Resets the count of failures, unless this process is still where a projection was stopped."""
        if self._stopped and offsets.get(self._stopped.where, sys.maxsize) <= self._stopped.offset:
            return
        self._stopped = None
        if self._failing_by:
            _log.info("going on")
        self._failing_by, self._failures = "", 0

    def _warn_and_pause(
        self, cause: str, warning: str, level: int = logging.WARNING, pauses: Sequence[float] = PAUSES_S
    ) -> None:
        """Waits longer after each failure in a row; warns once for each cause."""
        if cause != self._failing_by:
            _log.log(level, "%s", warning)
        self._failing_by = cause
        self._stop.wait(pauses[min(self._failures, len(pauses) - 1)])
        self._failures += 1
