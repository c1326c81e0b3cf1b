"""Views that end at a moment: built by the rebuild's own loader in a schema of their own, and dropped afterwards."""

from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from projections.base.partition import Partition
from projections.catalogue import REGISTER_LOG
from projections.cross_stream.hidden_since import HiddenNow, are_known, hidden_now, hide
from projections.engine import live_schema, locks, positions, view_schemas
from projections.engine.schema import definition, use
from streams.projecting import building
from streams.projecting.building import Load, Progress
from streams.projecting.completeness import Published
from streams.projecting.finishing import connect_to
from streams.store.database import Connection, transaction


@dataclass(frozen=True)
class Until:
    """Keeps the events that were recorded by a moment, but those of what is closed now."""

    recorded_at: str
    closed: frozenset[str]

    def __call__(self, event: Any) -> bool:
        """Whether an event belongs in the views."""
        return bool(event.recorded_at <= self.recorded_at and event.stream not in self.closed)


LoadKept = Callable[[Until], Load]
"""Gives how messages are loaded of which only some are kept."""


class ReplayRunning(Exception):
    """Another replay is running."""


class MomentViews(NamedTuple):
    """The views that end at a moment: their schema, the digest of a rebuild up to there, and what is hidden now."""

    schema: str
    digest: str
    hidden: HiddenNow


@contextmanager
def moment_views(
    database_url: str,
    load: LoadKept,
    recorded_at: str,
    progress: Progress | None = None,
    logs: Collection[str] = (REGISTER_LOG,),
) -> Iterator[MomentViews]:
    """Builds them of these logs and drops them at the end; what a replay that was killed left is dropped by the next.

    The live views are read and never touched: a projector and a rebuild know nothing of these. Raises ReplayRunning,
    ViewsNotBuilt, KafkaAway, DatabaseAway, and PositionsMissing where Kafka no longer has every event.
    """
    of = f"moment_{definition()}"
    with closing(connect_to(database_url)) as builder:
        _take_lock(builder, of)
        offsets, held, hidden = _live(database_url, logs)
        kept = load(Until(recorded_at, hidden.closed))
        fresh = building.begin(builder, kept, database_url, offsets, of)
        try:
            built = building.build(fresh, offsets, held, progress)
            yield MomentViews(fresh.schema, built.digest, hidden)
        finally:
            with transaction(builder), builder.cursor() as cursor:
                view_schemas.drop(cursor, fresh.schema)


def hide_in(database_url: str, views: MomentViews) -> None:
    """Hides in the views of a moment what is hidden now."""
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, views.schema)
        hide(cursor, views.hidden)


def hidden_meanwhile(database_url: str, views: MomentViews) -> bool:
    """Whether a child or a record of these views was hidden or closed since they were begun."""
    now = hidden_in_live(database_url)
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        use(cursor, views.schema)
        new = [of_now - before for of_now, before in zip(now, views.hidden, strict=True)]
        return are_known(cursor, frozenset().union(*new))


def hidden_in_live(database_url: str) -> HiddenNow:
    """What is hidden or closed in the live views at this moment."""
    with closing(connect_to(database_url)) as connection, transaction(connection), connection.cursor() as cursor:
        live_schema.use_live(cursor)
        return hidden_now(cursor)


def _take_lock(builder: Connection, of: str) -> None:
    with transaction(builder), builder.cursor() as cursor:
        if not locks.take_for_session(cursor, locks.BUILD, of):
            raise ReplayRunning("another replay is running; begin this one once it has ended")
        live_schema.take_lease(cursor, of)


def _live(database_url: str, logs: Collection[str]) -> tuple[dict[Partition, int], Published, HiddenNow]:
    """Where the live views are in the logs, up to which position they hold each, and what is hidden: in one snapshot.

    Read one after the other, the offsets would lack what the projector applies before the positions are read.
    """
    with closing(connect_to(database_url)) as snapshot:
        snapshot.set_session(isolation_level="REPEATABLE READ")
        with transaction(snapshot), snapshot.cursor() as cursor:
            live_schema.use_live(cursor)
            offsets = positions.stored_offsets(cursor)
            of_logs = {partition: offset for partition, offset in offsets.items() if partition.topic in logs}
            return of_logs, {log: positions.views_position(cursor, log) for log in logs}, hidden_now(cursor)
