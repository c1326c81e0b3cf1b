"""Where every reader of the views begins: a transaction whose statements mean the live views, and no others."""

from collections.abc import Iterator
from contextlib import contextmanager

from projections.engine.live_schema import use_live
from streams.store.database import Cursor, Database, Pool
from streams.store.replica import Replica


@contextmanager
def reading_views(source: Database | Pool | Replica) -> Iterator[Cursor]:
    """A cursor on the live views; all its statements read the same state, but of a Database. Raises DatabaseAway."""
    with source.transaction() if isinstance(source, Database) else source.snapshot() as cursor:
        use_live(cursor)
        yield cursor
