"""Who waits for whom in Postgres: advisory locks by name, held until the transaction or the connection ends."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

SCHEMA = 0x636F6E74_00000101
"""Held while tables are made."""

ROWS = 0x636F6E74_00000102
"""Shared by whoever changes view rows, held alone by who swaps the schema under them."""


PROJECTOR = 0x636F6E74_00000103
"""Held by the one projector that is at work, for as long as it is connected."""

REBUILD = 0x636F6E74_00000104
"""Held by the one rebuild that is at work, for as long as it is connected."""


def take_for_session(cursor: Cursor, lock: int) -> bool:
    """Takes a lock for as long as the connection lasts, unless somebody else holds it."""
    cursor.execute("select pg_try_advisory_lock(%s)", (lock,))
    row = cursor.fetchone()
    return bool(row and row[0])


def wait_for(cursor: Cursor, lock: int) -> None:
    """Takes a lock alone."""
    cursor.execute("select pg_advisory_xact_lock(%s)", (lock,))


def wait_to_share(cursor: Cursor, lock: int) -> None:
    """Takes a lock together with others who share it."""
    cursor.execute("select pg_advisory_xact_lock_shared(%s)", (lock,))
