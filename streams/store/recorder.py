"""Our recorder for the `eventsourcing` library: one Postgres schema a log, gapless positions, bulk inserts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
)
from psycopg2.sql import Composed

from projections.base.binary_copy import copy_rows
from streams.store._statements import Statements
from streams.store.database import Cursor, Database
from streams.store.errors import AmbiguousCommit, RecorderAway, library_errors
from streams.store.raw_event import RawEvent

__all__ = ["AmbiguousCommit", "PollingSubscription", "PostgresRecorder", "RecorderAway"]

InTransaction = Callable[[Cursor, Sequence[int]], None]
"""Writes more rows in the transaction of the events; it gets their positions."""
Fence = Callable[[Cursor], None]
"""Called at the start of the transaction; raises where the writer has lost the right to write."""

_EVENT = {"position": "bigint", "stream": "uuid", "version": "integer", "topic": "text", "state": "bytea"}
POLL_S = 0.05
FEW = 40
"""Up to so many events are inserted, in one trip to the server; more are copied, in three but with less work."""


class PostgresRecorder(ProcessRecorder):
    """Records the events of one log in one schema, which has the tables of a log. Safe to share between threads.

    Writers take turns at the counter's row lock, waiting at most `lock_timeout_s`; the server ends a transaction
    that is idle for `idle_timeout_s`. Readers have a connection of their own, or that of `reader`, which stays with its
    owner, and never wait for a writer.
    Raises the library's exceptions, whose texts never repeat stored values.
    """

    def __init__(
        self,
        database_url: str,
        schema: str,
        *,
        reader: Database | None = None,
        lock_timeout_s: float = 20,
        idle_timeout_s: float = 60,
    ) -> None:
        name = f"contactpoint {schema} recorder"
        self._writer = Database(database_url, name, lock_timeout_s=lock_timeout_s, idle_timeout_s=idle_timeout_s)
        self._reader = reader or Database(database_url, f"{name} reading", autocommit=True)
        self._lent = reader is not None
        self._sql = Statements(schema)

    def close(self) -> None:
        """Closes the connections; the recorder connects again when it is used again."""
        self._writer.close()
        if not self._lent:
            self._reader.close()

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        tracking: Tracking | None = None,
        in_transaction: InTransaction | None = None,
        fence: Fence | None = None,
        **kwargs: Any,
    ) -> Sequence[int]:
        """Records events, tracking and what `in_transaction` writes, all or nothing, and returns the events' positions.

        Raises IntegrityError where a stream has that version or the tracking is not new, AmbiguousCommit, RecorderAway.
        """
        with library_errors(), self._writer.transaction() as cursor:
            if fence is not None:
                fence(cursor)
            positions = self._insert(cursor, stored_events)
            if tracking is not None:
                self._track(cursor, tracking)
            if in_transaction is not None:
                in_transaction(cursor, positions)
        return positions

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process appends meanwhile; what is recorded within takes effect at the end, all or nothing."""
        with library_errors(), self._writer.transaction() as cursor:
            cursor.execute(self._sql.keep_others_out)
            yield

    def _insert(self, cursor: Cursor, stored_events: Sequence[StoredEvent]) -> list[int]:
        if not stored_events:
            return []
        count = len(stored_events)
        if count <= FEW:
            cursor.execute(self._sql.insert_few, _in_columns(stored_events))
            ((last,), *_) = cursor.fetchall()
            return _positions(last, count)
        cursor.execute(self._sql.take_positions, (count,))
        ((last,),) = cursor.fetchall()
        positions = _positions(last, count)
        rows = [
            (position, event.originator_id, event.originator_version, event.topic, event.state)
            for position, event in zip(positions, stored_events, strict=True)
        ]
        copy_rows(cursor, self._sql.events, _EVENT, rows)
        return positions

    def insert_tracking(self, tracking: Tracking) -> None:
        """Records how far this application has followed another one; raises IntegrityError where that is not new."""
        with library_errors(), self._writer.transaction() as cursor:
            self._track(cursor, tracking)

    def _track(self, cursor: Cursor, tracking: Tracking) -> None:
        cursor.execute(self._sql.track, (tracking.application_name, tracking.notification_id))
        if cursor.rowcount == 0:
            raise IntegrityError(f"{tracking.application_name} is tracked to {tracking.notification_id} or beyond")

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position up to which the application named was followed, or None."""
        ((position,),) = self._read(self._sql.tracked, (application_name,)) or [(None,)]
        return position  # type: ignore[no-any-return]

    def max_notification_id(self) -> int | None:
        """The position of the last event, or None."""
        ((position,),) = self._read(self._sql.last_position, ())
        return position or None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of one stream with a version greater than `gt` and at most `lte`, by version."""
        rows = self._read(self._sql.select_stream(desc=desc), (str(originator_id), gt, gt, lte, lte, limit))
        return [StoredEvent(originator_id, version, topic, bytes(state)) for version, topic, state in rows]

    def select_events_of(self, originator_ids: Sequence[UUID]) -> Iterator[StoredEvent]:
        """All events of many streams in one query, ordered by stream and version."""
        ids = {str(originator_id): originator_id for originator_id in originator_ids}
        for stream, version, topic, state in self._read(self._sql.select_streams, (list(ids),)):
            yield StoredEvent(ids[stream], version, topic, bytes(state))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """At most `limit` events in the order of the log, from `start` (or after it) to `stop`, of `topics` if any."""
        after = (start or 0) - 1 if inclusive_of_start else (start or 0)
        wanted = list(topics) or None
        rows = self._read(self._sql.select_log, (after, stop, stop, wanted, wanted, limit))
        return [
            Notification(UUID(stream), version, topic, bytes(state), position)
            for position, stream, version, topic, state in rows
        ]

    def select_raw(self, after: int, limit: int) -> list[RawEvent]:
        """At most `limit` events after a position, in the order of the log."""
        rows = self._read(self._sql.select_log, (after, None, None, None, None, limit))
        return [
            RawEvent(position, stream, version, topic, bytes(state)) for position, stream, version, topic, state in rows
        ]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Iterates over the events after a position, those still to come included."""
        return PollingSubscription(self, gt, topics)

    def _read(self, statement: Composed, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with library_errors(), self._reader.transaction() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()


def _positions(last: int, count: int) -> list[int]:
    return list(range(last - count + 1, last + 1))


def _in_columns(stored_events: Sequence[StoredEvent]) -> dict[str, Any]:
    return {
        "count": len(stored_events),
        "streams": [str(event.originator_id) for event in stored_events],
        "versions": [event.originator_version for event in stored_events],
        "topics": [event.topic for event in stored_events],
        "states": [event.state for event in stored_events],
    }


class PollingSubscription(ListenNotifySubscription[PostgresRecorder]):
    """The library's subscription, which polls for new events every `POLL_S` seconds."""

    def __init__(self, recorder: PostgresRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._stopped = Event()
        self._ticker = Thread(target=self._tick, name="subscription", daemon=True)
        self._ticker.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        """Stops the subscription and its threads."""
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._stopped.set()
            self._ticker.join()

    def _tick(self) -> None:
        while not self._stopped.wait(POLL_S):
            self._has_been_notified.set()
