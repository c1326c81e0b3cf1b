"""What each role gets from each call, over HTTP; and granting and revoking there."""

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.authorization import RIGHTS, Action, Jurisdiction, Role, decide
from domain.authorization.rights import Cell
from services.api.access_control.entitlements import FRESH_S
from services.api.routes import steward_decisions
from services.registers import DEMO_USERS
from streams.access import grants
from streams.access.appender import AccessAppender
from streams.access.grants import Granter
from tests.support.api_world import Headers, bearer, looking
from tests.support.clinic import ADA, CAY
from tests.support.entitlements import NORTH, SOUTH, TODAY, entitlement
from tests.support.world import World

CALLS: dict[Action, tuple[str, str]] = {
    Action.SHOW: ("GET", "/children/{ada}"),
    Action.HISTORY: ("GET", "/children/{ada}/history"),
    Action.LOOKS: ("GET", "/children/{ada}/looks"),
    Action.FIND: ("POST", "/children/search"),
    Action.EXPORT: ("GET", "/export"),
    Action.RECEIPTS: ("GET", "/receipts"),
    Action.REPORT: ("GET", "/reports/no-gp"),
    Action.POLICY: ("GET", "/policies"),
    Action.DUPLICATES: ("GET", "/duplicates"),
    Action.DEAD_LETTERS: ("GET", "/dead-letters"),
    Action.USERS_LIST: ("GET", "/users"),
    Action.SHIELD_APPLY: ("POST", "/children/{nobody}/shield"),
    Action.SHIELD_LIFT: ("POST", "/children/{nobody}/shield/lift"),
    Action.SHIELD_HAND_OVER: ("POST", "/children/{nobody}/shield/hand-over"),
    Action.SHIELD_REVIEW: ("GET", "/shields/due"),
    Action.OVERRIDE: ("POST", "/children/{nobody}/override"),
    Action.INVESTIGATIONS: ("GET", "/investigations"),
    Action.MERGE: ("POST", "/duplicates/merge"),
    Action.SPLIT: ("POST", "/duplicates/split"),
    Action.DISMISS: ("POST", "/duplicates/dismiss"),
    Action.USERS_GRANT: ("POST", "/users"),
    Action.USERS_REVOKE: ("POST", "/users/revoke"),
    Action.SUBJECT_ACCESS: ("GET", "/children/{ada}/subject-access"),
    Action.CORRECT: ("GET", "/corrections"),
    Action.ACCESS_REPORT: ("GET", "/access/report"),
    Action.RECORD_REMOVE: ("POST", "/records/remove"),
    Action.ERASE: ("POST", "/erasures"),
    Action.HOLD_PLACE: ("POST", "/children/{nobody}/hold"),
    Action.HOLD_LIFT: ("POST", "/children/{nobody}/hold/lift"),
    Action.RETENTION: ("GET", "/retention/due?on=2026-11-24"),
    Action.RETENTION_RUN: ("POST", "/retention/runs"),
    Action.RECORD_ACCEPT: ("POST", "/duplicates/accept"),
    Action.RECORD_SET_ASIDE: ("POST", "/duplicates/set-aside"),
    Action.AGENCY_SUSPEND: ("POST", "/agencies/nobody/suspension"),
    Action.NEW_IDENTITY_REQUEST: ("POST", "/children/{nobody}/new-identity"),
    Action.NEW_IDENTITY_CONFIRM: ("POST", "/children/{nobody}/new-identity/confirm"),
    Action.NEW_IDENTITIES: ("GET", "/new-identities"),
    Action.CLOSED_RECORD_OPEN: ("POST", "/closed-records/open"),
    Action.PROOFS: ("GET", "/tlog/register/checkpoint"),
    Action.REPLAY: ("POST", "/replays"),
    Action.OPERATION: ("GET", "/operation"),
    Action.COULD_HAVE_SEEN: ("POST", "/replays/seen"),
    Action.AGENCY_RESUME: ("POST", "/agencies/nobody/suspension/end"),
}
UNTIL = dict.fromkeys(("trained_until", "vetted_until", "signed_off_until"), "2030-12-31")
NEWCOMER = {"name": "new.comer", "role": "practitioner", "organisation": "Moss Lane Primary", **UNTIL}
NOBODY = "00000000-0000-4000-8000-000000000000"
_ONE_RECORD = {"child": NOBODY, "record": {"source": "urn:agency:gp", "subject": "nobody"}, "reason": "data-quality"}
BODIES: dict[Action, dict[str, Any]] = {
    Action.FIND: {"criteria": {"nhs_number": ADA}, "reason": "safeguarding"},
    Action.MERGE: {"left": NOBODY, "right": NOBODY, "reason": "data-quality"},
    Action.DISMISS: {"left": NOBODY, "right": NOBODY, "reason": "data-quality"},
    Action.SPLIT: {"child": NOBODY, "reason": "data-quality"},
    Action.AGENCY_SUSPEND: {"set_aside": False},
    Action.SHIELD_APPLY: {"reason": "safeguarding"},
    Action.NEW_IDENTITY_REQUEST: {"reason": "adoption"},
    Action.NEW_IDENTITY_CONFIRM: {"reason": "adoption"},
    Action.CLOSED_RECORD_OPEN: {
        "child": NOBODY,
        "record": {"source": "urn:agency:gp", "subject": "nobody"},
        "reason": "data-quality",
    },
    Action.SHIELD_LIFT: {"reason": "safeguarding"},
    Action.SHIELD_HAND_OVER: {"reason": "safeguarding", "to": "E06999001"},
    Action.OVERRIDE: {"reason": "safeguarding: did not come home"},
    Action.RECORD_REMOVE: {"record": {"source": "urn:agency:gp", "subject": "nobody"}, "reason": "data-quality"},
    Action.HOLD_PLACE: {"reason": "court-order: a claim"},
    Action.HOLD_LIFT: {"reason": "court-order: a claim"},
    Action.ERASE: {"record": {"source": "urn:agency:gp", "subject": "nobody"}, "reason": "data-quality"},
    Action.RETENTION_RUN: {"on": "2008-10-23", "dry_run": True},
    Action.RECORD_ACCEPT: _ONE_RECORD,
    Action.RECORD_SET_ASIDE: _ONE_RECORD,
    Action.REPLAY: {"as_of": "2026-11-24"},
    Action.COULD_HAVE_SEEN: {"as_of": "2026-11-24", "user": "demo-practitioner", "child": NOBODY},
    Action.USERS_GRANT: NEWCOMER,
    Action.USERS_REVOKE: {"name": "never-heard-of"},
}


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    return clinic


def call(client: TestClient, world: World, who: Headers, action: Action, body: dict[str, Any] | None = None) -> Any:
    method, path = CALLS[action]
    sent = body if body is not None else BODIES.get(action)
    return client.request(method, path.format(ada=world.child_with(ADA), nobody=NOBODY), headers=who, json=sent)


def test_every_call_of_the_api_is_tried(client: TestClient) -> None:
    placed = {
        "{ada}": "{child}",
        "/agencies/nobody": "/agencies/{code}",
        "{nobody}": "{child}",
        "/tlog/register": "/tlog/{log}",
    }
    tried = {path.partition("?")[0] for _, path in CALLS.values()}
    for given, name in placed.items():
        tried = {path.replace(given, name) for path in tried}
    known = set(client.get("/openapi.json").json()["paths"])
    others = {
        "/submissions",
        "/submissions/dry-run",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/policies/compare",
        "/dead-letters/{letter}",
        "/children/{child}/corrections",
        "/corrections/{number}/answer",
        "/children/{child}/shield/review",
        "/new-identities/requested",
        "/new-identities/{child}",
        "/investigations/{id_}/close",
        "/users/me",
        "/erasures/{erasure}",
        "/looks",
        "/tlog/{log}/tile/{tile}",
        "/reports/{name}/months",
        "/tlog/{log}/proof/{position}",
        "/operation/messages",
    }
    assert {path.replace("no-gp", "{name}") for path in tried} == known - others


@pytest.mark.parametrize("user", DEMO_USERS, ids=lambda user: user.user)
@pytest.mark.parametrize("action", CALLS)
def test_each_role_gets_what_the_table_says(world: World, client: TestClient, user: Any, action: Action) -> None:
    answer = call(client, world, looking(world, f"user:{user.user}"), action)
    denied = decide(user, action, TODAY, Jurisdiction.OWN).denied
    assert (answer.status_code == 403) == denied
    assert answer.status_code in ((403,) if denied else (200, 404))
    if denied:
        assert ADA not in answer.text


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("north-officer", "/children/{cay}", 200),
        ("north-officer", f"/reports/no-gp?authority={NORTH}", 200),
        ("north-officer", f"/reports/no-gp?authority={SOUTH}", 403),
        ("north-officer", "/reports/no-gp", 200),
        ("north-manager", "/export", 403),
        ("north-manager", "/children/{cay}/looks", 200),
        ("north-subject-access", "/children/{cay}", 200),
        ("north-subject-access", "/children/{cay}/history", 403),
        ("north-subject-access", "/children/{ada}/history", 200),
        ("north-subject-access", "/children/{cay}/looks", 403),
        ("north-subject-access", f"/children/{NOBODY}/history", 404),
        ("north-auditor", "/children/{cay}/looks", 200),
        ("north-auditor", "/children/{cay}/history", 200),
        ("north-auditor", "/children/{cay}", 403),
    ],
)
def test_where_a_child_lives_counts(world: World, client: TestClient, user: str, path: str, status: int) -> None:
    place = path.format(ada=world.child_with(ADA), cay=world.child_with(CAY))
    assert client.get(place, headers=looking(world, f"user:{user}")).status_code == status


def test_children_of_elsewhere_are_not_decided_on(world: World, client: TestClient) -> None:
    who, cay = looking(world, "user:north-manager"), world.child_with(CAY)
    answer = client.post("/duplicates/dismiss", headers=who, json={"left": cay, "right": cay, "reason": "data-quality"})
    assert answer.status_code == 403
    assert world.looks()[-1]["children"] == []


def test_a_child_of_elsewhere_is_decided_on_only_where_the_pair_is_in_the_queue(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steward_decisions, "TIMEOUT_S", 0.1)
    ada, cay = world.child_with(ADA), world.child_with(CAY)
    body = {"left": ada, "right": cay, "reason": "data-quality"}

    def statuses(user: str) -> list[int]:
        who = looking(world, f"user:{user}")
        return [client.post(f"/duplicates/{path}", headers=who, json=body).status_code for path in ("merge", "dismiss")]

    assert (statuses("north-manager"), statuses("demo-data-manager")) == ([403, 403], [202, 202])
    world.suspect(cay, ada, 0.6)
    assert statuses("north-manager") == [202, 202]


def test_everybody_is_told_the_own_right_and_it_is_no_look(world: World, client: TestClient) -> None:
    before = world.number_of_looks()
    for user in DEMO_USERS:
        own = client.get("/users/me", headers=bearer(world, f"user:{user.user}"))
        assert (own.status_code, own.json()["name"], own.json()["role"]) == (200, user.user, user.role.value)
    for nobody in ("user:who-is-this", "agency:gp"):
        assert client.get("/users/me", headers=bearer(world, nobody)).status_code == 404
    assert world.number_of_looks() == before
    assert "who-is-this" not in {each["user"] for each in world.denials()}


@pytest.mark.parametrize("name", UNTIL)
def test_a_user_whose_date_has_passed_is_denied_with_its_name(world: World, client: TestClient, name: str) -> None:
    lapsed = entitlement(user=f"late-{name.replace('_', '-')}", **{name: TODAY - timedelta(400)})
    grants.add_users(world.database_url, world.key, [lapsed])
    answer = call(client, world, looking(world, f"user:{lapsed.user}"), Action.SHOW)
    assert answer.status_code == 403
    assert {"trained_until": "training", "vetted_until": "vetting", "signed_off_until": "sign-off"}[name] in answer.text


def test_a_revocation_takes_effect_within_two_seconds(world: World, client: TestClient) -> None:
    grants.add_users(world.database_url, world.key, [entitlement(user="leaver", authority=None)])
    who = looking(world, "user:leaver")
    assert call(client, world, who, Action.SHOW).status_code == 200
    with closing(AccessAppender(world.database_url, world.key)) as appender:
        grants.Users(appender).revoke("leaver", Granter())
    while (answer := call(client, world, who, Action.SHOW)).status_code == 200:
        pass
    assert answer.status_code == 403
    assert FRESH_S < 2


def test_an_administrator_grants_and_revokes_at_home(world: World, client: TestClient) -> None:
    admin = looking(world, "user:north-administrator")
    granted = call(client, world, admin, Action.USERS_GRANT, NEWCOMER | {"authority": NORTH, "name": "at.home"})
    assert granted.json() == {"user": "at.home", "changed": True}
    assert call(client, world, looking(world, "user:at.home"), Action.SHOW).status_code == 200
    listed = client.get("/users", headers=admin).json()
    assert "at.home" in {each["name"] for each in listed}
    assert {each["authority"] for each in listed} == {NORTH}
    assert call(client, world, admin, Action.USERS_REVOKE, {"name": "at.home"}).json()["changed"] is True
    assert call(client, world, looking(world, "user:at.home"), Action.SHOW).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"authority": SOUTH}, 403),
        ({}, 403),
        ({"authority": NORTH, "name": "north-administrator"}, 403),
        ({"authority": NORTH, "name": "demo-auditor"}, 403),
        ({"authority": NORTH, "sensitive": True}, 422),
        ({"authority": NORTH, "role": "wizard"}, 422),
        ({"authority": NORTH, "trained_until": "soon"}, 422),
    ],
)
def test_what_an_administrator_may_not_grant(
    world: World, client: TestClient, changes: dict[str, Any], status: int
) -> None:
    admin = looking(world, "user:north-administrator")
    assert call(client, world, admin, Action.USERS_GRANT, NEWCOMER | changes).status_code == status


@pytest.mark.parametrize(("name", "status"), [("north-administrator", 403), ("demo-auditor", 404), ("nobody", 404)])
def test_whom_an_administrator_may_not_revoke(world: World, client: TestClient, name: str, status: int) -> None:
    admin = looking(world, "user:north-administrator")
    assert call(client, world, admin, Action.USERS_REVOKE, {"name": name}).status_code == status


def test_every_role_may_do_something_and_nobody_everything() -> None:
    may = {role: {cell.action for cell in RIGHTS if cell.role == role} for role in Role}
    assert all(may.values())
    assert all(len(actions) < len(Action) for actions in may.values())
    assert Cell(Role.AUDITOR, Action.SHOW, Jurisdiction.OWN) not in RIGHTS


def test_a_look_states_a_reason_of_the_list(world: World, client: TestClient) -> None:
    for reason, code in (("safeguarding", "safeguarding"), ("audit: yearly", "audit"), ("an enquiry", "other")):
        call(client, world, looking(world) | {"Access-Reason": reason}, Action.SHOW)
        assert (world.looks()[-1]["reason_code"], world.looks()[-1]["reason"]) == (code, reason)
    answer = call(client, world, looking(world) | {"Access-Reason": "court-order"}, Action.SHOW)
    assert answer.status_code == 422
    assert "`court-order: …`" in answer.json()["detail"]
