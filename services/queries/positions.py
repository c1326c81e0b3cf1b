"""The position of each part, read from Postgres: for `status`, `submit --wait` and the metrics."""

from dataclasses import dataclass
from datetime import datetime

from projections.catalogue import ACCESS_LOG
from projections.engine import failures, stops
from projections.engine.live_schema import ViewsNotBuilt, use_live
from projections.engine.positions import views_position
from streams.store.database import Cursor

MOST_LAG_S = 300
"""How late the views may be before a directory counts as not ready: a county's feeds take a minute or two to show, and
what was decided five minutes ago is what the next caller looks for."""


@dataclass(frozen=True, slots=True)
class Positions:
    """`positions` of register, published and views; `lag`: what waits; `failed`: messages that were not
    projected; `forged`: those among them that the relay has not published.

    `stopped` has for each projection that cannot go on the message at which it is stopped, why, and since when.

    `lag` counts events for the relay and the projector, looks not yet in the access log's view, and receipts and dead
    letters not yet published (`outbox`). `waiting_since` is when the oldest event of the register that is not in the
    views was recorded; None where all are. `views_missing` says why there are no
    complete views of this version, so that nothing of them is known.
    """

    positions: dict[str, int]
    lag: dict[str, int]
    failed: int
    forged: int
    waiting_since: datetime | None
    stopped: list[str]
    views_missing: str | None


def read_positions(cursor: Cursor) -> Positions:
    """The committed positions; where there are no complete views of this version, their position is 0."""
    cursor.execute(
        "select (select last from register.counter), (select last from access.counter),"
        " (select position from publication.published where log = 'register.events'),"
        " (select count(*) from register.outbox)"
    )
    register, access, published, outbox = (int(value or 0) for value in cursor.fetchone() or (0,) * 4)
    views, access_viewed, failed, forged, stopped, missing = _of_views(cursor)
    return Positions(
        {"register": register, "published": published, "views": views},
        {
            "relay": register - published,
            "projector": published - views,
            "access": access - access_viewed,
            "outbox": outbox,
        },
        failed,
        forged,
        recorded_at(cursor, views + 1) if views < register else None,
        stopped,
        missing,
    )


def _of_views(cursor: Cursor) -> tuple[int, int, int, int, list[str], str | None]:
    """Position in both logs, failed and forged messages, what is stopped, and why there are no views."""
    try:
        use_live(cursor)
    except ViewsNotBuilt as missing:
        return 0, 0, 0, 0, [], str(missing)
    stopped = [f"{stop}, since {since}" for stop, since in stops.kept(cursor)]
    positions = views_position(cursor), views_position(cursor, ACCESS_LOG)
    return *positions, failures.count(cursor), failures.forged(cursor), stopped, None


def late_by(waiting_since: datetime | None, now: datetime) -> float:
    """For how many seconds the oldest event has waited for the views."""
    return max(0.0, (now - waiting_since).total_seconds()) if waiting_since else 0.0


def recorded_at(cursor: Cursor, position: int) -> datetime | None:
    """When the event at a position of the register was recorded; None where there is none."""
    cursor.execute(
        "select convert_from(state, 'UTF8')::json ->> 'recordedat' from register.events where position = %s",
        (position,),
    )
    found = cursor.fetchone()
    return datetime.fromisoformat(found[0]) if found else None
