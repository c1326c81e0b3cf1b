"""What an operator is answered: how far each part is, why one is off, and messages without what they could tell."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection  # noqa: N812
from starlette.testclient import TestClient

from domain.authorization import Role
from domain.catalogue import EVENTS
from projections.engine import stops
from projections.engine.live_schema import use_live
from services.api.operation import whole_minutes_late
from services.api.rates import APART_S, OVER_S, Rates
from services.api.server import open_app
from services.queries.log_messages import MOST_AT_ONCE, last_position, messages_up_to, position_from
from services.queries.operation import CONNECTIONS
from services.queries.positions import MOST_LAG_S
from streams.access import grants
from streams.store.database import connect
from tests.support.api_world import Headers, bearer, is_problem
from tests.support.clinic import ADA
from tests.support.entitlements import entitlement
from tests.support.world import World, person

OPERATOR, CLEARED = "user:demo-operator", "user:cleared-operator"
ALLOWED = {"position", "kind", "recorded_at", "published", "in_views"}


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    cleared = entitlement(Role.OPERATOR, user="cleared-operator", authority=None, sensitive=True)
    grants.add_users(clinic.database_url, clinic.key, [cleared])
    return clinic


@pytest.fixture(scope="module")
def operator(world: World) -> Headers:
    return bearer(world, OPERATOR)


def part(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["parts"] if each["part"] == name)


@contextmanager
def connected(world: World, *roles: str) -> Iterator[None]:
    """Somebody is connected to Postgres as processes of these roles are."""
    made: list[Connection] = []
    try:
        made += [connect(world.database_url, application_name=CONNECTIONS[role]) for role in roles]
        yield
    finally:
        for each in made:
            each.close()


def messages(client: TestClient, who: Headers, **query: Any) -> dict[str, Any]:
    answer = client.get("/operation/messages", headers=who, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_each_part_is_named_with_how_far_it_is(client: TestClient, world: World) -> None:
    with connected(world, "registrar", "registrar", "relay"):
        document = client.get("/operation", headers=bearer(world, CLEARED)).json()
    names = ["submissions", "registrar", "store", "relay", "events", "projector", "views", "api"]
    assert [each["part"] for each in document["parts"]] == names
    with world.database.transaction() as cursor:
        last = last_position(cursor, "register")
    assert part(document, "store")["position"] == last
    assert [part(document, each)["processes"] for each in CONNECTIONS] == [2, 1, 0]
    assert [part(document, each)["state"] for each in CONNECTIONS] == ["runs", "runs", "off"]
    assert part(document, "projector")["do"] == "start one: `contactpoint run projector`"
    assert part(document, "relay")["waiting"] == last
    assert part(document, "relay")["late_s"] >= 0


def test_what_stops_a_projection_is_said_as_status_says_it_but_for_whose_topic_it_is(
    client: TestClient, operator: Headers, world: World
) -> None:
    with world.database.transaction() as cursor:
        use_live(cursor)
        stops.record(cursor, stops.Stop("receipts.clinic", 0, 17, "receipts", "KeyError", "receipts/project.py:41"))
    try:
        document = client.get("/operation", headers=operator).json()
    finally:
        with world.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute("delete from stops")
    assert part(document, "projector")["state"] == "off"
    says = part(document, "projector")["says"]
    assert says.startswith("receipts stands before receipts of an agency: KeyError at receipts/project.py:41, since ")
    assert part(document, "projector")["do"].startswith("its log names the fault")
    assert "clinic" not in str(document)


@contextmanager
def later(world: World, seconds: float, most_lag_s: int | None = None) -> Iterator[TestClient]:
    """The API so much later: all but the last message are published, none is viewed, a checkpoint is of 1,234."""
    with world.database.transaction() as cursor:
        published = last_position(cursor, "register") - 1
        cursor.execute("insert into publication.published (log, position) values ('register.events', %s)", (published,))
        cursor.execute(
            "insert into publication.partitions (topic, partition, end_offset, position)"
            " values ('register.events', 0, 1, 1)"
        )
        cursor.execute("insert into publication.checkpoints (log, size, note) values ('register', 1234, '')")
    try:
        settings = replace(world.settings, most_lag_s=most_lag_s)
        with TestClient(open_app(settings, lambda: datetime.now(UTC) + timedelta(seconds=seconds))) as client:
            yield client
    finally:
        with world.database.transaction() as cursor:
            cursor.execute(
                "delete from publication.partitions; delete from publication.published;"
                " delete from publication.checkpoints"
            )


def at_once(client: TestClient, world: World, subject: str) -> dict[str, Any]:
    who = {"Authorization": f"Bearer {world.token(subject, 3_600)}"}
    answer = client.get("/operation", headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_is_later_than_a_ready_directory_may_be_is_said(world: World) -> None:
    world.submit(person("first", given_name="First"), person("second", given_name="Second"))
    for bound, expected in ((86_400, []), (None, ["relay", "projector"])):
        with later(world, MOST_LAG_S + 60, bound) as client:
            document = at_once(client, world, CLEARED)
        late = "what was recorded more than "
        assert [each["part"] for each in document["troubles"] if each["says"].startswith(late)] == expected


def test_no_message_is_dated_for_who_is_not_cleared(world: World) -> None:
    world.submit(person("dated", given_name="Dated"))
    with world.database.transaction() as cursor:
        use_live(cursor)
        stops.record(cursor, stops.Stop("register.events", 3, 17, "search", "KeyError", "search/project.py:41"))
    try:
        with later(world, 200) as client:
            shown, exact = at_once(client, world, OPERATOR), at_once(client, world, CLEARED)
    finally:
        with world.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute("delete from stops")
    for each in shown["parts"]:
        assert (each["position"] or 0) % 100 == 0
        assert (each["late_s"] or 0) % 60 == 0
        assert (each["rate"] or 0) % 1 == 0
    assert part(shown, "relay")["late_s"] >= 180
    assert [each["size"] for each in shown["checkpoints"]] == [1200]
    assert all(each["signed_at"].endswith(":00:00Z") for each in shown["checkpoints"])
    says = part(shown, "projector")["says"]
    assert re.fullmatch(
        r"search stands before register\.events: KeyError at search/project\.py:41, since .*:00:00Z", says
    )
    assert says in [each["says"] for each in shown["troubles"]]
    with world.database.transaction() as cursor:
        assert part(exact, "store")["position"] == last_position(cursor, "register")
    assert [each["size"] for each in exact["checkpoints"]] == [1234]
    assert "search stands before register.events/3/17: KeyError" in part(exact, "projector")["says"]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3)), st.integers(0, 90_000), st.integers(0, 7_199))
def test_how_late_is_changes_with_the_minutes_of_the_clock_alone(recorded: datetime, late_s: int, tenths: int) -> None:
    """Whoever asks at any moment learns of which minute a message is, and never of which second."""
    now = recorded.replace(tzinfo=UTC) + timedelta(seconds=late_s, milliseconds=100 * tenths)
    whole = recorded.replace(tzinfo=UTC, second=0, microsecond=0)
    assert whole_minutes_late(recorded.replace(tzinfo=UTC), now) == whole_minutes_late(whole, now)
    assert whole_minutes_late(whole, now) == whole_minutes_late(whole, now.replace(second=0, microsecond=0))


def test_it_is_for_operators_alone(client: TestClient, world: World) -> None:
    for path in ("/operation", "/operation/messages"):
        for other in ("user:demo-practitioner", "user:demo-data-manager", "user:demo-auditor", "agency:gp"):
            assert is_problem(client.get(path, headers=bearer(world, other)), 403)
        assert is_problem(client.get(path), 401)


def test_an_operator_sees_no_child(client: TestClient, operator: Headers, world: World) -> None:
    child = world.child_with(ADA)
    why = {"Access-Reason": "safeguarding"}
    for path in (f"/children/{child}", f"/children/{child}/history", "/receipts", "/dead-letters", "/export"):
        assert is_problem(client.get(path, headers=operator | why), 403)
    search = {"criteria": {"nhs_number": ADA}, "reason": "safeguarding"}
    assert is_problem(client.post("/children/search", headers=operator, json=search), 403)
    assert "contactpoint_position" in client.get("/metrics", headers=operator).text


def test_a_message_has_nothing_that_could_tell_of_whom_or_by_whom_it_is(
    client: TestClient, operator: Headers, world: World
) -> None:
    shown = messages(client, operator, limit=MOST_AT_ONCE)
    assert shown["messages"]
    assert all(each.keys() == ALLOWED for each in shown["messages"])
    assert {each["kind"] for each in shown["messages"]} <= {"record", "decision"}
    text = str(shown)
    assert not [name for name in EVENTS if name.partition(".")[0] in text]
    assert not re.search(r"urn:agency|[0-9a-f]{8}-[0-9a-f]{4}", text)
    with world.database.transaction() as cursor:
        cursor.execute("select stream::text from register.events")
        assert not [stream for (stream,) in cursor.fetchall() if stream in text]


def test_times_are_whole_hours_for_whoever_is_not_cleared(client: TestClient, operator: Headers, world: World) -> None:
    shown, exact = messages(client, operator), messages(client, bearer(world, CLEARED))
    assert (shown["exact_to"], exact["exact_to"]) == ("hour", "second")
    hours = [each["recorded_at"] for each in shown["messages"]]
    assert all(hour.endswith(":00:00Z") for hour in hours)
    assert [each["recorded_at"][:13] for each in exact["messages"]] == [hour[:13] for hour in hours]
    minutes = datetime.fromisoformat(hours[-1]) + timedelta(minutes=59, seconds=59)
    within = messages(client, operator, at=minutes.isoformat().replace("+00:00", "Z"), limit=5)
    assert within["messages"] == messages(client, operator, at=hours[-1], limit=5)["messages"]


def test_pages_follow_each_other_and_none_is_larger_than_the_limit(client: TestClient, operator: Headers) -> None:
    latest = messages(client, operator, limit=3)
    assert [each["position"] for each in latest["messages"]] == list(range(latest["last"], latest["last"] - 3, -1))
    assert latest["later"] is None
    earlier = messages(client, operator, limit=3, position=latest["earlier"])
    assert earlier["messages"][0]["position"] == latest["messages"][-1]["position"] - 1
    assert messages(client, operator, limit=3, position=earlier["later"]) == latest
    assert messages(client, operator, position=1)["earlier"] is None
    assert messages(client, operator, position=2**62, limit=3) == latest
    assert messages(client, operator, at="2999-01-01T00:00:00Z", limit=3) == latest
    for wrong in (
        {"limit": MOST_AT_ONCE + 1},
        {"position": 0},
        {"at": "yesterday"},
        {"position": 1, "at": "2020-01-01"},
    ):
        assert is_problem(client.get("/operation/messages", headers=operator, params=wrong), 422)


def test_the_access_log_shows_when_and_nothing_else(client: TestClient, operator: Headers) -> None:
    shown = messages(client, operator, log="access")
    assert {each["kind"] for each in shown["messages"]} == {"access"}


def test_messages_are_read_by_their_positions_and_no_more_than_the_limit(world: World) -> None:
    with world.database.transaction() as cursor:
        cursor.execute("set local enable_seqscan = off")  # a few rows are read faster as they lie
        for log in ("register", "access"):
            cursor.execute(
                f"explain select topic from {log}.events where position <= 5 order by position desc limit 50"
            )
            plan = str(cursor.fetchall())
            assert "Index Scan Backward using events_pkey" in plan
            assert "Sort" not in plan
        assert len(messages_up_to(cursor, "register", 2**62, 10**6)) <= MOST_AT_ONCE


def test_a_moment_leads_to_the_first_message_from_then_on(world: World) -> None:
    world.submit(person("late", given_name="Late"))
    with world.database.transaction() as cursor:
        last = last_position(cursor, "register")
        recorded = {each.position: each.recorded_at for each in messages_up_to(cursor, "register", last, MOST_AT_ONCE)}
        for at in (*recorded.values(), *(each + timedelta(microseconds=1) for each in recorded.values())):
            found = position_from(cursor, "register", at)
            assert all(recorded[each] < at for each in recorded if each < found)
            assert all(recorded[each] >= at for each in recorded if each >= found)
        assert position_from(cursor, "register", datetime(2999, 1, 1, tzinfo=UTC)) == last + 1
        assert position_from(cursor, "register", datetime(1999, 1, 1, tzinfo=UTC)) == 1


@given(st.lists(st.tuples(st.floats(0.5, 20), st.integers(0, 1_000)), min_size=2, max_size=60))
def test_a_rate_is_what_passed_within_the_last_minute(steps: list[tuple[float, int]]) -> None:
    rates, now, position, known = Rates(), 0.0, 0, [(0.0, 0)]
    assert rates.of(now, {"register": position}) == {}
    for seconds, events in steps:
        now, position = now + seconds, position + events
        rate = rates.of(now, {"register": position})
        known.append((now, position))
        within = [(position - before) / (now - at) for at, before in known if APART_S <= now - at <= OVER_S]
        if rate:
            assert min(within) - 1e-9 <= rate["register"] <= max(within) + 1e-9
    assert rates.of(now + APART_S, {"register": -1}).keys() <= {"register"}


def test_a_position_that_went_back_has_no_rate() -> None:
    rates = Rates()
    assert rates.of(0, {"views": 9}) == {}
    assert rates.of(10, {"views": 19, "register": 5}) == {"views": 1.0, "register": 0.0}
    assert rates.of(20, {"views": 0}) == {}
