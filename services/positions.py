"""How far each part has come, read from Postgres: for `status`, `submit --wait`, the metrics and whoever waits."""

from dataclasses import dataclass

from projections import failures
from projections.positions import views_position
from streams.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Positions:
    """`positions` of register, published, views; `lag`: what waits at each part; `failed`: messages not projected."""

    positions: dict[str, int]
    lag: dict[str, int]
    failed: int


def read_positions(cursor: Cursor) -> Positions:
    """The positions as they stand committed."""
    cursor.execute(
        "select (select last from register.counter), (select last from access.counter),"
        " (select position from publication.published where log = 'register.events'),"
        " (select position from publication.published where log = 'access.events'),"
        " (select count(*) from register.outbox)"
    )
    register, access, published, access_published, outbox = (int(value or 0) for value in cursor.fetchone() or (0,) * 5)
    views = views_position(cursor)
    return Positions(
        {"register": register, "published": published, "views": views},
        {
            "relay": register - published,
            "projector": published - views,
            "access": access - access_published,
            "outbox": outbox,
        },
        failures.count(cursor),
    )
