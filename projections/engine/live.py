"""Row changes applied live, with what follows from them, in the caller's transaction."""

from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base import postgres
from projections.base.projection import Put
from projections.cross_stream import derived


def write(cursor: Cursor, puts: Sequence[Put]) -> None:
    """Applies row changes as `postgres.write` does, then brings what is derived from those rows up to date."""
    following = derived.CrossStreamProjection(cursor, puts)
    postgres.write(cursor, puts)
    following.refresh()
