"""Reports, looks beside an entry, documents and requests over HTTP: who gets them, what they hold, what is recorded."""

from contextlib import closing
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import orjson
import pytest
from starlette.testclient import TestClient

from domain.authorization import Entitlement, Role
from streams.access.appender import AccessAppender
from streams.access.grants import FAR, Granter, Users
from tests.support.api_world import NHS_NUMBER, bearer, client_of, looking
from tests.support.world import World, person, submission

NORTH, SOUTH = "E06999001", "E06999002"
SCHOOL = "moss-lane"
HOME = {"lines": ["4 Back Lane"], "postcode": "ZZ9 9ZZ", "authority": NORTH, "status": "current"}
MOTHER = {"name": "Anne Quaternion", "relationship": "mother", "phone": "01632 960001", "email": "anne@example.org"}
OFFICER = {"Access-Reason": "subject-access: asked at the desk"}


def user(name: str, role: Role, organisation: str, authority: str | None = NORTH, display: str = "") -> Entitlement:
    return Entitlement(name, role, organisation, authority, False, FAR, FAR, FAR, display or None)


USERS = (
    user("teacher", Role.PRACTITIONER, SCHOOL, display="Kim Quaternion"),
    user("warden", Role.PRACTITIONER, "westmarch-homes"),
    user("officer", Role.SUBJECT_ACCESS_OFFICER, "north-council"),
    user("southern-officer", Role.SUBJECT_ACCESS_OFFICER, "south-council", SOUTH),
    user("administrator", Role.AUTHORITY_ADMINISTRATOR, "north-council"),
    user("auditor", Role.AUDITOR, "audit-office", None),
    user("manager", Role.DATA_MANAGER, "north-council"),
)


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    with closing(AccessAppender(one_child.database_url, one_child.key)) as appender:
        users = Users(appender)
        users.grant(USERS, Granter())
    taught = {"involvement": "t1", "service": "education", "organisation": {"name": "Moss Lane", "code": SCHOOL}}
    taught |= {"practitioner": {"name": "Robin Fell", "role": "head", "phone": "01632 960002"}}
    submissions = [
        person("S1", nhs_number=NHS_NUMBER, address=HOME, carers=[MOTHER]) | {"type": "child.amended"},
        submission("involvement.started", "S1", taught),
        person("S2", given_name="Bob", date_of_birth="2003-04-05", address=HOME),
    ]
    assert one_child.submit(*submissions) == ["accepted"] * 3
    return one_child


@pytest.fixture
def brother(world: World, child: str) -> str:
    return next(each for each in world.children() if each != child)


def get(client: TestClient, world: World, who: str, path: str, **parameters: Any) -> Any:
    headers = looking(world, f"user:{who}") | OFFICER
    return client.get(path, headers=headers, params=parameters)


def post(client: TestClient, world: World, who: str, path: str, **fields: Any) -> Any:
    reason = {"reason": OFFICER["Access-Reason"]}
    return client.post(path, headers=looking(world, f"user:{who}"), json={**reason, **fields})


def notices(world: World) -> list[tuple[str, dict[str, Any]]]:
    with world.database.transaction() as cursor:
        cursor.execute("select topic, value from register.outbox where topic like 'notices.%' order by ordinal")
        return [(topic, orjson.loads(bytes(value))) for topic, value in cursor.fetchall()]


def test_a_look_by_a_housing_body_notifies_the_childs_authority_and_one_by_its_school_does_not(
    client: TestClient, world: World, child: str
) -> None:
    before = len(notices(world))
    assert get(client, world, "teacher", f"/children/{child}").status_code == 200
    assert get(client, world, "manager", f"/children/{child}").status_code == 200
    assert notices(world)[before:] == []
    assert get(client, world, "warden", f"/children/{child}").status_code == 200
    ((topic, notice),) = notices(world)[before:]
    assert topic == f"notices.{NORTH}"
    assert (notice["kind"], notice["child"], notice["role"]) == ("unscheduled-look", child, "practitioner")
    assert (notice["organisation"], notice["reason_code"]) == (None, "subject-access")
    with world.database.transaction() as cursor:
        cursor.execute("select last from access.counter")
        assert cursor.fetchall() == [(notice["position"],)]
    assert get(client, world, "warden", f"/children/{uuid4()}").status_code == 404
    assert len(notices(world)) == before + 1


def test_the_latest_looks_stand_beside_an_entry_for_those_who_may_know(
    client: TestClient, world: World, child: str
) -> None:
    for _ in range(30):
        get(client, world, "teacher", f"/children/{child}")
    get(client, world, "warden", f"/children/{child}")
    world.view_looks()
    accesses = get(client, world, "manager", f"/children/{child}").json()["accesses"]
    assert len(accesses) == 25
    assert accesses[0] == {
        "when": accesses[0]["when"],
        "action": "show",
        "role": "practitioner",
        "organisation": None,
        "reason_code": "subject-access",
    }
    assert accesses[1]["organisation"] == SCHOOL
    assert "accesses" not in get(client, world, "teacher", f"/children/{child}").json()
    assert "accesses" not in get(client, world, "southern-officer", f"/children/{child}").json()


def test_the_report_names_who_looked_at_namesakes_and_at_a_family(
    client: TestClient, world: World, child: str, brother: str
) -> None:
    for each in (child, brother):
        get(client, world, "teacher", f"/children/{each}")
        get(client, world, "warden", f"/children/{each}")
    world.view_looks()
    answer = get(client, world, "administrator", "/access/report")
    found = answer.json()
    assert found["authority"] == NORTH
    assert [(each["user"], each["children"]) for each in found["same_name"]] == [("teacher", sorted([child, brother]))]
    assert {each["user"] for each in found["same_address"]} == {"warden"}
    assert (found["unfollowed"]["users"], found["unfollowed"]["waiting"] > 0) == ([], True)
    assert not [name for name in ("Quaternion", "Ada", "Bob", "Back Lane") if name in answer.text]
    shown = world.looks()[-1]
    assert (shown["action"], shown["children"]) == ("access-report", sorted([child, brother]))
    assert shown["asked"]["authority"] == NORTH


def test_the_looks_of_a_user_are_for_auditors_and_for_administrators_of_their_own_users(
    client: TestClient, world: World, child: str, brother: str
) -> None:
    for each in (child, brother):
        get(client, world, "warden", f"/children/{each}")
    world.view_looks()
    for who in ("auditor", "administrator"):
        found = get(client, world, who, "/looks", by="warden", limit=2).json()
        assert [(look["action"], look["children"]) for look in found["looks"]] == [
            ("show", [brother]),
            ("show", [child]),
        ]
        assert world.looks()[-1]["children"] == sorted([child, brother])
        positions = [look["position"] for look in found["looks"]]
        assert positions == ([None, None] if who == "administrator" else sorted(filter(None, positions), reverse=True))
    nobodys = get(client, world, "administrator", "/looks", by="nobody-at-all")
    others = get(client, world, "administrator", "/looks", by="southern-officer")
    assert (others.status_code, others.content) == (nobodys.status_code, nobodys.content) == (404, others.content)
    assert get(client, world, "auditor", "/looks", by="southern-officer").status_code == 200
    assert get(client, world, "manager", "/looks", by="warden").status_code == 403


def test_the_report_is_for_auditors_and_for_administrators_of_their_own_users(client: TestClient, world: World) -> None:
    get(client, world, "southern-officer", f"/children/{uuid4()}")
    world.view_looks()
    everybody = get(client, world, "auditor", "/access/report").json()
    assert everybody["authority"] is None
    northern = get(client, world, "auditor", "/access/report", authority=NORTH).json()
    assert northern["users"] < everybody["users"]
    assert get(client, world, "auditor", "/access/report", user="warden").json()["users"] == 1
    assert get(client, world, "administrator", "/access/report", authority=SOUTH).status_code == 403
    for who in ("teacher", "manager", "officer"):
        assert get(client, world, who, "/access/report").status_code == 403


def test_the_report_names_who_was_denied_and_how_often(world: World, child: str) -> None:
    with client_of(world) as client:
        for _ in range(12):
            assert get(client, world, "teacher", f"/children/{child}/looks").status_code == 403
        assert get(client, world, "teacher", "/export").status_code == 403
        assert client.get(f"/children/{child}", headers=bearer(world, "user:warden")).status_code == 422
        assert get(client, world, "stranger", "/export").status_code == 403
    world.view_looks()
    with client_of(world) as client:
        answer = get(client, world, "auditor", "/access/report")
        own = get(client, world, "administrator", "/access/report").json()["denied"]
        mine = get(client, world, "auditor", "/access/report", user="warden").json()["denied"]
    found = answer.json()["denied"]
    rows = {each["user"]: each for each in found["users"]}
    teacher = rows["teacher"]
    assert (teacher["attempts"], teacher["organisation"]) == (sum(teacher["actions"].values()), SCHOOL)
    assert (teacher["actions"]["looks"], teacher["actions"]["export"]) == (12, 1)
    assert (teacher["above"], rows["warden"]["above"], rows["warden"]["causes"]) == (True, False, {"no-reason": 1})
    assert (rows["stranger"]["organisation"], rows["stranger"]["causes"]) == (None, {"not-granted": 1})
    assert found["users"] == sorted(found["users"], key=lambda each: (-each["attempts"], each["user"]))
    assert "stranger" not in {each["user"] for each in own["users"]}
    assert [each["user"] for each in mine["users"]] == ["warden"]
    assert child not in str(found)


def test_a_report_on_no_period_is_a_problem(client: TestClient, world: World) -> None:
    for wrong in (
        {"from": "2026-13-01"},
        {"from": "yesterday"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"from": "2020-01-01"},
        {"from": "9999-12-01", "to": "9999-12-31"},
        {"authority": "north"},
    ):
        assert get(client, world, "auditor", "/access/report", **wrong).status_code == 422
    before = (date.today() - timedelta(days=300)).isoformat()
    empty = get(client, world, "auditor", "/access/report", to=before, **{"from": before}).json()
    assert (empty["looks"], empty["from"], empty["to"]) == (0, before, before)


def document(client: TestClient, world: World, child: str, applicant: str, name: str | None = None, **more: str) -> Any:
    headers = looking(world, "user:officer") | OFFICER | more
    if name is not None:
        headers["Applicant"] = quote(name)
    return client.get(f"/children/{child}/subject-access", headers=headers, params={"for": applicant})


def test_the_childs_own_document(client: TestClient, world: World, child: str) -> None:
    get(client, world, "teacher", f"/children/{child}")
    world.view_looks()
    answer = document(client, world, child, "child")
    found = answer.json()
    assert found["child"] == child
    assert found["about"]["identifiers"]["nhs_number"] == [NHS_NUMBER]
    assert {record["number"] for record in found["records"]} == {"S1", "G1"}
    assert {event["event"] for event in found["history"]} >= {"RecordRegistered", "RecordAmended", "InvolvementStarted"}
    assert SCHOOL in {look["organisation"] for look in found["shown"]}
    assert found["retention"]["closed_on"] == "2019-02-03"
    assert "4 Back Lane" in answer.text
    assert not [each for each in ("Anne", "01632", "example.org", "teacher", "warden") if each in answer.text]
    look = world.looks()[-1]
    assert (look["action"], look["children"], look["asked"]) == (
        "subject-access",
        [child],
        {"child": child, "for": "child"},
    )


def test_a_carers_document_has_no_whereabouts(client: TestClient, world: World, child: str) -> None:
    answer = document(client, world, child, "carer", "anne quaternion")
    assert answer.status_code == 200
    assert "01632 960001" in answer.text
    assert not [each for each in ("Back Lane", NORTH, "Moss", SCHOOL, "Robin", "la-north", "S1") if each in answer.text]
    assert set(answer.json()["shown"][0]) == {"when", "role"}


def test_whom_no_record_names_gets_nothing_and_the_attempt_is_recorded(
    client: TestClient, world: World, child: str
) -> None:
    answer = document(client, world, child, "carer", "Mallory Quaternion")
    assert (answer.status_code, answer.json()["code"]) == (409, "not-a-carer")
    assert "Mallory" not in answer.text
    assert (world.looks()[-1]["action"], world.looks()[-1]["children"]) == ("subject-access", [])
    assert document(client, world, child, "carer").status_code == 422
    assert document(client, world, child, "neighbour").status_code == 422


def test_a_document_is_made_by_an_officer_where_the_child_lives(client: TestClient, world: World, child: str) -> None:
    path = f"/children/{child}/subject-access"
    for who, status in (("teacher", 403), ("manager", 403), ("auditor", 403), ("southern-officer", 403)):
        assert get(client, world, who, path, **{"for": "child"}).status_code == status
    assert document(client, world, str(uuid4()), "child").status_code == 404
    assert document(client, world, "no-number", "child").status_code == 404


def test_a_document_as_a_page(client: TestClient, world: World, child: str) -> None:
    answer = document(client, world, child, "child", Accept="text/html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "To whom it was shown" in answer.text


def request_correction(client: TestClient, world: World, child: str, who: str = "officer", **more: Any) -> Any:
    fields = {"kind": "correction", "asked_by": "carer", "text": "she left Moss Lane\nin July", **more}
    return post(client, world, who, f"/children/{child}/corrections", **fields)


def test_a_request_is_taken_down_listed_and_answered_once(client: TestClient, world: World, child: str) -> None:
    taken = request_correction(client, world, child)
    assert taken.status_code == 201
    number = taken.json()["request"]
    world.view_looks()
    (listed,) = [each for each in _listed(client, world, "officer") if each["request"] == number]
    assert (listed["status"], listed["text"], listed["taken_by"]) == ("open", "she left Moss Lane\nin July", "officer")
    body = {"outcome": "upheld", "text": "the school has amended it"}
    assert post(client, world, "officer", f"/corrections/{number}/answer", **body).status_code == 200
    again = post(client, world, "officer", f"/corrections/{number}/answer", **body)
    assert (again.status_code, again.json()["code"]) == (409, "already-answered")
    world.view_looks()
    assert number in {each["request"] for each in _listed(client, world, "manager", open=False)}
    assert number not in {each["request"] for each in _listed(client, world, "officer", open=True)}
    assert number not in {each["request"] for each in _listed(client, world, "southern-officer")}
    assert get(client, world, "officer", f"/children/{child}").json()["records"]
    assert {look["action"] for look in world.looks()[-4:]} >= {"correct"}


def _listed(client: TestClient, world: World, who: str, **parameters: Any) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = get(client, world, who, "/corrections", **parameters).json()["requests"]
    return requests


def test_wrong_requests_are_problems_that_repeat_nothing(client: TestClient, world: World, child: str) -> None:
    for wrong in ({"kind": "complaint"}, {"asked_by": "aunt"}, {"text": ""}, {"text": "nul\x00"}, {"text": "x" * 2001},
                  {"reason": "x"}, {"more": "Quaternion"}):  # fmt: skip
        answer = request_correction(client, world, child, **wrong)
        assert answer.status_code == 422
        assert "Quaternion" not in answer.text
    assert request_correction(client, world, child, "teacher").status_code == 403
    assert request_correction(client, world, child, "southern-officer").status_code == 403
    assert request_correction(client, world, str(uuid4())).status_code == 404
    body = {"outcome": "upheld", "text": "done it"}
    assert post(client, world, "officer", f"/corrections/{uuid4()}/answer", **body).status_code == 404
    number = request_correction(client, world, child).json()["request"]
    assert post(client, world, "southern-officer", f"/corrections/{number}/answer", **body).status_code == 403
    assert (
        post(client, world, "officer", f"/corrections/{number}/answer", **{**body, "outcome": "maybe"}).status_code
        == 422
    )
