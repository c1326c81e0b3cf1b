"""Advisory locks in Postgres, by name, held until the transaction or the connection ends."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

SCHEMA = 0x636F6E74_00000101
"""Held while tables are made."""

ROWS = 0x636F6E74_00000102
"""Shared by all who change view rows, held alone by a rebuild while it replaces the schema."""

REBUILD = 0x636F6E74_00000104
"""Held by the one active rebuild for as long as it is connected."""


_DERIVED = 0x636F6E74
"""With the schema's name: held while tables are written that follow from several streams."""


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


def wait_for_derived(cursor: Cursor) -> None:
    """Takes the lock of what follows from several streams alone, for the transaction; each schema has its own."""
    cursor.execute("select pg_advisory_xact_lock(%s, hashtext(current_schema()))", (_DERIVED,))
