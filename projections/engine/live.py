"""Row changes applied live, with what follows from them, in the caller's transaction, beside other writers.

Most rows have one writer: a record's come from its own stream, whose partition one projector reads. They are written
first, without a lock. What follows from several streams, and rows that several streams write, are written under one
lock that is held until the commit, and derived from what statements after that lock see (READ COMMITTED): of two
transactions with causes of one row, the later one sees those of both. Read before it, each might miss the other's.
"""

import time
from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base import postgres
from projections.base.projection import Put, as_changes
from projections.cross_stream import derived
from projections.cross_stream.search_keys import SearchKeys
from projections.engine import locks


class LiveWriter:
    """Writes row changes; `waited_s` sums up waits for the lock, `locked_at` is when it was last taken, if it was."""

    def __init__(self) -> None:
        self.waited_s = 0.0
        self.locked_at: float | None = None

    def write(self, cursor: Cursor, puts: Sequence[Put]) -> None:
        """Applies row changes as `postgres.write` does, then brings what is derived from those rows up to date.

        A row that several streams write is never taken for the first of its key: each stream only knows its own, and a
        copy that is refused costs the whole batch again.
        """
        own, shared = derived.by_writers(puts)
        keys = SearchKeys(cursor, own)
        postgres.write(cursor, own)
        keys.refresh()
        if not derived.needs_lock(puts):
            return
        began = time.monotonic()
        locks.wait_for_derived(cursor)
        self.locked_at = time.monotonic()
        self.waited_s += self.locked_at - began
        following = derived.CrossStreamProjection(cursor, puts)
        postgres.write(cursor, as_changes(shared))
        following.refresh()


def write(cursor: Cursor, puts: Sequence[Put]) -> None:
    """As `LiveWriter.write`, for one who does not count the time."""
    LiveWriter().write(cursor, puts)
