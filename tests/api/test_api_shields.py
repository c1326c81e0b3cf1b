"""A shielded child over HTTP: nothing hidden in any answer, override, notice, investigation, and who may do what."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.authorization import Entitlement, Role
from services.api.routes import steward_decisions as stewards
from services.registrar.batch import STEWARDS_TOPIC
from services.submission_contract.decisions import DecisionType
from streams.access import grants
from streams.access.grants import FAR
from streams.access.overrides import MOST_OVERRIDES
from tests.support.api_world import NOBODY, Headers, as_dead_letter, client_of, is_problem, looking, registrar_at_work
from tests.support.shields import AT_RISK, NUMBER, SCHOOL, decide, secrets_in, shield
from tests.support.world import World, person, submission

HIDDEN: list[dict[str, str]] = [
    {"nhs_number": NUMBER},
    {"postcode": "ZX7 7QQ", "date_of_birth": AT_RISK["date_of_birth"]},
    {"postcode": "ZX7 7QQ", "family_name": "Orrell"},
    {"given_name": "Tamsin", "family_name": "Lanthorn"},
]
VISIBLE = {"given_name": "Tamsin", "family_name": "Orrell"}
IN_WORDS = {"reason": "safeguarding: the child did not come home"}


def searched(client: TestClient, user: Headers, criteria: dict[str, str]) -> bytes:
    answer = client.post("/children/search", headers=user, json={"criteria": criteria, "reason": "an enquiry"})
    assert answer.status_code == 200
    return answer.content


@pytest.fixture(scope="module")
def before(empty_world: World) -> World:
    """A directory in which nobody has heard of the child."""
    empty_world.submit(person("P1"))
    return empty_world


@pytest.fixture(scope="module")
def client(before: World) -> Iterator[TestClient]:
    with client_of(before) as made:
        yield made


@pytest.fixture(scope="module")
def absent(before: World, client: TestClient) -> list[bytes]:
    """What searches for what will be hidden answer while the child is absent."""
    return [searched(client, looking(before, "user:demo-data-manager"), criteria) for criteria in HIDDEN]


@pytest.fixture(scope="module")
def world(before: World, client: TestClient, absent: list[bytes]) -> World:
    """The same directory with the child: looked at and sent something broken before it was shielded."""
    broken = person("R1", **AT_RISK) | {"type": "child.amended"}
    broken["data"]["unheard_of"] = "x"
    outcomes = before.submit(person("R1", **AT_RISK), submission("involvement.started", "R1", SCHOOL), broken)
    assert outcomes == ["accepted", "accepted", "invalid"]
    manager = looking(before, "user:demo-data-manager")
    assert searched(client, manager, HIDDEN[1]) != absent[1]
    shield(before, before.child_with(NUMBER))
    before.view_looks()
    return before


@pytest.fixture
def user(world: World) -> Headers:
    return looking(world, "user:demo-practitioner")


@pytest.fixture
def manager(world: World) -> Headers:
    return looking(world, "user:demo-data-manager")


@pytest.fixture
def child(world: World) -> str:
    return world.child_with(NUMBER)


def test_a_search_for_what_is_hidden_is_answered_as_while_the_child_was_absent(
    world: World, client: TestClient, user: Headers, absent: list[bytes], child: str
) -> None:
    assert [searched(client, user, criteria) for criteria in HIDDEN] == absent
    found = json.loads(searched(client, user, VISIBLE))
    assert [(each["child"], each["grade"]) for each in found["results"]] == [(child, "certain")]
    both = json.loads(searched(client, user, VISIBLE | {"postcode": "ZX7 7QQ"}))
    other = json.loads(searched(client, user, VISIBLE | {"postcode": "AB1 2QF"}))
    assert both == other


def test_no_answer_has_anything_hidden(
    world: World, client: TestClient, manager: Headers, child: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked: list[tuple[str, dict[str, Any]]] = [
        (f"/children/{child}", {}),
        (f"/children/{child}", {"as_of": datetime.now(UTC).isoformat()}),
        (f"/children/{child}", {"as_of": "2026-01-01"}),
        (f"/children/{child}", {"effective": "2008-11-01"}),
        (f"/children/{child}/history", {}),
        (f"/children/{child}/looks", {}),
        ("/export", {}),
        ("/receipts", {}),
        ("/dead-letters", {}),
        ("/duplicates", {}),
        ("/shields/due", {"on": "2030-01-01"}),
        ("/investigations", {"closed": True}),
        ("/metrics", {}),
        ("/health/ready", {}),
        ("/openapi.json", {}),
        *((f"/reports/{name}", {"on": "2008-11-01"}) for name in ("missing-education", "no-gp", "several-gps")),
        ("/reports/possible-duplicates", {}),
        ("/policies/compare", {}),
    ]
    for path, parameters in asked:
        for who in (manager, looking(world, "user:demo-practitioner")):
            answer = client.get(path, headers=who, params=parameters)
            assert (path, secrets_in(answer.text)) == (path, [])
            if path.startswith("/reports"):
                assert child not in answer.text
    assert secrets_in(caplog.text) == []
    assert client.get(f"/children/{child}/history", headers=manager).json() == {"events": [], "shielded": True}


ABOUT_HER = json.dumps(person("R1", **AT_RISK)).encode()


@pytest.mark.parametrize(
    "value",
    [
        ABOUT_HER,
        b"\xef\xbb\xbf" + ABOUT_HER,
        ABOUT_HER[:-3],
        ABOUT_HER.replace(b"urn:agency:la-north", b"URN:agency:la north"),
        ABOUT_HER.replace(b'"subject"', b'"subject": "\\u0000", "subject"'),
        ABOUT_HER.replace(b"R1", b"\\u00521"),
    ],
    ids=["JSON", "byte order mark", "cut", "another source", "two subjects", "escaped"],
)
def test_an_invalid_message_about_the_child_is_not_shown(
    world: World, client: TestClient, manager: Headers, value: bytes
) -> None:
    shown = as_dead_letter(client, manager, value)
    assert (shown["raw"], shown["code"]) == (None, "x")


def test_nothing_hidden_stands_in_clear_in_the_log(world: World) -> None:
    with world.database.transaction() as cursor:
        cursor.execute("select convert_from(state, 'UTF8') from register.events")
        register = " ".join(state for (state,) in cursor.fetchall())
        cursor.execute("select convert_from(state, 'UTF8') from access.events")
        access = " ".join(state for (state,) in cursor.fetchall())
        cursor.execute("select convert_from(value, 'UTF8') from register.outbox where topic not like 'dead-letters'")
        outbox = " ".join(value for (value,) in cursor.fetchall())
    assert secrets_in(register + access + outbox) == []
    assert "the refuge has to stay unknown" not in register + access


def test_an_override_shows_the_child_with_a_warning_for_two_minutes_and_is_investigated(
    world: World, client: TestClient, manager: Headers, child: str
) -> None:
    before = datetime.now(UTC)
    used = client.post(f"/children/{child}/override", headers=manager, json=IN_WORDS)
    after = datetime.now(UTC)
    assert used.status_code == 200
    override = used.json()
    assert before <= datetime.fromisoformat(override["until"]) - timedelta(minutes=2) <= after
    entry = client.get(f"/children/{child}", headers=manager).json()
    assert (entry["shielded"], "override" in entry["warning"]) == (True, True)
    assert (entry["addresses"][0]["postcode"], entry["involvements"][0]["organisation"]["name"]) == (
        "ZX7 7QQ",
        "Saltmarsh Academy",
    )
    history = client.get(f"/children/{child}/history", headers=manager).json()
    assert {"RecordRegistered.v2", "ShieldApplied.v2"} <= {event["type"] for event in history["events"]}
    assert "warning" in history
    assert client.get(f"/children/{child}", headers=looking(world, "user:demo-practitioner")).json()["addresses"] == []
    assert json.loads(searched(client, manager, HIDDEN[0]))["results"] == []
    with world.database.transaction() as cursor:
        cursor.execute("select value from register.outbox where topic = 'notices.E06999001'")
        notices = [json.loads(bytes(value)) for (value,) in cursor.fetchall()]
        cursor.execute("update access.grants set until = now() - interval '1 second'")
    (notice,) = [each for each in notices if each["kind"] == "override"]
    assert notice == {
        "kind": "override",
        "child": child,
        "investigation": override["investigation"],
        "time": notice["time"],
        "until": override["until"],
    }
    assert client.get(f"/children/{child}", headers=manager).json()["addresses"] == []
    investigated(world, client, manager, child, override["investigation"])


def investigated(world: World, client: TestClient, manager: Headers, child: str, investigation: str) -> None:
    """Somebody else has to close it."""
    world.view_looks()
    auditor = looking(world, "user:demo-auditor")
    (waiting,) = client.get("/investigations", headers=auditor).json()["investigations"]
    assert (waiting["investigation"], waiting["child"]) == (investigation, child)
    assert (waiting["used_by"], waiting["reason"]) == ("demo-data-manager", IN_WORDS["reason"])
    found = {"reason": "the police confirm that the child was missing"}
    path = f"/investigations/{investigation}/close"
    assert is_problem(client.post(path, headers=manager, json=found), 403)
    assert is_problem(client.post(f"/investigations/{NOBODY}/close", headers=auditor, json=found), 404)
    assert client.post(path, headers=auditor, json=found).status_code == 200
    world.view_looks()
    assert client.get("/investigations", headers=auditor).json()["investigations"] == []
    (closed,) = client.get("/investigations?closed=true", headers=auditor).json()["investigations"]
    assert (closed["closed_by"], closed["findings"]) == ("demo-auditor", found["reason"])
    assert is_problem(client.post(path, headers=auditor, json=found), 409)
    actions = [look["action"] for look in client.get(f"/children/{child}/looks", headers=manager).json()["looks"]]
    assert {"override", "override-closed"} <= set(actions)


def test_who_has_overridden_as_many_shields_as_one_may_is_refused(
    world: World, client: TestClient, manager: Headers, child: str
) -> None:
    with world.database.transaction() as cursor:
        cursor.execute(
            "insert into access.grants select %s, gen_random_uuid(), now() from generate_series(1, %s)",
            ("demo-data-manager", MOST_OVERRIDES),
        )
    answer = client.post(f"/children/{child}/override", headers=manager, json=IN_WORDS)
    with world.database.transaction() as cursor:
        cursor.execute("delete from access.grants where until < now()")
    assert is_problem(answer, 409)
    assert answer.json()["code"] == "too-many-today"
    assert client.get(f"/children/{child}", headers=manager).json()["addresses"] == []


def test_who_may_not_override_and_what_is_not_shielded(
    world: World, client: TestClient, manager: Headers, child: str
) -> None:
    path = f"/children/{child}/override"
    assert is_problem(client.post(path, headers=looking(world, "user:demo-practitioner"), json=IN_WORDS), 403)
    assert is_problem(client.post(path, headers=manager, json={"reason": "safeguarding"}), 422)
    assert is_problem(client.post(f"/children/{NOBODY}/override", headers=manager, json=IN_WORDS), 404)
    assert is_problem(client.post("/children/nobody/override", headers=manager, json=IN_WORDS), 404)
    assert is_problem(client.get(f"/investigations?after={10**40}", headers=looking(world, "user:demo-auditor")), 422)
    plain = world.child_named("ada")
    assert is_problem(client.post(f"/children/{plain}/override", headers=manager, json=IN_WORDS), 409)


def test_a_shield_is_applied_kept_and_lifted_over_http(
    world: World, client: TestClient, manager: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 1.5)
    plain, practitioner = world.child_named("ada"), looking(world, "user:demo-practitioner")
    with world.database.transaction() as cursor:
        cursor.execute("update register.offsets set next_offset = 0 where topic = %s", (STEWARDS_TOPIC,))
    world.registrar.resume()
    with registrar_at_work(world):
        for path, status in (("", 202), ("", 409), ("/review", 202), ("/lift", 202), ("/lift", 409)):
            answer = client.post(f"/children/{plain}/shield{path}", headers=manager, json=IN_WORDS)
            assert (path, answer.status_code) == (path, status)
    assert is_problem(client.post(f"/children/{NOBODY}/shield", headers=manager, json=IN_WORDS), 404)
    assert is_problem(client.post(f"/children/{plain}/shield", headers=practitioner, json=IN_WORDS), 403)


def test_the_looks_of_a_user_name_no_hidden_child(world: World, client: TestClient, child: str) -> None:
    auditor = Entitlement("an-auditor", Role.AUDITOR, "audit-office", None, True, FAR, FAR, FAR)
    grants.add_users(world.database_url, world.key, [auditor])
    world.view_looks()
    assert any(child in look["children"] for look in world.looks() if look["user"] == "demo-data-manager")
    answer = client.get("/looks", headers=looking(world, "user:an-auditor"), params={"by": "demo-data-manager"})
    assert "find" in {look["action"] for look in answer.json()["looks"]}
    assert child not in answer.text


def test_shields_that_are_due_are_listed(world: World, client: TestClient, manager: Headers, child: str) -> None:
    assert client.get("/shields/due", headers=manager).json() == {"due": []}
    (due,) = client.get("/shields/due?on=2030-01-01", headers=manager).json()["due"]
    assert due["child"] == child
    assert is_problem(client.get("/shields/due", headers=looking(world, "user:demo-practitioner")), 403)
    assert decide(world, DecisionType.SHIELD_REVIEW, child=child) == "accepted"
