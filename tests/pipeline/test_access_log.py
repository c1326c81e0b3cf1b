"""The access log: durable before `append` returns, in one transaction for many, and an error rather than a doubt."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest

from domain.authorization import Entitlement, Role
from domain.subject_access.requests import RequestKind
from streams.access.access_log import AccessLog
from streams.access.appender import AccessAppender, AccessLogAway
from streams.access.grants import Granter, Users
from streams.access.looks import Look
from streams.access.overrides import MOST_OVERRIDES, Override, OverridesUsedUp
from streams.access.request_log import RequestLog
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Database
from streams.store.schema import migrate
from tests.support.waiting import eventually

KEY = KeyEncryptionKey(b"k" * 32)
LOOKS = 20
CHILD = "0b6dfe7a-3f4b-4f57-8a35-6f5ff9b4c9c1"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def tables(database_url: str) -> None:
    migrate(database_url)


@contextmanager
def open_log(database_url: str, **options: float) -> Iterator[AccessLog]:
    """An access log, closed afterwards; it is noon, for each day has streams of its own."""
    at_noon = AccessAppender(database_url, KEY, lambda: NOON)
    with closing(at_noon), closing(AccessLog(at_noon, **options)) as log:
        yield log


def recorded(database_url: str, user: str) -> list[dict[str, Any]]:
    """The events of a user, opened, in the order of the log."""
    with closing(Database(database_url, "test")) as database:
        mapper = EventMapper(KeyRing(KEY, reader_of(database, "access")))
        with closing(LogApplication(database_url, "access", mapper)) as log:
            events = log.recorder.select_notifications(1, 100_000)
            opened = [mapper.to_domain_event(event) for event in events]
            known = [{"kind": type(event).__name__, **vars(event)} for event in opened]
            return [each for each in known if each["user"] == user]


def look(user: str, reason: str = "an enquiry") -> Look:
    """A look of that user."""
    return Look(user, reason, "show", {"child": CHILD}, [CHILD], 1)


def test_a_look_is_there_when_append_returns(database_url: str) -> None:
    with open_log(database_url) as log:
        log.append(look("one"))
        (event,) = recorded(database_url, "one")
    assert (event["action"], event["children"], event["count"]) == ("show", [CHILD], 1)
    assert (event["reason"], event["asked"]) == ("an enquiry", {"child": CHILD})


def test_who_and_why_stand_nowhere_in_clear(database_url: str) -> None:
    with open_log(database_url) as log:
        log.append(look("a-secretive-user", "a-secret-reason"))
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select string_agg(convert_from(state, 'UTF8'), ' ') from access.events")
        (text,) = cursor.fetchone() or ("",)
    assert CHILD in text
    assert "secret" not in text


def test_many_at_once_are_each_recorded_once_and_in_order(database_url: str) -> None:
    with open_log(database_url) as log, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: log.append(look(f"crowd-{n % 3}", f"reason {n}")), range(300)))
    for n in range(3):
        events = recorded(database_url, f"crowd-{n}")
        assert [event["originator_version"] for event in events] == list(range(1, 101))
        assert {event["reason"] for event in events} == {f"reason {m}" for m in range(300) if m % 3 == n}


def test_a_look_that_can_not_be_recorded_keeps_nobody_elses_from_it(database_url: str) -> None:
    def is_recorded(n: int) -> bool:
        asked = {"after": n if n % 10 else 10**40}
        try:
            log.append(replace(look("careful", f"reason {n}"), asked=asked))
        except AccessLogAway:
            return False
        return True

    with open_log(database_url) as log, ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(is_recorded, range(100)))
    assert [n for n, is_taken in enumerate(taken) if not is_taken] == list(range(0, 100, 10))
    assert Counter(event["reason"] for event in recorded(database_url, "careful")) == Counter(
        f"reason {n}" for n in range(100) if n % 10
    )


def test_two_processes_may_write_for_the_same_user(database_url: str) -> None:
    with open_log(database_url) as first, open_log(database_url) as second, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (first if n % 2 else second).append(look("both", f"reason {n}")), range(100)))
    events = recorded(database_url, "both")
    assert Counter(event["reason"] for event in events) == Counter(f"reason {n}" for n in range(100))
    assert [event["originator_version"] for event in events] == list(range(1, 101))


def test_another_process_that_does_not_pause_keeps_nobody_from_recording(database_url: str) -> None:
    enough = threading.Event()

    def look_on(log: AccessLog) -> int:
        done = 0
        while not enough.is_set():
            log.append(look("busy"))
            done += 1
        return done

    with open_log(database_url) as one, open_log(database_url) as other, ThreadPoolExecutor(4) as threads:
        busy = [threads.submit(look_on, one) for _ in range(4)]
        try:
            eventually(lambda: recorded(database_url, "busy"))
            for _ in range(LOOKS):
                other.append(look("busy"))
        finally:
            enough.set()
    assert len(recorded(database_url, "busy")) == sum(each.result() for each in busy) + LOOKS


def test_looks_requests_and_grants_go_through_one_appender_at_once(database_url: str) -> None:
    text = {"child": CHILD, "asked_by": "carer", "text": "wrong", "reason": "at the desk"}
    until = date(2030, 1, 1)
    with closing(AccessAppender(database_url, KEY)) as appender, closing(AccessLog(appender)) as log:
        requests, users = RequestLog(appender), Users(appender)

        def work(n: int) -> None:
            user = f"mixed-{n}"
            log.append(look(user))
            requests.begin(RequestKind.CORRECTION, datetime.now(UTC), user=user, **text)
            users.grant([Entitlement(user, Role.AUDITOR, "A", None, False, until, until, until)], Granter())

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(40)))
    for n in range(40):
        kinds = Counter(event["kind"] for event in recorded(database_url, f"mixed-{n}"))
        assert kinds == {"ChildrenShown": 1, "CorrectionRequested": 1, "UserGranted": 1}


def test_a_clock_passed_in_stamps_what_is_recorded(database_url: str) -> None:
    with open_log(database_url) as log:
        log.append(look("punctual"))
    (event,) = recorded(database_url, "punctual")
    assert (event["timestamp"], event["time"]) == (NOON, "2026-11-24T12:00:00.000000Z")


def test_a_stream_holds_one_user_and_one_day(database_url: str) -> None:
    with open_log(database_url) as log:
        for user in ("left", "right", "left"):
            log.append(look(user))
    with open_log(database_url) as log:
        log.append(look("left"))
    streams = defaultdict(set)
    for user in ("left", "right"):
        for event in recorded(database_url, user):
            streams[user].add(event["originator_id"])
    assert [len(found) for found in streams.values()] == [1, 1]
    assert streams["left"] != streams["right"]
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select distinct day from access.streams where user_name in ('left', 'right')")
        assert cursor.fetchall() == [(NOON.date(),)]


def test_without_the_database_append_raises(database_url: str) -> None:
    with open_log(database_url.rpartition("/")[0] + "/nowhere", longest_wait_s=2) as log, pytest.raises(AccessLogAway):
        log.append(look("nobody"))


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """While this holds, nothing can be appended."""
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select last from access.counter for update")
        yield


def test_a_look_that_takes_too_long_raises_and_the_next_is_recorded(database_url: str) -> None:
    with open_log(database_url, longest_wait_s=0.5) as log:
        log.append(look("patient", "before"))
        with locked(database_url), pytest.raises(AccessLogAway):
            log.append(look("patient", "too long"))
        recorded_again = threading.Event()
        while not recorded_again.is_set():
            try:
                log.append(look("patient", "after"))
                recorded_again.set()
            except AccessLogAway:
                continue
    assert recorded(database_url, "patient")[-1]["reason"] == "after"


def test_after_the_connection_was_cut_looks_are_recorded_again(database_url: str) -> None:
    with open_log(database_url) as log:
        log.append(look("steady", "before"))
        with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
            cursor.execute(
                # It waits until they are gone: a look that meets the cut itself may fail.
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                " where datname = current_database() and application_name like 'contactpoint access%'"
            )
        log.append(look("steady", "after"))
    assert [event["reason"] for event in recorded(database_url, "steady")] == ["before", "after"]


def override(child: int, user: str = "breaks-glass", at: datetime = NOON) -> Override:
    """A user overrides the shield of the child of that number."""
    return Override(user, "she is missing", str(UUID(int=child)), str(uuid4()), at)


def test_one_user_overrides_the_shields_of_so_many_different_children_a_day_and_no_more(database_url: str) -> None:
    with open_log(database_url) as log:
        for child in range(MOST_OVERRIDES):
            log.append(override(child, at=NOON + timedelta(minutes=child)))
        late = NOON + timedelta(hours=11)
        with pytest.raises(OverridesUsedUp):
            log.append(override(MOST_OVERRIDES, at=late))
        log.append(override(0, at=late))
        log.append(override(MOST_OVERRIDES, "another", at=late))
        with ThreadPoolExecutor(8) as threads:
            done = [threads.submit(log.append, override(child, at=late)) for child in range(100, 104)]
            looks = [threads.submit(log.append, look("beside")) for _ in range(4)]
        assert all(isinstance(each.exception(), OverridesUsedUp) for each in done)
        assert len({each.result() for each in looks}) == 4
        log.append(override(MOST_OVERRIDES, at=NOON + timedelta(days=1)))
    assert Counter(event["kind"] for event in recorded(database_url, "breaks-glass")) == {
        "OverrideUsed": MOST_OVERRIDES + 2
    }
