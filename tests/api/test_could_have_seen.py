"""What a user could have been shown, from views that end at a moment: rights, clearance, shields and looks."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from projections.access_log.entitlements import entitlement_of
from projections.cross_stream.hidden_since import HiddenNow, hidden_now
from projections.directory.query import Moment
from projections.engine.live_schema import use_live
from services.registers import DEMO_USERS
from services.replay.access import Reader
from services.replay.past_access import PastAccess
from streams.access import grants
from streams.crypto.keys import KeyRing, reader_of
from streams.store.database import Database
from tests.support.api_world import looking
from tests.support.clinic import ADA
from tests.support.world import World

TODAY = date(2026, 11, 30)
THEN = Moment("2999-01-01T00:00:00.000000Z", TODAY)
NOBODY = "00000000-0000-4000-8000-000000000000"
NOTHING = HiddenNow(frozenset(), frozenset(), frozenset())


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    return clinic


@pytest.fixture
def reader(world: World) -> Iterator[Reader]:
    """The live views, as views that end now."""
    access_keys = KeyRing(world.key, reader_of(world.database, "access"))
    with closing(Database(world.database_url, "test")) as database, database.transaction() as cursor:
        use_live(cursor)
        yield Reader(cursor, cursor, world.keys, access_keys)


def view(reader: Reader, user: str, child: str, *, cleared: bool = True, now: HiddenNow = NOTHING) -> dict[str, Any]:
    held = entitlement_of(reader.then, reader.access_keys, user)
    return PastAccess(reader, user, child, THEN, held).answer(now, TODAY, is_disclosed=True, cleared=cleared)


def test_the_entry_is_the_one_that_was_shown_and_the_looks_are_the_users(
    world: World, client: TestClient, reader: Reader
) -> None:
    child = world.child_with(ADA)
    for user in ("demo-practitioner", "demo-volunteer"):
        shown = client.get(f"/children/{child}", headers=looking(world, f"user:{user}")).json()
        world.view_looks()
        found = view(reader, user, child)
        assert found["known"]
        assert [look["action"] for look in found["looks"]] == ["show"]
        assert _plain(found["entry"]) == _plain(shown)
    masked = view(reader, "demo-practitioner", child, cleared=False)["entry"]
    assert [each["service"] for each in masked["involvements"]] == [
        each["service"] for each in view(reader, "demo-volunteer", child)["entry"]["involvements"]
    ]


def test_who_had_no_right_could_have_seen_nothing(world: World, reader: Reader) -> None:
    child = world.child_with(ADA)
    auditor = view(reader, "demo-auditor", child)
    assert (auditor["known"], auditor["entry"], auditor["may"]["show"]) == (False, None, "deny")
    nobody = view(reader, "never-heard-of", child)
    assert (nobody["known"], nobody["entitlement"]) == (False, None)


def test_what_is_hidden_now_is_not_told_though_it_was_seen(world: World, reader: Reader) -> None:
    child = world.child_with(ADA)
    records = frozenset(world.records_of(child))
    for now in (NOTHING._replace(children=frozenset([child])), NOTHING._replace(records=records)):
        found = view(reader, "demo-practitioner", child, now=now)
        assert (found["known"], found["hidden_now"], found["entry"]) == (True, True, None)
    assert hidden_now(reader.then).children == frozenset()


def test_where_a_child_lived_that_is_hidden_now_is_told_by_no_right(world: World, reader: Reader) -> None:
    child, user = world.child_with(ADA), "north-subject-access"
    assert view(reader, user, child)["may"]["history"] == "allow"
    hidden = view(reader, user, child, now=NOTHING._replace(children=frozenset([child])))
    assert hidden["hidden_now"]
    assert hidden["may"] == view(reader, user, NOBODY)["may"]
    assert hidden["may"]["history"] == "deny"


def test_a_child_that_is_closed_now_is_told_as_one_that_never_was(
    world: World, client: TestClient, reader: Reader
) -> None:
    child = world.child_with(ADA)
    assert client.get(f"/children/{child}", headers=looking(world, "user:north-subject-access")).status_code == 200
    world.view_looks()
    now = NOTHING._replace(closed=frozenset([child]))
    assert view(reader, "north-subject-access", child)["looks"]
    assert view(reader, "north-subject-access", child, now=now) == view(reader, "north-subject-access", NOBODY)


def test_an_entitlement_is_that_of_the_last_event(world: World, reader: Reader) -> None:
    world.view_looks()
    (volunteer,) = (user for user in DEMO_USERS if user.user == "demo-volunteer")
    assert entitlement_of(reader.then, reader.access_keys, "demo-volunteer") == volunteer
    grants.add_users(world.database_url, world.key, [replace(volunteer, revoked=True)])
    world.view_looks()
    assert entitlement_of(reader.then, reader.access_keys, "demo-volunteer") == replace(volunteer, revoked=True)
    assert view(reader, "demo-volunteer", world.child_with(ADA))["may"]["show"] == "deny"


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without what tells of the asking, and with the contacts of restricted lines left out."""
    involvements = [{**each, "contact": None} for each in entry["involvements"]]
    rest = {name: value for name, value in entry.items() if name not in ("as_of", "accesses", "position")}
    return {**rest, "involvements": involvements}
