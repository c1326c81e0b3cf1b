"""Denied attempts: recorded before they are answered, and counted where one follows another.

The first attempt of a user at one thing, denied for one cause, is durable before its answer. More of the same within a
minute are counted, and recorded together at its end. No answer depends on the record, for a denial shows nothing.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import Response

from services.api.access_control.refusals import Denied
from services.api.problems import problem_response
from streams.access.appender import AccessLogAway
from streams.access.denials import Denial
from streams.access.entry import Entry
from streams.clock import Clock
from streams.codec import iso_text

EACH_S = 60.0
"""One user, action and cause are recorded at most once in so many seconds."""
MOST_CHILDREN = 50
"""Different numbers of children in one record of attempts."""
MOST_KEPT = 1_000
"""Users, actions and causes that are counted at once; beyond, the oldest is recorded before its minute has ended."""
POLL_S = 1.0

_log = logging.getLogger(__name__)


class _Log(Protocol):
    def append(self, look: Entry) -> object:
        """Records one entry, or raises AccessLogAway."""


class _Key(NamedTuple):
    user: str
    role: str | None
    action: str
    cause: str


@dataclass(slots=True)
class _Minute:
    """Attempts that are not recorded yet; they are at the time `ends`."""

    ends: float
    count: int = 0
    since: str = ""
    children: dict[str, None] = field(default_factory=dict)

    def add(self, count: int, since: str, children: Sequence[str]) -> None:
        """Counts more attempts; `since` is the time of the first of them."""
        self.count += count
        self.since = min(filter(None, (self.since, since)))
        self.children = dict.fromkeys([*self.children, *children][:MOST_CHILDREN])


class Denials:
    """Counts attempts and has them recorded. Safe to share between threads; each process counts for itself."""

    def __init__(self, log: _Log, now: Clock, *, each_s: float = EACH_S) -> None:
        self._log, self._now, self._each_s = log, now, each_s
        self._lock = threading.Lock()
        self._minutes: OrderedDict[_Key, _Minute] = OrderedDict()
        self._stop = threading.Event()
        self._ender = threading.Thread(target=self._run, name="denials", daemon=True)
        self._ender.start()

    def record(self, denied: Denied) -> None:
        """Records an attempt, or counts it where one like it was recorded a moment ago. Raises nothing."""
        attempt = denied.attempt
        key = _Key(attempt.user, attempt.role, attempt.action.value, denied.cause.value)
        with self._lock:
            is_first = key not in self._minutes
            minute = self._minutes.setdefault(key, _Minute(time.monotonic() + self._each_s))
            minute.add(1, iso_text(self._now()), attempt.children)
            taken = [self._taken(key)] if is_first else []
            if len(self._minutes) > MOST_KEPT:
                oldest = next(iter(self._minutes))
                taken.append(self._taken(oldest))
                del self._minutes[oldest]
        for each in filter(None, taken):
            self._append(each)

    def end_minutes(self, *, all_of_them: bool = False) -> None:
        """Records what was counted in the minutes that have ended, and forgets those in which there was nothing."""
        with self._lock:
            now = time.monotonic()
            ended = [key for key, minute in self._minutes.items() if all_of_them or minute.ends <= now]
            taken = [denial for key in ended if (denial := self._taken(key))]
            for key in ended:
                del self._minutes[key]
            for denial in taken:
                self._minutes[_key_of(denial)] = _Minute(now + self._each_s)
        for nth, denial in enumerate(taken):
            if not self._append(denial):
                for later in taken[nth + 1 :]:
                    self._give_back(later)
                return

    def close(self) -> None:
        """Records what was counted so far, and ends."""
        self._stop.set()
        self._ender.join()
        self.end_minutes(all_of_them=True)

    def _run(self) -> None:
        while not self._stop.wait(min(POLL_S, self._each_s)):
            self.end_minutes()

    def _taken(self, key: _Key) -> Denial | None:
        """Removes and gives what is counted and not recorded; None where there is nothing."""
        minute = self._minutes[key]
        if not minute.count:
            return None
        denial = Denial(*key, count=minute.count, since=minute.since, asked=list(minute.children))
        minute.count, minute.since, minute.children = 0, "", {}
        return denial

    def _append(self, denial: Denial) -> bool:
        try:
            self._log.append(denial)
        except AccessLogAway:
            _log.warning("denied attempts could not be recorded and are kept: %s", denial.count)
            self._give_back(denial)
            return False
        return True

    def _give_back(self, denial: Denial) -> None:
        """Counts again what could not be recorded: it is tried anew when its minute ends.

        A log that answered too late may have recorded it all the same; then it is counted twice rather than lost.
        """
        with self._lock:
            key = _key_of(denial)
            minute = self._minutes.setdefault(key, _Minute(time.monotonic() + self._each_s))
            minute.add(denial.count, denial.since, denial.asked)
            while len(self._minutes) > MOST_KEPT:
                _, lost = self._minutes.popitem(last=False)
                _log.error("denied attempts are lost, the access log is away for too long: %s", lost.count)


def _key_of(denial: Denial) -> _Key:
    return _Key(denial.user, denial.role, denial.action, denial.cause)


def add_denial_handler(app: FastAPI, denials: Denials) -> None:
    """Has every denial recorded before it is answered."""

    async def on_denied(_: Request, error: Exception) -> Response:
        assert isinstance(error, Denied)
        await run_sync(denials.record, error)
        return problem_response(error.status, error.detail, error.headers, error.more)

    app.add_exception_handler(Denied, on_denied)
