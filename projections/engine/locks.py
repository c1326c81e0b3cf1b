"""Advisory locks in Postgres, by name, held until the transaction or the connection ends."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

SCHEMA = 0x636F6E74_00000101
"""Held while tables are made."""

ROWS = 0x636F6E74_00000102
"""Shared by all who change view rows, held alone by a rebuild while it replaces the schema."""

PROJECTOR = 0x636F6E74_00000103
"""Held by the one active projector for as long as it is connected."""

REBUILD = 0x636F6E74_00000104
"""Held by the one active rebuild for as long as it is connected."""


def take_for_session(cursor: Cursor, lock: int) -> bool:
    """Takes a lock for as long as the connection lasts; returns False where somebody else holds it."""
    cursor.execute("select pg_try_advisory_lock(%s)", (lock,))
    row = cursor.fetchone()
    return bool(row and row[0])


def wait_for(cursor: Cursor, lock: int) -> None:
    """Takes a lock alone, for the transaction."""
    cursor.execute("select pg_advisory_xact_lock(%s)", (lock,))


def wait_to_share(cursor: Cursor, lock: int) -> None:
    """Takes a lock together with others who share it, for the transaction."""
    cursor.execute("select pg_advisory_xact_lock_shared(%s)", (lock,))
