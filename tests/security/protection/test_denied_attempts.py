"""Each denied attempt is recorded before the answer, the same whatever it was for, and none can fill the log."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from starlette.testclient import TestClient

from domain.authorization import Cause
from tests.support.api_world import REASON, bearer, client_of, looking
from tests.support.clinic import ADA, AWAY, BEA, CAY
from tests.support.shields import shield
from tests.support.world import World, person

FORBIDDEN = ("north-auditor", "north-administrator", "nobody-registered")

AWAY_FROM_HERE = "9990000042"
"""The NHS number of a child who lives in another authority."""


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    shield(clinic, clinic.child_with(CAY))
    return clinic


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    """An API that has counted nothing so far."""
    with client_of(world) as made:
        yield made


def recorded(world: World, denials: int) -> list[dict[str, Any]]:
    """What was recorded after the first so many."""
    return world.denials()[denials:]


def test_a_denial_is_recorded_with_who_what_why_and_whom(world: World, client: TestClient) -> None:
    child, before, looks = world.child_with(ADA), len(world.denials()), len(world.looks())
    assert client.get(f"/children/{child}", headers=looking(world, "user:north-auditor")).status_code == 403
    (denial,) = recorded(world, before)
    fields = {name: denial[name] for name in ("user", "role", "action", "cause", "count", "asked")}
    assert fields == {
        "user": "north-auditor", "role": "auditor", "action": "show", "cause": "role", "count": 1, "asked": [child],
    }  # fmt: skip
    assert denial["since"] <= denial["time"]
    assert len(world.looks()) == looks


def test_who_was_asked_for_and_by_whom_is_sealed(world: World, client: TestClient) -> None:
    child = str(uuid4())
    client.get(f"/children/{child}", headers=looking(world, "user:north-auditor"))
    with world.database.transaction() as cursor:
        cursor.execute("select convert_from(state, 'utf8') from access.events where topic = 'LookDenied.v1'")
        stored = "".join(state for (state,) in cursor.fetchall())
    assert child not in stored
    assert "north-auditor" not in stored


@pytest.mark.parametrize("user", FORBIDDEN)
def test_answer_and_record_are_the_same_for_seen_hidden_shielded_and_absent_children(world: World, user: str) -> None:
    outcomes = []
    for child in (world.child_with(ADA), world.child_with(BEA), world.child_with(CAY), str(uuid4())):
        before = len(world.denials())
        with client_of(world) as client:
            answer = client.get(f"/children/{child}", headers=looking(world, f"user:{user}"))
        (denial,) = recorded(world, before)
        assert denial["asked"] == [child]
        outcomes.append(
            (answer.status_code, answer.content, {n: denial[n] for n in ("role", "action", "cause", "count")})
        )
    assert outcomes[0][0] == 403
    assert all(each == outcomes[0] for each in outcomes)


def test_whoever_is_not_registered_is_recorded_and_whoever_is_not_known_is_not(
    world: World, client: TestClient
) -> None:
    before = len(world.denials())
    assert client.get("/export", headers=looking(world, "user:nobody-registered")).status_code == 403
    assert client.get("/access/report", headers=looking(world, "user:nobody-registered")).status_code == 403
    assert client.get("/export", headers=REASON | {"Authorization": "Bearer made.up.token"}).status_code == 401
    assert client.get("/export", headers=looking(world, "agency:gp")).status_code == 403
    found = [(each["user"], each["role"], each["action"], each["cause"]) for each in recorded(world, before)]
    assert found == [
        ("nobody-registered", None, "export", "not-granted"),
        ("nobody-registered", None, "access-report", "not-granted"),
    ]


def test_a_loop_is_counted_and_not_written_down_each_time(world: World) -> None:
    before = len(world.denials())
    children = [str(uuid4()) for _ in range(70)]
    with client_of(world) as client:
        for child in children:
            answer = client.get(f"/children/{child}", headers=looking(world, "user:north-auditor"))
            assert answer.status_code == 403
        assert [each["count"] for each in recorded(world, before)] == [1]
    first, rest = recorded(world, before)
    assert (first["asked"], first["count"]) == (children[:1], 1)
    assert (rest["asked"], rest["count"]) == (children[1:51], 69)


@pytest.mark.parametrize(
    ("headers", "path", "body", "action"),
    [
        ({}, "/children/{ada}", None, "show"),
        ({"Access-Reason": "x"}, "/children/{ada}", None, "show"),
        ({"Access-Reason": "court-order"}, "/export", None, "export"),
        ({"Access-Reason": "%ff%ff%ff"}, "/children/{ada}/history", None, "history"),
        ({}, "/children/search", {"criteria": {"nhs_number": ADA}, "reason": ""}, "find"),
        ({}, "/children/search", {"criteria": {"nhs_number": ADA}}, "find"),
        ({}, "/duplicates/dismiss", {"left": "{ada}", "right": "{ada}", "reason": "x"}, "match.dismissed"),
        ({}, "/children/{ada}/override", {"reason": "safeguarding"}, "override"),
    ],
)
def test_whoever_does_not_say_why_is_recorded(
    world: World, client: TestClient, headers: dict[str, str], path: str, body: dict[str, Any] | None, action: str
) -> None:
    child, before = world.child_with(ADA), len(world.denials())
    sent = {name: child if value == "{ada}" else value for name, value in body.items()} if body else None
    method = "GET" if body is None else "POST"
    who = bearer(world, "user:demo-data-manager") | headers
    answer = client.request(method, path.format(ada=child), headers=who, json=sent)
    assert answer.status_code == 422
    (denial,) = recorded(world, before)
    assert (denial["action"], denial["cause"], denial["role"]) == (action, "no-reason", "data-manager")
    assert denial["asked"] == ([] if path in ("/export", "/children/search") else [child])


def test_what_is_refused_where_the_child_lives_is_a_look_at_nobody_and_a_denial(
    world: World, client: TestClient
) -> None:
    world.submit(person("S9", nhs_number=AWAY_FROM_HERE, given_name="Dot", family_name="Faraway", address=AWAY))
    away, before = world.child_with(AWAY_FROM_HERE), (len(world.denials()), len(world.looks()))
    answer = client.get(f"/children/{away}/history", headers=looking(world, "user:north-subject-access"))
    assert answer.status_code == 403
    (denial,), (look,) = recorded(world, before[0]), world.looks()[before[1] :]
    assert (denial["cause"], denial["asked"], look["children"], look["count"]) == ("place", [away], [], 0)
    absent = client.get(f"/children/{uuid4()}/history", headers=looking(world, "user:north-subject-access"))
    assert absent.status_code == 404
    assert len(world.denials()) == before[0] + 1
    assert world.looks()[-1]["count"] == 0


def test_rights_that_are_not_to_be_granted_are_denied_attempts_too(world: World, client: TestClient) -> None:
    before, until = (
        len(world.denials()),
        dict.fromkeys(("trained_until", "vetted_until", "signed_off_until"), "2030-12-31"),
    )
    oneself = {"name": "north-administrator", "role": "data-manager", "organisation": "x", "authority": "E06999001"}
    answer = client.post("/users", headers=looking(world, "user:north-administrator"), json=oneself | until)
    assert answer.status_code == 403
    (denial,) = recorded(world, before)
    assert (denial["action"], denial["cause"]) == ("users-grant", Cause.GRANTING)


def test_while_the_access_log_is_away_a_denial_stays_one_and_is_recorded_afterwards(world: World) -> None:
    child, before = world.child_with(ADA), len(world.denials())
    with client_of(world) as client:
        with closing(psycopg2.connect(world.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("select last from access.counter for update")
            with ThreadPoolExecutor(2) as pool:
                asked = [
                    pool.submit(client.get, f"/children/{each}", headers=looking(world, "user:north-auditor"))
                    for each in (child, uuid4())
                ]
                answers = [each.result() for each in asked]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert answers[0].content == answers[1].content
    asked_for = {number for each in recorded(world, before) for number in each["asked"]}
    assert child in asked_for
    assert len(asked_for) == 2


def test_a_denial_is_no_look_at_a_child(world: World, client: TestClient) -> None:
    child = world.child_with(ADA)
    client.get(f"/children/{child}", headers=looking(world, "user:north-auditor"))
    client.get(f"/children/{child}", headers=looking(world, "user:demo-practitioner"))
    world.view_looks()
    manager = looking(world)
    latest = client.get(f"/children/{child}", headers=manager).json()["accesses"]
    assert "auditor" not in {each["role"] for each in latest}
    assert latest[0]["role"] == "practitioner"
    listed = client.get(f"/children/{child}/looks", headers=manager).json()["looks"]
    assert {each["type"] for each in listed} == {"ChildrenShown.v2"}
    assert "north-auditor" not in {each["user"] for each in listed}
