"""The access log of users: who did what, and why, durable before anything is shown.

Requests hand their entry to one writer thread, which saves all that wait in one transaction and then lets them go on.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from uuid import UUID

from streams.access._daily_streams import DailyStreams
from streams.access.appender import AccessAppender, AccessLogAway, NewEvent
from streams.access.entry import Entry

LONGEST_WAIT_S = 5.0
MOST_WAITING = 1_000
MOST_AT_ONCE = 200

_log = logging.getLogger(__name__)


class _Waiting:
    """An entry and whoever waits for it: by a bare lock, the cheapest way, for this is done for each look."""

    __slots__ = ("_settled", "entry", "given_up", "recorded")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
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
    """Records what users do, on one stream for each user and day (UTC). Safe to share between threads."""

    def __init__(self, appender: AccessAppender, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._appender = appender
        self._streams = DailyStreams(appender.reads)
        self._longest_wait_s = longest_wait_s
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._stop = Event()
        self._writer = Thread(target=self._run, name="access-log", daemon=True)
        self._writer.start()

    def append(self, entry: Entry) -> None:
        """Returns once the entry is durable; raises AccessLogAway when that takes too long or cannot be."""
        if self._queue.qsize() >= MOST_WAITING:
            raise AccessLogAway("too many looks wait to be recorded")
        waiting = _Waiting(entry)
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

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                self._record([waiting.entry for waiting in batch])
                for waiting in batch:
                    waiting.recorded = True
            except AccessLogAway as error:
                _log.warning("looks could not be recorded: %s", type(error.__cause__).__name__)
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

    def _record(self, entries: Sequence[Entry]) -> None:
        try:
            self._appender.append(partial(self._events, entries))
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
