"""Waits until every submission that was sent has its receipt, and the views hold what it caused."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg2

from projections.engine.live_schema import ViewsNotBuilt
from projections.receipts.query import Offsets, outcomes
from services.queries.positions import read_positions
from services.submit.sender import Ranges
from streams.projecting.reading import reading_views
from streams.store.database import Cursor, Database, DatabaseAway

PATIENCE_S = 60
"""The longest time without progress before waiting ends."""
RANGES_AT_ONCE = 5_000

Observed = TypeVar("Observed")
Report = Callable[[int], None]
"""Called with the number of submissions that are answered so far."""


class Stuck(Exception):
    """There was no progress for PATIENCE_S; the text names the part that does not go on."""


def wait_until_processed(database: Database, ranges: Ranges, report: Report = lambda _: None) -> Counter[str]:
    """How many submissions had each outcome, once all are answered and shown; raises Stuck.

    `ranges` says where in Kafka they are.
    """
    sent = sum(last - first + 1 for runs in ranges.values() for first, last in runs)
    answered: Counter[str] = Counter()
    for found in _polls(database, lambda cursor: _answered(cursor, ranges), "the registrar, relay or projector"):
        answered = found
        report(answered.total())
        if answered.total() >= sent:
            break
    target = 0
    for positions in _polls(database, lambda cursor: read_positions(cursor).positions, "the relay or projector"):
        target = target or positions["register"]
        if positions["views"] >= target:
            break
    return answered


def wait_for_access_log(database: Database) -> None:
    """Waits until the view of the access log holds every entry recorded so far; raises Stuck."""
    for positions in _polls(database, read_positions, "the relay or projector"):
        if positions.lag["access"] <= 0:
            return


def _polls(database: Database, observe: Callable[[Cursor], Observed], who: str) -> Iterator[Observed]:
    """Polls with back-off, and skips a poll while Postgres is away; raises Stuck where `who` makes no progress."""
    last: Observed | None = None
    moved, pause = time.monotonic(), 0.02
    while True:
        began, stuck = time.monotonic(), who
        try:
            with reading_views(database) as cursor:
                observed = observe(cursor)
            if observed != last:
                last, moved = observed, time.monotonic()
            yield observed
        except (DatabaseAway, psycopg2.OperationalError):
            stuck = "Postgres"
        except ViewsNotBuilt as missing:
            stuck = f"{who} ({missing})"
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
