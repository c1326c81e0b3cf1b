"""Connections to Postgres: every wait is bounded, errors name no credentials, a broken connection is replaced."""

import re
import select
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeAlias

import psycopg2
import psycopg2.extensions
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.sql import Composable

Connection: TypeAlias = psycopg2.extensions.connection
Cursor: TypeAlias = psycopg2.extensions.cursor

CONNECT_TIMEOUT_S = 5
SILENCE_S = 15


class DatabaseAway(Exception):
    """Postgres cannot be reached, or went away during a transaction, which then did not take effect."""


class CommitUnknown(DatabaseAway):
    """Postgres went away during a commit: the transaction may have taken effect or not."""


def connect(
    database_url: str,
    *,
    application_name: str,
    statement_timeout_s: float = 60,
    lock_timeout_s: float = 20,
    idle_timeout_s: float = 60,
) -> Connection:
    """A new connection, not in autocommit mode; raises DatabaseAway.

    The server ends a statement, a wait for a lock, or an idle transaction after so many seconds; 0 means never.
    Prepared statements are planned once. Nothing is compiled: Postgres compiles a search at the size of a country, for
    it expects to read half the table, and then it reads a few rows.
    """
    settings: dict[str, str | int] = {
        "statement_timeout": round(statement_timeout_s * 1000),
        "lock_timeout": round(lock_timeout_s * 1000),
        "idle_in_transaction_session_timeout": round(idle_timeout_s * 1000),
        "plan_cache_mode": "force_generic_plan",
        "jit": "off",
        "tcp_keepalives_idle": SILENCE_S,
        "tcp_keepalives_interval": 5,
        "tcp_keepalives_count": 3,
    }
    try:
        given = psycopg2.extensions.parse_dsn(database_url)
        connection = psycopg2.connect(
            database_url,
            application_name=application_name,
            client_encoding="utf8",
            connect_timeout=CONNECT_TIMEOUT_S,
            keepalives_idle=SILENCE_S,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=SILENCE_S * 1000,
        )
        _set(connection, settings)
    except psycopg2.ProgrammingError:
        raise DatabaseAway("Postgres cannot be reached: its URL cannot be read") from None
    except psycopg2.OperationalError as error:
        raise DatabaseAway(_sentence(str(error), given)) from None
    return connection


def _set(connection: Connection, settings: Mapping[str, str | int]) -> None:
    """Sets them for the session; a pooler takes no such options of a connection."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config(name, value, false) from unnest(%s::text[], %s::text[]) as given (name, value)",
            (list(settings), [str(value) for value in settings.values()]),
        )
    connection.autocommit = False


def _sentence(text: str, given: dict[str, str]) -> str:
    """libpq's reason for a failed connection, on one line, without the names of user and database."""
    where = f"{given.get('host', 'its local socket')}:{given.get('port', 5432)}"
    lines = [line for line in text.strip().splitlines() if line.strip()]
    reason = lines[0].rsplit("failed: ", 1)[-1] if lines else "no reason given"
    reason = re.sub(r'(user|database|role) "[^"]*"', r"the \1", reason.removeprefix("FATAL:").strip())
    return f"Postgres cannot be reached at {where} ({reason})"


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """Commits on success, rolls back on an error; raises DatabaseAway, or CommitUnknown where the commit broke."""
    try:
        yield connection
    except BaseException as error:
        broken = bool(connection.closed)
        _roll_back(connection)
        if broken and isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
            raise DatabaseAway("Postgres went away during a transaction") from None
        raise
    try:
        _end(connection, "commit")
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        if connection.closed:
            raise CommitUnknown("Postgres went away during a commit") from error
        raise


def _roll_back(connection: Connection) -> None:
    try:
        _end(connection, "rollback")
    except psycopg2.Error:
        connection.close()


def _end(connection: Connection, how: str) -> None:
    """Ends the transaction; psycopg2 itself ends only one that it has begun, see `_Snapshot`."""
    if connection.autocommit and connection.get_transaction_status() != TRANSACTION_STATUS_IDLE:
        with connection.cursor() as cursor:
            cursor.execute(how)
    elif how == "commit":
        connection.commit()
    else:
        connection.rollback()


class _Snapshot(Cursor):
    """A cursor whose first statement begins the transaction, in one trip; psycopg2 takes one for the beginning alone.

    Its connection is in autocommit mode, so that psycopg2 begins nothing.
    """

    def execute(self, query: str | bytes | Composable, vars: Any = None) -> None:
        """As psycopg2's."""
        if self.connection.get_transaction_status() == TRANSACTION_STATUS_IDLE:
            text = query.as_string(self) if isinstance(query, Composable) else query
            begin = "begin isolation level repeatable read; "
            query = begin + text if isinstance(text, str) else begin.encode() + text
        super().execute(query, vars)


def is_usable(connection: Connection) -> bool:
    """Whether an idle connection is open: one that the server has closed is readable, because of its end."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)


class Database:
    """One connection, made when it is first needed and again after it broke; threads take turns.

    A transaction within another one of the same thread is part of it: the outer one commits or rolls back.
    In autocommit mode each statement is a transaction of its own, which saves a reader two trips to the server.
    """

    def __init__(
        self,
        database_url: str,
        application_name: str,
        *,
        autocommit: bool = False,
        statement_timeout_s: float = 60,
        lock_timeout_s: float = 20,
        idle_timeout_s: float = 60,
    ) -> None:
        self._url = database_url
        self._name = application_name
        self._autocommit = autocommit
        self._timeouts = {
            "statement_timeout_s": statement_timeout_s,
            "lock_timeout_s": lock_timeout_s,
            "idle_timeout_s": idle_timeout_s,
        }
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._in_use: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """A cursor in a transaction, committed on success, rolled back on an error; raises DatabaseAway."""
        with self._lock:
            if self._in_use is not None:
                with self._in_use.cursor() as cursor:
                    yield cursor
                return
            try:
                with transaction(self._connected()) as self._in_use, self._in_use.cursor() as cursor:
                    yield cursor
            finally:
                self._in_use = None

    def statement(self) -> AbstractContextManager[Cursor]:
        """As `transaction`, for one statement."""
        return self.transaction()

    def close(self) -> None:
        """Closes the connection; the next transaction makes a new one."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None or not is_usable(self._connection):
            self.close()
            self._connection = connect(self._url, application_name=self._name, **self._timeouts)
            self._connection.autocommit = self._autocommit
        return self._connection


class Pool:
    """At most `size` connections; a thread waits for one, at most `wait_s`, while all are in use.

    A thread has one at a time: one that waited for a second could wait for others that do the same, until all give up.
    """

    def __init__(self, database_url: str, size: int, application_name: str, *, wait_s: float = 30) -> None:
        self._url = database_url
        self._name = application_name
        self._size = size
        self._wait_s = wait_s
        self._free = threading.BoundedSemaphore(size)
        self._idle: deque[Connection] = deque()
        self._closed = False
        self._of_thread = threading.local()

    @contextmanager
    def connection(self, *, autocommit: bool = False) -> Iterator[Connection]:
        """A connection in a transaction, committed on success, rolled back on an error; raises DatabaseAway.

        In autocommit mode it is a transaction only once a statement begins one.
        """
        if getattr(self._of_thread, "has_one", False):
            raise RuntimeError("a thread may have one connection of a pool at a time")
        if not self._free.acquire(timeout=self._wait_s):
            raise DatabaseAway(f"all {self._size} connections to Postgres stayed in use for {self._wait_s:g} s")
        self._of_thread.has_one = True
        try:
            connection = self._take()
            try:
                connection.autocommit = autocommit
                connection.isolation_level = None
                with transaction(connection):
                    yield connection
            finally:
                self._give_back(connection)
        finally:
            self._of_thread.has_one = False
            self._free.release()

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """As `connection`, but gives a cursor."""
        with self.connection() as connection, connection.cursor() as cursor:
            yield cursor

    @contextmanager
    def statement(self) -> Iterator[Cursor]:
        """As `transaction`, for one statement, which is one by itself: that saves two trips to the server."""
        with self.connection(autocommit=True) as connection, connection.cursor() as cursor:
            yield cursor

    @contextmanager
    def snapshot(self) -> Iterator[Cursor]:
        """As `transaction`, for reading: all its statements read the same state."""
        with self.connection(autocommit=True) as connection, connection.cursor(cursor_factory=_Snapshot) as cursor:
            yield cursor

    def close(self) -> None:
        """Closes the idle connections now and the others when they are returned."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Connection:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return connect(self._url, application_name=self._name)
            if is_usable(connection):
                return connection
            connection.close()

    def _give_back(self, connection: Connection) -> None:
        if self._closed or connection.closed:
            connection.close()
        else:
            self._idle.append(connection)
