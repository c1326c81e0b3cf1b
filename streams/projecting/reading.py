"""Where every reader of the views begins: a transaction whose statements mean the live views, and no others."""

from collections.abc import Iterator
from contextlib import contextmanager

from projections.engine.live_schema import use_live
from streams.store.database import Cursor, Database, Pool


@contextmanager
def reading_views(source: Database | Pool) -> Iterator[Cursor]:
    """A cursor on the live views; of a pool, all its statements read the same state. Raises DatabaseAway."""
    with source.snapshot() if isinstance(source, Pool) else source.transaction() as cursor:
        use_live(cursor)
        yield cursor
