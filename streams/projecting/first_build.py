"""Complete views of this version before anything is read of them or written live: built beside those of another one."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import closing
from threading import Event

from projections.base.partition import Partition
from projections.engine import live_schema, locks, view_schemas
from projections.engine.schema import definition
from streams.kafka.settings import KafkaSettings
from streams.projecting import building
from streams.projecting.completeness import PositionsMissing, published
from streams.projecting.finishing import connect_to
from streams.projecting.probe import KafkaProbe
from streams.store.database import Connection, transaction

STANDBY_S = 0.5
"""How often one who waits looks whether another one has built the views, or has ended."""
LITTLE = 2_000
"""How many messages may be left to the live projector when the views become live: a fraction of a second."""

_log = logging.getLogger(__name__)


def ensure_views(kafka: KafkaSettings, database_url: str, load: building.Load, stop: Event) -> None:
    """Returns once there are complete views of this version, or `stop` is set.

    Builds them where there are none, unless another process does; where there are, a rebuild never waits for this.
    Raises PositionsMissing, which `status` shows too, KafkaAway, DatabaseAway, ProjectionStopped.
    """
    waiting = False
    with closing(connect_to(database_url)) as connection:
        while not stop.is_set():
            with transaction(connection), connection.cursor() as cursor:
                if view_schemas.has_live(cursor):
                    return
                mine = locks.take_for_session(cursor, locks.BUILD, definition())
                if view_schemas.has_live(cursor):  # made by who held the lock until now
                    return
                if mine:
                    live_schema.take_lease(cursor)
            if mine:
                _build(kafka, database_url, load, connection)
                return
            if not waiting:
                _log.info("standing by: another process builds the views")
                waiting = True
            stop.wait(STANDBY_S)


def _build(kafka: KafkaSettings, database_url: str, load: building.Load, connection: Connection) -> None:
    with transaction(connection), connection.cursor() as cursor:
        wanted = published(cursor)
    offsets = _ends(kafka)
    if not any(offsets.values()) and not any(wanted.values()):
        with transaction(connection), connection.cursor() as cursor:
            view_schemas.make_empty(cursor)
        return
    _log.info("building the views of this version from %s messages", sum(offsets.values()))
    target = building.begin(connection, load, database_url, offsets)
    try:
        built = building.build(target, offsets, wanted)
    except PositionsMissing as missing:
        with transaction(connection), connection.cursor() as cursor:
            view_schemas.refuse(cursor, target.schema, str(missing))
        raise
    building.catch_up(target, connection, lambda: _ends(kafka), LITTLE)
    with transaction(connection), connection.cursor() as cursor:
        view_schemas.set_live(cursor, target.schema, built.digest)
    _log.info("the views of this version are complete: %s messages, digest %s", built.messages, built.digest)


def _ends(kafka: KafkaSettings) -> Mapping[Partition, int]:
    """The ends of all partitions that views are made of; raises KafkaAway."""

    async def read() -> Mapping[Partition, int]:
        async with KafkaProbe(kafka) as probe:
            return await probe.ends(await probe.partitions())

    return asyncio.run(read())
