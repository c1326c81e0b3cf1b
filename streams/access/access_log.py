"""The access log: who looked at what, and why, durable before anything is shown.

Requests hand their look to one writer thread, which saves all that wait in one transaction and then lets them go on.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, Protocol
from uuid import UUID, uuid4

from eventsourcing.application import EventSourcedLog
from eventsourcing.persistence import IntegrityError, PersistenceError
from psycopg2.extras import execute_values

from domain.access_log.events import ChildrenShown
from domain.access_log.notices import Notice
from domain.event import RegisterEvent
from streams.access.notices import NoticeOfLook, leave_notices
from streams.codec import EventMapper, iso_text
from streams.crypto.keys import KeyRing, insert_keys, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Cursor, Database, DatabaseAway

SOURCE = "urn:contactpoint:api"
LONGEST_WAIT_S = 5.0
MOST_WAITING = 1_000
MOST_AT_ONCE = 200
ATTEMPTS = 5
"""How often a batch is tried when another process was faster on one of its streams."""

_log = logging.getLogger(__name__)


class AccessLogAway(Exception):
    """A look could not be recorded, so nothing may be shown."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look: `action` is the verb, `asked` what was asked for, `children` the ids shown, `count` how many things.

    `notices` are published once the look is durable, and only then. The other fields are those of the event,
    `domain/access_log/events.py`.
    """

    user: str
    reason: str
    action: str
    asked: dict[str, Any]
    children: Sequence[str] = ()
    count: int = 0
    role: str | None = None
    effect: str | None = None
    rights: str | None = None
    reason_code: str | None = None
    shown: Mapping[str, int] = field(default_factory=dict)
    hidden: Sequence[dict[str, Any]] = ()
    masked: Sequence[dict[str, Any]] = ()
    notices: Sequence[Notice] = ()

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The event that records it: its class and fields."""
        told = {name: getattr(self, name) for name in _TOLD_OF_A_LOOK}
        lists = {name: list(told[name]) for name in ("children", "hidden", "masked")}
        return ChildrenShown, {**told, **lists, "shown": dict(self.shown)}

    def in_transaction(self, cursor: Cursor) -> None:
        """A look changes nothing else."""


_TOLD_OF_A_LOOK = tuple(each.name for each in fields(Look) if each.name != "notices")


class Entry(Protocol):
    """Something that a user does, and that is recorded on the stream of the user's day: a Look, or an override."""

    @property
    def user(self) -> str:
        """Who does it."""

    def event(self) -> tuple[type[RegisterEvent], dict[str, Any]]:
        """The event that records it: its class and fields."""

    def in_transaction(self, cursor: Cursor) -> None:
        """Writes what else becomes true with it, in the same transaction."""


class _Waiting:
    """A look and whoever waits for it: by a bare lock, the cheapest way, for this is done for each look."""

    __slots__ = ("_settled", "given_up", "look", "recorded")

    def __init__(self, look: Entry) -> None:
        self.look = look
        self.recorded = self.given_up = False
        self._settled = Lock()
        self._settled.acquire()

    def wait(self, seconds: float) -> bool:
        """Whether it is settled in time."""
        return self._settled.acquire(timeout=seconds)

    def settle(self) -> None:
        """Lets whoever waits go on."""
        self._settled.release()


class AccessLog:
    """Appends looks to the log `access`. Safe to share between threads; several processes may write at once."""

    def __init__(self, database_url: str, key: KeyEncryptionKey, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._reads = Database(database_url, "contactpoint access streams")
        self._turns = Database(database_url, "contactpoint access turns")
        self._keys = KeyRing(key, reader_of(self._reads, "access"))
        self._log = LogApplication(database_url, "access", EventMapper(self._keys))
        self._streams = _Streams(self._reads)
        self._longest_wait_s = longest_wait_s
        self._others_write = False
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._stop = Event()
        self._writer = Thread(target=self._run, name="access-log", daemon=True)
        self._writer.start()

    def append(self, look: Entry) -> None:
        """Returns once the look is durable; raises AccessLogAway when that takes too long or cannot be."""
        if self._queue.qsize() >= MOST_WAITING:
            raise AccessLogAway("too many looks wait to be recorded")
        waiting = _Waiting(look)
        self._queue.put(waiting)
        if not waiting.wait(self._longest_wait_s):
            waiting.given_up = True
            raise AccessLogAway("a look could not be recorded in time")
        if not waiting.recorded:
            raise AccessLogAway("a look could not be recorded")

    def close(self) -> None:
        """Records what waits, then ends the writer."""
        self._stop.set()
        self._writer.join(self._longest_wait_s)
        self._log.close()
        self._reads.close()
        self._turns.close()

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                self._record([waiting.look for waiting in batch])
                for waiting in batch:
                    waiting.recorded = True
            except (PersistenceError, DatabaseAway) as error:
                _log.warning("looks could not be recorded: %s", type(error).__name__)
            except Exception as error:
                _log.error("looks could not be recorded: unexpected %s", type(error).__name__)
            for waiting in batch:
                waiting.settle()

    def _next_batch(self) -> list[_Waiting]:
        """What waits, as soon as something does; nothing once the log is closed."""
        while True:
            try:
                batch = [self._queue.get(timeout=0.2)]
            except Empty:
                if self._stop.is_set():
                    return []
                continue
            while len(batch) < MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            if batch := [waiting for waiting in batch if not waiting.given_up]:
                return batch

    def _record(self, looks: Sequence[Entry]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._turn():
                    self._save(looks, datetime.now(UTC))
                return
            except IntegrityError:
                self._forget()
                self._others_write = True
                if attempt == ATTEMPTS:
                    raise
            except BaseException:
                self._forget()
                raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Once another process was seen to write to the same streams, the processes take turns."""
        if not self._others_write:
            yield
            return
        with self._turns.transaction() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('contactpoint access log'))")
            self._streams.forget()
            yield

    def _save(self, looks: Sequence[Entry], now: datetime) -> None:
        versions = self._streams.versions({look.user for look in looks}, now.date())
        events = []
        at = iso_text(now)
        for look in looks:
            stream, version = versions[look.user]
            versions[look.user] = stream, version + 1
            events.append(self._event(stream, version + 1, look, at))

        def in_transaction(cursor: Cursor, positions: Sequence[int]) -> None:
            insert_keys(cursor, "access", self._keys.take_new())
            for look in looks:
                look.in_transaction(cursor)
            leave_notices(cursor, list(_told(looks, positions, at)))

        self._log.events.put(events, in_transaction=in_transaction)
        self._keys.settle()
        self._streams.moved(versions)

    def _event(self, stream: UUID, version: int, look: Entry, at: str) -> RegisterEvent:
        kind, told = look.event()
        return EventSourcedLog(self._log.events, stream, kind).trigger_event(
            next_originator_version=version, source=SOURCE, restricted=False, time=at, **told
        )

    def _forget(self) -> None:
        """Only the database is believed from here on."""
        self._keys.forget()
        self._streams.forget()


def _told(looks: Sequence[Entry], positions: Sequence[int], at: str) -> Iterator[NoticeOfLook]:
    """The notices of looks, each with what it has to say of its look."""
    for look, position in zip(looks, positions, strict=True):
        if isinstance(look, Look):
            yield from ((notice, (look.action, position, at)) for notice in look.notices)


class _Streams:
    """The stream of each user's day and its last version, read once and then remembered."""

    def __init__(self, reads: Database) -> None:
        self._reads = reads
        self._day: date | None = None
        self._versions: dict[str, tuple[UUID, int]] = {}

    def versions(self, users: set[str], day: date) -> dict[str, tuple[UUID, int]]:
        """Stream and last version of each user on that day; a stream is begun where there is none."""
        if day != self._day:
            self._day = day
            self._versions = {}
        unknown = sorted(users - self._versions.keys())
        if unknown:
            with self._reads.transaction() as cursor:
                self._versions |= _read_streams(cursor, unknown, day)
        return {user: self._versions[user] for user in users}

    def moved(self, versions: dict[str, tuple[UUID, int]]) -> None:
        """The streams have these versions now."""
        self._versions |= versions

    def forget(self) -> None:
        """Reads everything again."""
        self._versions = {}


def _read_streams(cursor: Cursor, users: Sequence[str], day: date) -> dict[str, tuple[UUID, int]]:
    execute_values(
        cursor,
        "insert into access.streams (user_name, day, stream) values %s on conflict (user_name, day) do nothing",
        [(user, day, str(uuid4())) for user in users],
    )
    cursor.execute(
        "select user_name, streams.stream::text, coalesce(max(version), 0) from access.streams"
        " left join access.events on events.stream = streams.stream"
        " where user_name = any(%s) and day = %s group by user_name, streams.stream",
        (list(users), day),
    )
    return {user: (UUID(stream), version) for user, stream, version in cursor.fetchall()}
