"""Advisory locks in Postgres, by name, held until the transaction or the connection ends."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

ROWS = 0x636F6E74_00000102
"""Shared by all who change view rows, held alone by a rebuild while it moves the pointer to another schema."""

LEASE = 0x636F6E70
"""With a definition: shared by every connection that has read or written views of it, for as long as it lasts."""

READ = 0x636F6E71
"""With a schema's name: shared by every transaction that reads or writes it."""

BUILD = 0x636F6E72
"""With a definition: held alone, for as long as it is connected, by the one who builds views of it."""

_DERIVED = 0x636F6E74
"""With the schema's name: held while tables are written that follow from several streams."""


TWICE_S = 0.5
_ABSENT = (
    "from pg_stat_activity"
    " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
    " and application_name = current_setting('application_name')"
    " and state = 'active' and wait_event_type = 'Client'"
    " and query_start < clock_timestamp() - make_interval(secs => %s)"
)


def take_for_session(cursor: Cursor, lock: int, name: str) -> bool:
    """Takes the lock of a name for as long as the connection lasts; returns False where somebody else holds it."""
    cursor.execute("select pg_try_advisory_lock(%s, hashtext(%s))", (lock, name))
    row = cursor.fetchone()
    return bool(row and row[0])


def take_by_name(cursor: Cursor, lock: int, name: str) -> bool:
    """Takes a lock alone, for the transaction; returns False where somebody else has it."""
    cursor.execute("select pg_try_advisory_xact_lock(%s, hashtext(%s))", (lock, name))
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


def end_absent(cursor: Cursor, after_s: float) -> int:
    """Ends connections named like this one, whose statement is that old and waits for its client; returns how many.

    A process that is paused in the middle of a COPY holds all its locks for good: Postgres cancels no statement that
    reads from its client, and the transaction is not idle. One that is at work waits only for moments, so it is looked
    at twice. A role may end its own connections.
    """
    cursor.execute(f"select array_agg(pid) {_ABSENT}", (after_s,))
    (found,) = cursor.fetchone() or (None,)
    if not found:
        return 0
    cursor.execute("select pg_sleep(%s), pg_stat_clear_snapshot()", (TWICE_S,))
    cursor.execute(
        f"select count(pg_terminate_backend(pid)) {_ABSENT} and pid = any(%s)",
        (after_s + TWICE_S, found),
    )
    (ended,) = cursor.fetchone() or (0,)
    return int(ended)
