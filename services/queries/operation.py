"""How the directory runs, read from Postgres in a few look-ups: for the operator's page."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from projections.engine.schema import definition
from services.queries import belonging
from services.queries.positions import Positions, read_positions, recorded_at
from services.queries.troubles import Trouble
from services.queries.unread import Offsets, read_offsets
from streams.store.database import Cursor

CONNECTIONS: Mapping[str, str] = {
    "registrar": "contactpoint registrar lock",
    "relay": "contactpoint relay",
    "projector": "contactpoint projector",
}
"""By role, the name of the one connection to Postgres that each of its processes keeps, also one that stands by."""


class SignedUpTo(NamedTuple):
    """The latest checkpoint of a log: how many events it holds, and when it was signed."""

    log: str
    size: int
    signed_at: datetime


class Building(NamedTuple):
    """Views that are being built, or that could not become live (`refusal` says why)."""

    messages: int
    of_messages: int
    refusal: str | None
    begun_at: datetime
    this_version: bool


class Operation(NamedTuple):
    """How the directory runs.

    `processes` counts those of each role that are connected to this database; `relay_waits_since` is when the oldest
    event was recorded that is not published, None where all are. `offsets` are the registrar's in Kafka.
    """

    positions: Positions
    processes: Mapping[str, int]
    relay_waits_since: datetime | None
    checkpoints: list[SignedUpTo]
    building: list[Building]
    offsets: Offsets
    troubles: list[Trouble]


def read_operation(cursor: Cursor) -> Operation:
    """All of it, in one snapshot but for the processes, of which there is none."""
    positions = read_positions(cursor)
    published, register = positions.positions["published"], positions.positions["register"]
    return Operation(
        positions,
        _processes(cursor),
        recorded_at(cursor, published + 1) if published < register else None,
        _checkpoints(cursor),
        _building(cursor),
        read_offsets(cursor),
        belonging.troubles(cursor),
    )


def _processes(cursor: Cursor) -> dict[str, int]:
    cursor.execute(
        "select application_name, count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = any(%s) group by 1",
        (list(CONNECTIONS.values()),),
    )
    found = dict(cursor.fetchall())
    return {role: found.get(name, 0) for role, name in CONNECTIONS.items()}


def _checkpoints(cursor: Cursor) -> list[SignedUpTo]:
    cursor.execute("select log, size, signed_at from publication.checkpoints order by log desc")
    return [SignedUpTo(*row) for row in cursor.fetchall()]


def _building(cursor: Cursor) -> list[Building]:
    cursor.execute(
        "select messages, of_messages, refusal, begun_at, definition = %s from projection.schemas"
        " where state in ('building', 'refused') order by begun_at",
        (definition(),),
    )
    return [Building(*row) for row in cursor.fetchall()]
