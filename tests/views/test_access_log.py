"""Who looked at whom."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from projections.access_log.query import accesses
from projections.catalogue import ACCESS_LOG, LOGS
from streams.codec import decode_event
from streams.store.database import Cursor
from tests.support.postgres_views import clear, empty_views, take, writing
from tests.support.story import Seals, look

ADA, BOB = str(uuid4()), str(uuid4())


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


@pytest.fixture
def seals() -> Seals:
    return Seals()


@pytest.fixture
def cursor(database: str, seals: Seals) -> Iterator[Cursor]:
    of_mary = str(uuid4())
    values = [
        look(1, [ADA], "mary", of_mary, 1),
        look(2, [ADA, BOB], "john"),
        look(3, [], "mary", of_mary, 2),
    ]
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, [decode_event(value, seals) for value in values], LOGS[ACCESS_LOG]) == []
        yield cursor


def test_looks_are_listed_latest_first(cursor: Cursor, seals: Seals) -> None:
    assert [a["position"] for a in accesses(cursor, seals, ADA)] == [2, 1]
    assert [a["position"] for a in accesses(cursor, seals, ADA, limit=1)] == [2]


def test_looks_at_one_child(cursor: Cursor, seals: Seals) -> None:
    assert [(a["user"], a["children"]) for a in accesses(cursor, seals, ADA)] == [
        ("john", [ADA, BOB]),
        ("mary", [ADA]),
    ]
    assert accesses(cursor, seals, str(uuid4())) == []


def test_what_a_look_tells(cursor: Cursor, seals: Seals) -> None:
    assert accesses(cursor, seals, BOB)[0] == {
        "position": 2,
        "type": "ChildrenShown.v1",
        "time": "2008-10-23T13:23:00.000000Z",
        "recorded_at": "2026-11-23T10:00:00.000002Z",
        "user": "john",
        "reason": "an enquiry",
        "asked": {},
        "action": "show",
        "children": [ADA, BOB],
        "count": 2,
        **dict.fromkeys(("role", "effect", "rights", "reason_code", "shown", "hidden", "masked")),
    }
