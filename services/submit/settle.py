"""Waiting until every submission that was sent has its receipt, and the views hold what it caused."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg2

from projections.receipts.query import Offsets, outcomes
from services.queries.positions import read_positions
from services.submit.sender import Ranges
from streams.store.database import Cursor, Database, DatabaseAway

PATIENCE_S = 60
"""How long nothing may move."""
RANGES_AT_ONCE = 5_000

Observed = TypeVar("Observed")
Report = Callable[[int], None]
"""Is told how many submissions are answered."""


class Stuck(Exception):
    """Nothing has moved for a while; the text says which part waits for what."""


def settle(database: Database, ranges: Ranges, told: Report = lambda _: None) -> Counter[str]:
    """Waits; gives how many submissions had each outcome. Raises Stuck after a minute in which nothing moved."""
    sent = sum(last - first + 1 for runs in ranges.values() for first, last in runs)
    answered: Counter[str] = Counter()
    for seen in _polls(database, lambda cursor: _answered(cursor, ranges), "the registrar, relay or projector"):
        answered = seen
        told(answered.total())
        if answered.total() >= sent:
            break
    target = 0
    for positions in _polls(database, lambda cursor: read_positions(cursor).positions, "the relay or projector"):
        target = target or positions["register"]
        if positions["views"] >= target:
            break
    return answered


def settle_looks(database: Database) -> None:
    """Waits until the access log's view holds every look recorded so far; raises Stuck."""
    for positions in _polls(database, read_positions, "the relay or projector"):
        if positions.lag["access"] <= 0:
            return


def _polls(database: Database, look: Callable[[Cursor], Observed], who: str) -> Iterator[Observed]:
    """What is seen, again and again, at first often; while Postgres is away nothing is."""
    last: Observed | None = None
    moved, pause = time.monotonic(), 0.02
    while True:
        began, stuck = time.monotonic(), who
        try:
            with database.transaction() as cursor:
                seen = look(cursor)
            if seen != last:
                last, moved = seen, time.monotonic()
            yield seen
        except (DatabaseAway, psycopg2.OperationalError):
            stuck = "Postgres"
        if time.monotonic() - moved > PATIENCE_S:
            raise Stuck(f"nothing has moved for {PATIENCE_S} s: {stuck} does not go on; look at `contactpoint status`")
        time.sleep(max(pause, 4 * (time.monotonic() - began)))
        pause = min(pause * 1.3, 0.3)


def _answered(cursor: Cursor, ranges: Ranges) -> Counter[str]:
    """How many of the submissions are answered, by outcome."""
    counts: Counter[str] = Counter()
    for (topic, partition), runs in ranges.items():
        for begin in range(0, len(runs), RANGES_AT_ONCE):
            offsets = [Offsets(partition, first, last) for first, last in runs[begin : begin + RANGES_AT_ONCE]]
            counts.update(outcomes(cursor, topic, offsets))
    return counts
