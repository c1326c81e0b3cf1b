"""A rebuild from beginning to end, and its result."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from projections.base.partition import Partition
from projections.catalogue import ACCESS_LOG, DERIVED, REGISTER_LOG, TABLES
from projections.engine import live_schema, locks, positions, view_schemas
from projections.engine.digest import digest, table_sums
from projections.engine.schema import definition
from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaSettings
from streams.projecting import building
from streams.projecting.building import Building
from streams.projecting.building import Progress as Progress
from streams.projecting.completeness import PositionsMissing, Published
from streams.projecting.finishing import connect_to
from streams.store.database import Connection, transaction

LITTLE = 2_000
"""How many messages may be left to catch up while the projector pauses."""


class RebuildRunning(Exception):
    """Another rebuild is running."""


@dataclass(frozen=True)
class RebuildResult:
    """The result of a rebuild: messages read, seconds, both digests, and whether the new views are live now.

    `differing` names the views of which live and new do not hold the same rows.
    """

    events: int
    seconds: float
    live: str
    rebuilt: str
    switched: bool
    differing: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As a JSON document, in which `switched` says whether the new views are live."""
        return {
            "events": self.events,
            "seconds": round(self.seconds, 3),
            "digest": {"live": self.live, "rebuilt": self.rebuilt},
            "switched": self.switched,
        }


class _Live(NamedTuple):
    """The live views in one snapshot: their schema, where they are, and up to where they hold each log."""

    schema: str
    offsets: dict[Partition, int]
    held: Published


def rebuild(
    kafka: KafkaSettings,
    database_url: str,
    key_encryption_key: Path,
    publication_key: Path,
    *,
    replace: bool = False,
    switch: bool = True,
    progress: Progress | None = None,
) -> RebuildResult:
    """Builds the views anew up to where the live ones are, and switches if both are equal, or with `replace`.

    Without `switch` it compares only, and the live views stay.

    Readers see the old views or the new ones, never a mixture; the projector pauses only while the last messages are
    caught up. Raises RebuildRunning, ViewsNotBuilt, UnusableKey, KafkaAway, DatabaseAway, and PositionsMissing where
    Kafka no longer has every event that the live views hold, also with `replace`; the live views are untouched then.
    """
    began = monotonic()
    with closing(connect_to(database_url)) as builder:
        _take_lock(builder)
        load = building.loader(kafka, database_url, key_encryption_key, PublicationKey.from_file(publication_key))
        with closing(connect_to(database_url)) as snapshot, ThreadPoolExecutor(1, "digest") as aside:
            live = _begin_snapshot(snapshot)
            live_digest = aside.submit(_digest_of_live, snapshot, live)
            fresh = building.begin(builder, load, database_url, live.offsets)
            try:
                built = building.build(fresh, live.offsets, live.held, progress)
            except PositionsMissing:
                _drop(builder, fresh)
                raise
            of_live = live_digest.result()
            differing = _differing(builder, snapshot, fresh, live) if built.digest != of_live else ()
        switched = switch and (built.digest == of_live or replace)
        if switched:
            _switch(builder, fresh, built.digest)
        else:
            _drop(builder, fresh)
    return RebuildResult(built.messages, monotonic() - began, of_live, built.digest, switched, differing)


def _take_lock(builder: Connection) -> None:
    with transaction(builder), builder.cursor() as cursor:
        if not locks.take_for_session(cursor, locks.BUILD, definition()):
            raise RebuildRunning("the views are being built already")
        live_schema.use_live(cursor)  # raises ViewsNotBuilt, and takes the lease


def _begin_snapshot(snapshot: Connection) -> _Live:
    """Where the live views are; keeps the connection reading them as they are there."""
    snapshot.set_session(isolation_level="REPEATABLE READ")
    with snapshot.cursor() as cursor:
        schema = live_schema.use_live(cursor)
        held = {log: positions.views_position(cursor, log) for log in (REGISTER_LOG, ACCESS_LOG)}
        return _Live(schema, positions.stored_offsets(cursor), held)


def _digest_of_live(snapshot: Connection, live: _Live) -> str:
    with snapshot.cursor() as cursor:
        return digest(cursor, live.schema)


def _differing(builder: Connection, snapshot: Connection, fresh: Building, live: _Live) -> tuple[str, ...]:
    with transaction(builder), builder.cursor() as of_fresh, snapshot.cursor() as of_live:
        return tuple(
            table.name
            for table in (*TABLES, *DERIVED)
            if table_sums(of_fresh, fresh.schema, table.name) != table_sums(of_live, live.schema, table.name)
        )


def _switch(builder: Connection, fresh: Building, digest: str) -> None:
    """Catches up, makes the projectors wait, applies the last messages, and makes the new schema the live one."""
    database_url = fresh.database_url
    building.catch_up(fresh, builder, lambda: _live_offsets(database_url), LITTLE)
    with closing(connect_to(database_url)) as holder, transaction(holder), holder.cursor() as cursor:
        locks.wait_for(cursor, locks.ROWS)
        building.catch_up(fresh, builder, lambda: _live_offsets(database_url), 0)
        view_schemas.set_live(cursor, fresh.schema, digest)
    while True:
        with transaction(builder), builder.cursor() as cursor:
            if not view_schemas.drop_one_superseded(cursor):
                return


def _live_offsets(database_url: str) -> dict[Partition, int]:
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        live_schema.use_live(cursor)
        return positions.stored_offsets(cursor)


def _drop(builder: Connection, fresh: Building) -> None:
    with transaction(builder), builder.cursor() as cursor:
        view_schemas.drop(cursor, fresh.schema)
