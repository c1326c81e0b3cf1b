"""Requests of carers and children: recorded with a key of their own, tracked to one answer, listed from the view."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from uuid import uuid4

import psycopg2
import pytest

from domain.subject_access.requests import RequestKind
from projections.access_log.query import accesses
from projections.catalogue import ACCESS_LOG, LOGS
from projections.requests.query import children_with_requests, requests
from streams.access.appender import AccessAppender
from streams.access.request_log import AlreadyAnswered, RecordedRequest, RequestLog
from streams.codec import EventMapper, decode_event
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.publishing.relay import encode_event
from streams.store.application import LogApplication
from streams.store.database import Cursor, Database
from tests.support.postgres_views import clear, empty_views, take, writing

KEY = KeyEncryptionKey(b"k" * 32)
ADA, BOB = str(uuid4()), str(uuid4())
THEN, LATER = datetime(2026, 10, 1, 9, tzinfo=UTC), date(2026, 11, 24)
BY = {"user": "s.access", "reason": "subject-access: at the desk"}


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


@pytest.fixture
def log(database: str) -> Iterator[RequestLog]:
    with closing(AccessAppender(database, KEY)) as appender:
        yield RequestLog(appender)


@pytest.fixture
def keys(database: str) -> Iterator[KeyRing]:
    with closing(Database(database, "test")) as reads:
        yield KeyRing(KEY, reader_of(reads, "access"))


@pytest.fixture
def cursor(database: str) -> Iterator[Cursor]:
    with writing(database) as opened:
        clear(opened)
        yield opened


def show(cursor: Cursor, database: str, keys: KeyRing) -> None:
    """Shows the whole access log in the views."""
    with closing(LogApplication(database, "access", EventMapper(keys))) as application:
        raw = application.recorder.select_raw(0, 10_000)
    values = [decode_event(encode_event(event), keys) for event in raw]
    assert take(cursor, values, LOGS[ACCESS_LOG]) == []


def begin_request(log: RequestLog, child: str = ADA, kind: RequestKind = RequestKind.CORRECTION) -> RecordedRequest:
    return log.begin(kind, THEN, child=child, asked_by="carer", text="the school is a secret wrong one", **BY)


def answered(log: RequestLog, request: str) -> RecordedRequest:
    return log.answer(request, THEN, child=ADA, outcome="upheld", text="the school amends a secret", **BY)


def test_a_request_is_listed_until_and_after_it_is_answered(
    log: RequestLog, cursor: Cursor, database: str, keys: KeyRing
) -> None:
    one, two = begin_request(log), begin_request(log, BOB, RequestKind.OBJECTION)
    answered(log, one.request)
    show(cursor, database, keys)
    mine = {"children": [ADA, BOB], "limit": 100}
    first, second = requests(cursor, keys, LATER, is_open=None, **mine)
    assert (first["request"], first["kind"], first["status"], first["overdue"]) == (
        one.request, "correction", "answered", False,
    )  # fmt: skip
    assert first["answer"] == {
        "outcome": "upheld",
        "text": "the school amends a secret",
        "answered_by": "s.access",
        "recorded_at": first["answer"]["recorded_at"],
    }
    assert (second["kind"], second["child"], second["status"]) == ("objection", BOB, "open")
    assert [each["request"] for each in requests(cursor, keys, LATER, is_open=True, **mine)] == [two.request]
    assert [each["request"] for each in requests(cursor, keys, LATER, is_open=False, **mine)] == [one.request]
    assert set(children_with_requests(cursor)) >= {ADA, BOB}
    assert requests(cursor, keys, LATER, is_open=None, children=[str(uuid4())], limit=1) == []


def test_a_request_is_no_look(log: RequestLog, cursor: Cursor, database: str, keys: KeyRing) -> None:
    begin_request(log)
    show(cursor, database, keys)
    assert accesses(cursor, keys, ADA) == []


@pytest.mark.parametrize(("today", "overdue"), [(0, False), (30, False), (31, True)])
def test_a_request_is_overdue_after_thirty_days(
    log: RequestLog, cursor: Cursor, database: str, keys: KeyRing, today: int, overdue: bool
) -> None:
    noted = begin_request(log)
    show(cursor, database, keys)
    day = date.fromordinal(date.fromisoformat(noted.recorded_at[:10]).toordinal() + today)
    found = requests(cursor, keys, day, children=None, is_open=None, limit=100)
    assert [each["overdue"] for each in found if each["request"] == noted.request] == [overdue]


def test_there_is_one_answer(log: RequestLog, database: str) -> None:
    noted = begin_request(log)
    answered(log, noted.request)
    with pytest.raises(AlreadyAnswered):
        answered(log, noted.request)
    with closing(AccessAppender(database, KEY)) as elsewhere, pytest.raises(AlreadyAnswered):
        answered(RequestLog(elsewhere), noted.request)
    assert begin_request(log).position > noted.position


def test_what_is_no_request_is_about_nobody(log: RequestLog) -> None:
    assert log.child_of(str(uuid4())) is None
    assert log.child_of(begin_request(log).request) == ADA


def test_a_request_is_nowhere_in_clear_and_goes_with_its_key(
    log: RequestLog, cursor: Cursor, database: str, keys: KeyRing
) -> None:
    noted = begin_request(log)
    answered(log, noted.request)
    with closing(psycopg2.connect(database)) as connection, connection, connection.cursor() as direct:
        direct.execute("select string_agg(convert_from(state, 'UTF8'), ' ') from access.events")
        ((text,),) = direct.fetchall()
        direct.execute("update access.data_keys set wrapped = '' where stream = %s", (noted.request,))
    assert ADA in text
    assert not [word for word in ("secret", "desk", "s.access") if word in text]
    show(cursor, database, keys)
    found = requests(cursor, keys, LATER, children=None, is_open=None, limit=100)
    (destroyed,) = [each for each in found if each["request"] == noted.request]
    assert (destroyed["text"], destroyed["answer"]["text"], destroyed["status"]) == (None, None, "answered")
