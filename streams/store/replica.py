"""A replica of Postgres to read from, as long as it is no older than what the primary had when the reading began.

The primary shows how far its log has come, and the replica what it has replayed: with all of it, there is
nothing that anybody was shown before, no shield and no grant, that this reading lacks. Else the primary is read itself.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

import psycopg2
from psycopg2.errors import SerializationFailure
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from streams.store.database import Connection, Cursor, DatabaseAway, Pool

LONGEST_WAIT_S = 0.02
"""How long a reading waits for the replica to come as far as the primary: longer would cost more than it spares."""
POLL_S = 0.002
PAUSE_S = 10.0
"""How long a replica is left alone that cannot be reached, or is none of this primary."""

_PRIMARY = "select pg_current_wal_insert_lsn()::text, (select system_identifier from pg_control_system())"
_REPLICA = (
    "select pg_is_in_recovery() and (select system_identifier from pg_control_system()) = %(system)s,"
    " pg_last_wal_replay_lsn() >= %(end)s::pg_lsn"
)

_log = logging.getLogger(__name__)


class Replica:
    """Reads from a replica where it is up to date, else from the primary. Safe to share between threads."""

    def __init__(self, primary: Pool, replica: Pool) -> None:
        self._primary, self._replica = primary, replica
        self._lock = Lock()
        self._left_alone_until = 0.0

    @contextmanager
    def snapshot(self) -> Iterator[Cursor]:
        """As `Pool.snapshot`, of a state no older than that of the primary at this moment; raises DatabaseAway."""
        with ExitStack() as opened:
            connection = self._up_to_date(opened)
            if connection is None:
                yield opened.enter_context(self._primary.snapshot())
                return
            try:
                yield opened.enter_context(connection.cursor())
            except SerializationFailure:
                raise DatabaseAway("the replica ended a reading, to keep up with the primary; ask again") from None

    def close(self) -> None:
        """Closes the connections to the replica."""
        self._replica.close()

    def _up_to_date(self, opened: ExitStack) -> Connection | None:
        """A connection to the replica whose next transaction has all that the primary has now; None where it lags."""
        if time.monotonic() < self._left_alone_until:
            return None
        with self._primary.transaction() as cursor:
            cursor.execute(_PRIMARY)
            end, system = cursor.fetchone() or (None, None)
        try:
            with ExitStack() as trying:
                connection = trying.enter_context(self._replica.connection())
                if self._has_come_to(connection, {"end": end, "system": system}):
                    opened.enter_context(trying.pop_all())
                    return connection
        except (DatabaseAway, psycopg2.Error):
            self._leave_alone("the replica of Postgres cannot be reached; the primary is read")
        return None

    def _has_come_to(self, connection: Connection, wanted: dict[str, Any]) -> bool:
        """Whether the replica has all of the primary's log; outside a transaction, for a snapshot would be older."""
        until = time.monotonic() + LONGEST_WAIT_S
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                while True:
                    cursor.execute(_REPLICA, wanted)
                    is_ours, has_all = cursor.fetchone() or (False, False)
                    if not is_ours:
                        self._leave_alone("what CONTACTPOINT_DATABASE_READ_URL names is no replica of this primary")
                        return False
                    if has_all:
                        return True
                    if time.monotonic() > until:
                        return False
                    time.sleep(POLL_S)
        finally:
            if not connection.closed:
                connection.autocommit = False
                connection.isolation_level = ISOLATION_LEVEL_REPEATABLE_READ

    def _leave_alone(self, why: str) -> None:
        with self._lock:
            if time.monotonic() >= self._left_alone_until:
                _log.warning("%s for the next %s s", why, round(PAUSE_S))
            self._left_alone_until = time.monotonic() + PAUSE_S
