"""Requests of carers and children, and their answers: events of the log `access`, each request a stream of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import orjson
from eventsourcing.application import EventSourcedLog
from eventsourcing.persistence import IntegrityError, PersistenceError

from domain.subject_access.requests import REQUESTS, CorrectionRequested, RequestAnswered, RequestKind
from streams.access.access_log import SOURCE, AccessLogAway
from streams.codec import EventMapper, iso_text
from streams.crypto.keys import KeyRing, insert_keys, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Cursor, Database, DatabaseAway


class Noted(NamedTuple):
    """A request or its answer, as recorded: the request's id, and the position of the event in the log."""

    request: str
    position: int
    recorded_at: str


class AlreadyAnswered(Exception):
    """A request has its answer, and gets no second one."""


class RequestLog:
    """Appends requests and answers. Safe to share between threads; several processes may write at once.

    Every method raises AccessLogAway where it can't be said that an event is durable.
    """

    def __init__(self, database_url: str, key: KeyEncryptionKey) -> None:
        self._reads = Database(database_url, "contactpoint requests")
        self._keys = KeyRing(key, reader_of(self._reads, "access"))
        self._log = LogApplication(database_url, "access", EventMapper(self._keys))
        self._lock = Lock()

    def begin(self, kind: RequestKind, now: datetime, **said: Any) -> Noted:
        """Records a request; `said` are the fields of its event."""
        with self._lock:
            return self._append(REQUESTS[kind], uuid4(), 1, now, said)

    def child_of(self, request: str) -> str | None:
        """The child whom a request is about; None where there is no such request."""
        with _away():
            first = self._log.recorder.select_events(UUID(request), lte=1)
        names = {f"{each.__name__}.v1" for each in REQUESTS.values()}
        return str(orjson.loads(first[0].state)["data"]["child"]) if first and first[0].topic in names else None

    def answer(self, request: str, now: datetime, **said: Any) -> Noted:
        """Records the answer to a request that there is; raises AlreadyAnswered."""
        with self._lock:
            try:
                return self._append(RequestAnswered, UUID(request), 2, now, said)
            except IntegrityError:
                raise AlreadyAnswered from None

    def close(self) -> None:
        """Closes the connections."""
        self._log.close()
        self._reads.close()

    def _append(
        self,
        event_class: type[CorrectionRequested | RequestAnswered],
        stream: UUID,
        version: int,
        now: datetime,
        said: dict[str, Any],
    ) -> Noted:
        event = EventSourcedLog(self._log.events, stream, event_class).trigger_event(
            next_originator_version=version, source=SOURCE, restricted=False, time=iso_text(now), **said
        )
        taken: list[int] = []

        def in_transaction(cursor: Cursor, positions: Any) -> None:
            insert_keys(cursor, "access", self._keys.take_new())
            taken.extend(positions)

        try:
            with _away():
                self._log.events.put([event], in_transaction=in_transaction)
        except BaseException:
            self._keys.forget()
            raise
        self._keys.settle()
        return Noted(str(stream), taken[-1], iso_text(event.timestamp))


@contextmanager
def _away() -> Iterator[None]:
    """Every failure but that of a version which is taken means that nothing can be said to be recorded."""
    try:
        yield
    except IntegrityError:
        raise
    except (PersistenceError, DatabaseAway):
        raise AccessLogAway("a request could not be recorded") from None
