"""The position of each part, read from Postgres: for `status`, `submit --wait` and the metrics."""

from dataclasses import dataclass
from datetime import datetime

from projections.catalogue import ACCESS_LOG
from projections.engine import failures, stops
from projections.engine.positions import views_position
from streams.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Positions:
    """`positions` of register, published and views; `lag`: what waits; `failed`: messages that were not
    projected; `forged`: those among them that the relay has not published.

    `stopped` says of each projection that cannot go on where it stands, why, and since when.

    `lag` counts events for the relay and the projector, looks not yet in the access log's view, and receipts and dead
    letters not yet published (`outbox`). `waiting_since` is when the oldest event of the register that is not in the
    views was recorded; None where all are.
    """

    positions: dict[str, int]
    lag: dict[str, int]
    failed: int
    forged: int
    waiting_since: datetime | None
    stopped: list[str]


def read_positions(cursor: Cursor) -> Positions:
    """The committed positions."""
    cursor.execute(
        "select (select last from register.counter), (select last from access.counter),"
        " (select position from publication.published where log = 'register.events'),"
        " (select count(*) from register.outbox)"
    )
    register, access, published, outbox = (int(value or 0) for value in cursor.fetchone() or (0,) * 4)
    views, access_viewed = views_position(cursor), views_position(cursor, ACCESS_LOG)
    return Positions(
        {"register": register, "published": published, "views": views},
        {
            "relay": register - published,
            "projector": published - views,
            "access": access - access_viewed,
            "outbox": outbox,
        },
        failures.count(cursor),
        failures.forged(cursor),
        _recorded_at(cursor, views + 1) if views < register else None,
        [f"{stop}, since {since}" for stop, since in stops.kept(cursor)],
    )


def _recorded_at(cursor: Cursor, position: int) -> datetime | None:
    cursor.execute(
        "select convert_from(state, 'UTF8')::json ->> 'recordedat' from register.events where position = %s",
        (position,),
    )
    found = cursor.fetchone()
    return datetime.fromisoformat(found[0]) if found else None
