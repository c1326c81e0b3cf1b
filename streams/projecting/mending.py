"""What a projector does beside applying: it applies failed messages again, and sees that no partition is forgotten.

By a connection and a thread of its own, so that nothing of it waits for the live messages or holds them up.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

import psycopg2

from projections.base.partition import Partition
from projections.base.projection import Decryptor
from projections.catalogue import LOGS, Log
from projections.engine import failures, locks, positions, stops, view_schemas
from projections.engine.apply import apply
from projections.engine.failures import LOST, Failure
from projections.engine.live_schema import ViewsNotBuilt, use_live
from projections.engine.stops import ProjectionStopped
from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaAway
from streams.projecting.live_views import IDLE_S, PATIENCE_S
from streams.projecting.probe import KafkaProbe
from streams.projecting.reader import fetch_keys, genuine, log_of, read_messages
from streams.projecting.reading import reading_views
from streams.projecting.stall import Progress, ReadingStalled
from streams.store.database import Cursor, Database, DatabaseAway

EVERY_S = 5.0
PAGE = 100
"""How many messages are applied again before others may be due sooner."""
FORGOTTEN_AFTER_S = 30.0
"""Another projector's partition that has not moved for so long may have no reader: the group shares out anew."""

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")


class Mending:
    """Applies failed messages once more, each in a transaction of its own."""

    def __init__(self, database_url: str, decryptor: Decryptor, key: PublicationKey, thread: Executor) -> None:
        self._database = Database(
            database_url, "contactpoint projector again", statement_timeout_s=PATIENCE_S, idle_timeout_s=IDLE_S
        )
        self._decryptor = decryptor
        self._key = key
        self._thread = thread
        self._others = Progress(FORGOTTEN_AFTER_S)

    def close(self) -> None:
        """Closes the connection."""
        self._database.close()

    async def run(
        self,
        probe: KafkaProbe,
        mine: Callable[[], Collection[Partition]],
        fail: Callable[[BaseException], None],
    ) -> None:
        """Goes on until it is cancelled; `mine` gives the partitions that this process reads, `fail` gets its errors.

        Where Kafka or Postgres is away it tries again later: the live messages show that.
        """
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                for failure in await self._in_thread(self.due, list(mine())):
                    record = await probe.record(failure.where, failure.offset)
                    await self._in_thread(self.apply_again, failure, record)
                await self._look_at_others(probe, set(mine()))
                await self._in_thread(self.drop_superseded)
            except (KafkaAway, DatabaseAway, psycopg2.Error):
                continue
            except (ReadingStalled, ViewsNotBuilt) as error:
                fail(error)

    def due(self, partitions: Collection[Partition]) -> list[Failure]:
        """At most PAGE failures in these partitions that it is time to apply again; forgets stops that are passed."""
        with reading_views(self._database) as cursor:
            stops.forget_passed(cursor)
            return failures.due(cursor, partitions, PAGE)

    def apply_again(self, failure: Failure, record: Any | None) -> bool:
        """Applies one message by the projection that failed on it; returns whether it succeeded.

        `record` is what Kafka has at its offset, None where it has nothing there; a forged one counts as none.
        """
        if record is None or record.offset != failure.offset or not genuine(failure.where, [record], self._key)[0]:
            return self._put_aside(failure, failures.give_up, LOST)
        log = LOGS[log_of(failure.topic) or ""]
        only = Log(log.name, [projection for projection in log.projections if projection.name == failure.projection])
        messages = read_messages(only, failure.where, [record], self._decryptor, self._key)
        fetch_keys(only, messages, self._decryptor)
        try:
            with self._database.transaction() as cursor:
                locks.wait_to_share(cursor, locks.ROWS)
                use_live(cursor)
                failed = apply(cursor, only, messages)
                if not failed:
                    failures.forget(cursor, failure)
        except ProjectionStopped as fault:
            return self._put_aside(failure, partial(failures.put_off, code=fault.stop.code), str(fault))
        return not failed or self._put_aside(failure, partial(failures.put_off, code=failed[0].code))

    def drop_superseded(self) -> None:
        """Drops views that those of this version have replaced, and that nobody reads any more."""
        with self._database.transaction() as cursor:
            dropped = view_schemas.drop_one_superseded(cursor)
        if dropped:
            _log.info("the views in %s are dropped: nobody reads them any more", dropped)

    def _put_aside(self, failure: Failure, change: Callable[[Cursor, Failure], None], message: str = "") -> bool:
        with reading_views(self._database) as cursor:
            change(cursor, failure)
        if message:
            _log.error("%s does not show %s/%s/%s: %s", failure.projection, *failure[:3], message)
        return False

    async def _look_at_others(self, probe: KafkaProbe, mine: Collection[Partition]) -> None:
        """Raises ReadingStalled where a partition that others should read does not move."""
        stored, stopped = await self._in_thread(self._where_all_are)
        others = await probe.partitions() - set(mine) - stopped
        self._others.note({each: stored.get(each, 0) for each in others}, await probe.ends(others))

    def _where_all_are(self) -> tuple[dict[Partition, int], set[Partition]]:
        """The stored offsets, and the partitions in which a projection is stopped, whose reader is not to blame."""
        with reading_views(self._database) as cursor:
            stopped = {Partition(stop.topic, stop.partition) for stop, _ in stops.kept(cursor)}
            return positions.stored_offsets(cursor), stopped

    async def _in_thread(self, work: Callable[..., _Answer], *given: Any) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)
