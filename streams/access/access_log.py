"""The access log of users: who did what, and why, durable before anything is shown.

Requests pass their entry to one writer thread, which saves all waiting entries in one transaction and then releases
the requests.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from uuid import UUID

from streams.access._daily_streams import DailyStreams
from streams.access.appender import AccessAppender, AccessLogAway, DurableEvent, NewEvent
from streams.access.entry import Entry, EntryRefused

LONGEST_WAIT_S = 5.0
MOST_WAITING = 1_000
MOST_AT_ONCE = 200

_log = logging.getLogger(__name__)


class _Waiting:
    """An entry and the request that waits for it, by a bare lock: the cheapest way, and every look takes it."""

    __slots__ = ("_done", "entry", "given_up", "id", "refused")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.given_up = False
        self.id: str | None = None
        self.refused: EntryRefused | None = None
        self._done = Lock()
        self._done.acquire()

    def wait(self, seconds: float) -> bool:
        """Waits for `release`; returns False where that takes longer."""
        return self._done.acquire(timeout=seconds)

    def release(self) -> None:
        """Ends the wait."""
        self._done.release()


class AccessLog:
    """Records what users do, on one stream for each user and day (UTC). Safe to share between threads."""

    def __init__(self, appender: AccessAppender, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._appender = appender
        self._streams = DailyStreams(appender.reads)
        self._longest_wait_s = longest_wait_s
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._stop = Event()
        self._writer = Thread(target=self._run, name="access-log", daemon=True)
        self._writer.start()

    def append(self, entry: Entry) -> str:
        """Returns its id once the entry is durable.

        Raises AccessLogAway where that takes too long or fails, and EntryRefused as the entry does.
        """
        if self._queue.qsize() >= MOST_WAITING:
            raise AccessLogAway("too many looks wait to be recorded")
        waiting = _Waiting(entry)
        self._queue.put(waiting)
        if not waiting.wait(self._longest_wait_s):
            waiting.given_up = True
            raise AccessLogAway("a look could not be recorded in time")
        if waiting.refused is not None:
            raise waiting.refused
        if waiting.id is None:
            raise AccessLogAway("a look could not be recorded")
        return waiting.id

    def close(self) -> None:
        """Records the waiting entries, then ends the writer."""
        self._stop.set()
        self._writer.join(self._longest_wait_s)

    def _run(self) -> None:
        while batch := self._next_batch():
            self._take(batch)
            for waiting in batch:
                waiting.release()

    def _take(self, batch: Sequence[_Waiting]) -> None:
        """Records entries together; where one is to blame that they can't be, that one alone fails."""
        try:
            recorded = self._record([waiting.entry for waiting in batch])
            for waiting, each in zip(batch, recorded, strict=True):
                waiting.id = each.id
        except AccessLogAway as error:
            _log.warning("looks could not be recorded: %s", type(error.__cause__).__name__)
        except EntryRefused as refused:
            batch[0].refused = refused if len(batch) == 1 else None
            self._take_each(batch)
        except Exception as error:
            _log.error("looks could not be recorded: unexpected %s", type(error).__name__)
            self._take_each(batch)

    def _take_each(self, batch: Sequence[_Waiting]) -> None:
        if len(batch) > 1:
            for waiting in batch:
                self._take([waiting])

    def _next_batch(self) -> list[_Waiting]:
        """The waiting entries, as soon as there are some; none once the log is closed."""
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

    def _record(self, entries: Sequence[Entry]) -> list[DurableEvent]:
        try:
            return self._appender.append(partial(self._events, entries))
        except BaseException:
            self._streams.forget()
            raise

    def _events(self, entries: Sequence[Entry], now: datetime, outdated: bool) -> list[NewEvent]:
        if outdated:
            self._streams.forget()
        versions = self._streams.take([entry.user for entry in entries], now.date())
        return [_event(entry, *version) for entry, version in zip(entries, versions, strict=True)]


def _event(entry: Entry, stream: UUID, version: int) -> NewEvent:
    event_class, fields = entry.event()
    return NewEvent(stream, version, event_class, fields, in_transaction=entry.in_transaction, notices=entry.notices)
