"""The one writer of the log `access`: it appends events, and in the same transaction the rows that follow from them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent

from domain.access_log.notices import Notice
from domain.event import RegisterEvent
from streams.access.notices import leave_notices
from streams.clock import Clock, utc_now
from streams.codec import EventMapper, iso_text
from streams.crypto.keys import KeyRing, insert_keys, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Cursor, Database, DatabaseAway

SOURCE = "urn:contactpoint:api"
ATTEMPTS = 3
"""How often events are made and appended; after a first conflict with another process nothing comes in between."""


class AccessLogAway(DatabaseAway):
    """An event was not recorded, or it is unknown whether it was, so nothing may be shown."""


class NewEvent(NamedTuple):
    """An event to append as `version` of its stream, with the fields of its class.

    `time` is when it became true, by default when it is recorded. `in_transaction` writes the rows that follow from it;
    `notices` are left for the relay.
    """

    stream: UUID
    version: int
    event_class: type[RegisterEvent]
    fields: Mapping[str, Any]
    source: str = SOURCE
    time: datetime | None = None
    in_transaction: Callable[[Cursor], None] | None = None
    notices: Sequence[Notice] = ()


class DurableEvent(NamedTuple):
    """An event that is durable: its position, when it was recorded, as ISO text, and the id it is published under."""

    position: int
    recorded_at: str
    id: str


Prepare: TypeAlias = Callable[[datetime, bool], Sequence[NewEvent]]
"""Makes the events of a moment; the flag is true where cached versions of streams may be out of date."""


class AccessAppender:
    """Appends events to the log `access`. Safe to share between threads; several processes may write at once.

    It has two connections at most: to write, and to read.
    """

    def __init__(self, database_url: str, key: KeyEncryptionKey, clock: Clock = utc_now) -> None:
        self.reads = Database(database_url, "contactpoint access reads")
        self._clock = clock
        self._keys = KeyRing(key, reader_of(self.reads, "access"))
        self._log = LogApplication(database_url, "access", EventMapper(self._keys), reader=self.reads)
        self._lock = Lock()
        self._others_write = False

    def append(self, prepare: Prepare) -> list[DurableEvent]:
        """Appends the events that `prepare` makes; calls it again where another process appended to a stream first.

        Raises AccessLogAway, and what `prepare` raises.
        """
        with _away():
            for _ in range(ATTEMPTS - 1):
                try:
                    return self._append(prepare)
                except IntegrityError:
                    self._others_write = True
            return self._append(prepare)

    def append_once(self, event: NewEvent) -> DurableEvent | None:
        """Appends one event; None where its stream has that version already. Raises AccessLogAway."""
        with _away(), self._lock:
            try:
                return self._put([event], self._clock())[0]
            except IntegrityError:
                return None

    def first_event(self, stream: UUID) -> StoredEvent | None:
        """The event that began a stream, sealed; None where there is no such stream. Raises AccessLogAway."""
        with _away():
            return next(iter(self._log.recorder.select_events(stream, lte=1)), None)

    def close(self) -> None:
        """Closes the connections."""
        self._log.close()
        self.reads.close()

    def _append(self, prepare: Prepare) -> list[DurableEvent]:
        with self._lock, self._alone():
            now = self._clock()
            return self._put(prepare(now, self._others_write), now)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other processes out while events are made, from when one was found to write to the same streams.

        Those that have not found out yet are kept out too, so that they cannot be faster again and again.
        """
        if not self._others_write:
            yield
            return
        try:
            with self._log.recorder.alone():
                yield
        except BaseException:
            self._keys.forget()
            raise

    def _put(self, new: Sequence[NewEvent], now: datetime) -> list[DurableEvent]:
        if not new:
            return []
        at = iso_text(now)

        def in_transaction(cursor: Cursor, positions: Sequence[int]) -> None:
            insert_keys(cursor, "access", self._keys.take_new())
            for each in new:
                if each.in_transaction is not None:
                    each.in_transaction(cursor)
            leave_notices(
                cursor,
                [
                    (notice, (each.fields["action"], position, at))
                    for each, position in zip(new, positions, strict=True)
                    for notice in each.notices
                ],
            )

        try:
            recordings = self._log.events.put([_event(each, now) for each in new], in_transaction=in_transaction)
        except BaseException:
            self._keys.forget()
            raise
        self._keys.keep_new()
        positions = [recording.notification.id for recording in recordings]
        ids = [f"{each.stream}.{each.version}" for each in new]
        return [DurableEvent(position, at, id_) for position, id_ in zip(positions, ids, strict=True)]


def _event(new: NewEvent, now: datetime) -> RegisterEvent:
    fields = {**new.fields, "source": new.source, "restricted": False, "time": iso_text(new.time or now)}
    return new.event_class(originator_id=new.stream, originator_version=new.version, timestamp=now, **fields)


@contextmanager
def _away() -> Iterator[None]:
    """Raises AccessLogAway for every failure of the database: whether the event is durable is then unknown."""
    try:
        yield
    except (PersistenceError, DatabaseAway) as error:
        raise AccessLogAway(str(error)) from error
