"""Attempts are counted by user, thing and cause: none is lost while the log can be written, and none floods it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

import services.api.access_control.denials
from domain.authorization import Action, Cause
from services.api.access_control.denials import MOST_CHILDREN, Denials
from services.api.access_control.refusals import Attempt, Denied
from streams.access.appender import AccessLogAway
from streams.access.denials import Denial
from streams.access.entry import Entry

LONG, SHORT = 3_600.0, 0.01


class Log:
    """An access log that remembers, or is away."""

    def __init__(self) -> None:
        self.entries: list[Denial] = []
        self.away = False
        self.written = threading.Condition()

    def append(self, look: Entry) -> None:
        if self.away:
            raise AccessLogAway("away")
        assert isinstance(look, Denial)
        with self.written:
            self.entries.append(look)
            self.written.notify_all()

    def wait_for(self, met: Callable[[list[Denial]], bool]) -> None:
        with self.written:
            assert self.written.wait_for(lambda: met(self.entries), 30)


@pytest.fixture
def log() -> Log:
    return Log()


def clock() -> Callable[[], datetime]:
    """A clock that goes on by a second whenever it is read."""
    times: Iterator[datetime] = (datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=n) for n in range(100_000))
    return lambda: next(times)


def attempt(user: str = "ann", child: str = "", action: Action = Action.SHOW, cause: Cause = Cause.ROLE) -> Denied:
    return Attempt(user, "auditor", action, [child] if child else []).denied(cause, "no")


def test_the_first_of_each_user_thing_and_cause_is_written_at_once(log: Log) -> None:
    with closing(Denials(log, clock(), each_s=LONG)) as denials:
        for each in (attempt(), attempt("bob"), attempt(action=Action.FIND), attempt(cause=Cause.LAPSED), attempt()):
            denials.record(each)
        assert [(each.user, each.action, each.cause, each.count) for each in log.entries] == [
            ("ann", "show", "role", 1),
            ("bob", "show", "role", 1),
            ("ann", "find", "role", 1),
            ("ann", "show", "lapsed", 1),
        ]
    assert [each.count for each in log.entries[4:]] == [1]


def test_more_of_the_same_are_written_together_with_when_they_began(log: Log) -> None:
    with closing(Denials(log, clock(), each_s=LONG)) as denials:
        for n in range(200):
            denials.record(attempt(child=f"child-{n % 100}"))
    first, rest = log.entries
    assert (first.count, first.asked) == (1, ["child-0"])
    assert (rest.count, rest.since) == (199, "2026-11-24T00:00:01.000000Z")
    assert rest.asked == [f"child-{n}" for n in range(1, MOST_CHILDREN + 1)]


def test_a_minute_ends_by_itself_and_the_next_attempt_begins_another(log: Log) -> None:
    with closing(Denials(log, clock(), each_s=SHORT)) as denials:
        for _ in range(3):
            denials.record(attempt())
        log.wait_for(lambda entries: sum(each.count for each in entries) == 3)
        denials.record(attempt())
        log.wait_for(lambda entries: sum(each.count for each in entries) == 4)


def test_what_cannot_be_written_is_kept_and_written_later(log: Log) -> None:
    log.away = True
    with closing(Denials(log, clock(), each_s=SHORT)) as denials:
        for n in range(3):
            denials.record(attempt(child=f"child-{n}"))
        assert log.entries == []
        log.away = False
        log.wait_for(lambda entries: sum(each.count for each in entries) == 3)
    assert {child for each in log.entries for child in each.asked} == {"child-0", "child-1", "child-2"}
    assert log.entries[0].since == "2026-11-24T00:00:00.000000Z"


def test_counted_at_once_is_bounded_and_who_makes_room_is_written(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.api.access_control.denials, "MOST_KEPT", 2)
    with closing(Denials(log, clock(), each_s=LONG)) as denials:
        for user in ("ann", "ann", "bob", "cat"):
            denials.record(attempt(user))
        assert sorted((each.user, each.count) for each in log.entries) == [
            ("ann", 1),
            ("ann", 1),
            ("bob", 1),
            ("cat", 1),
        ]
