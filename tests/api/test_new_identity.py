"""A new identity over HTTP: the old child is nobody's any more, and nothing leads from it to who the child is now."""

from collections.abc import Sequence
from functools import partial
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.authorization import Role
from projections.catalogue import DERIVED, LOGS, REGISTER_LOG, TABLES
from services.api.routes import steward_decisions as stewards
from services.registrar.fence import take_fence
from services.registrar.reindex import build_match_index
from streams.access import grants
from tests.support.api_world import NOBODY, Headers, looking, registrar_at_work
from tests.support.entitlements import entitlement
from tests.support.postgres_views import FRESH, load, rows, writing
from tests.support.waiting import eventually
from tests.support.world import World, person, submission

OLD_NUMBER, NEW_NUMBER = "9990000018", "9990000034"
BORN = {"date_of_birth": "2003-05-17", "gender": "female"}
OLD: dict[str, Any] = {"given_name": "Tamsin", "family_name": "Orrell", "nhs_number": OLD_NUMBER, **BORN}
NEW: dict[str, Any] = {"given_name": "Tamsin", "family_name": "Lantern", "nhs_number": NEW_NUMBER, **BORN}
HOME = {"lines": ["7 Harbour Row"], "postcode": "ZX7 7QQ", "authority": "E06999001", "status": "current"}
SCHOOL = {"involvement": "i-7", "service": "education", "organisation": {"name": "Saltmarsh Academy", "code": "777"}}
EXPECTED = [{"source": "urn:agency:la-north", "subject": "N1"}]
READERS = ("demo-practitioner", "demo-data-manager", "demo-auditor", "demo-subject-access-officer", "custodian")
SENDER = "north-worker"
"""Works for the authority that sends most of the records here."""


def amended(subject: str, agency: str = "la-north", **particulars: Any) -> dict[str, Any]:
    return submission("child.amended", subject, particulars, agency)


@pytest.fixture(scope="module")
def old(empty_world: World) -> str:
    users = [
        entitlement(Role.IDENTITY_CUSTODIAN, user="custodian", authority=None, sensitive=True),
        entitlement(Role.DATA_MANAGER, user="second-manager", authority=None, sensitive=True),
        entitlement(user=SENDER, organisation="North Council"),
    ]
    grants.add_users(empty_world.database_url, empty_world.key, users)
    outcomes = empty_world.submit(
        person("P1"),
        person("R1", **OLD, address=HOME),
        person("G1", "gp", **OLD),
        submission("involvement.started", "R1", SCHOOL),
    )
    assert outcomes == ["accepted"] * 4
    return empty_world.child_with(OLD_NUMBER)


@pytest.fixture(scope="module")
def world(empty_world: World, old: str) -> World:
    return empty_world


@pytest.fixture(scope="module")
def given(world: World, client: TestClient, old: str) -> str:
    """The old child's number, once two data managers have given it a new identity over HTTP."""
    manager, second = looking(world), looking(world, "user:second-manager")
    path, reason = f"/children/{old}/new-identity", {"reason": "adoption"}
    for _ in range(2):
        assert client.get(f"/children/{old}", headers=looking(world)).status_code == 200
    with pytest.MonkeyPatch.context() as patch, registrar_at_work(world):
        patch.setattr(stewards, "TIMEOUT_S", 1.0)
        assert client.post(f"{path}/confirm", headers=second, json=reason).json()["code"] == "not-requested"
        assert client.post(path, headers=manager, json=reason | {"expected": EXPECTED}).status_code == 202
        (waiting,) = client.get("/new-identities/requested", headers=second).json()["requested"]
        assert (waiting["child"], waiting["expected"]) == (old, EXPECTED)
        assert client.post(f"{path}/confirm", headers=manager, json=reason).json()["code"] == "same-person"
        other = client.post(f"{path}/confirm", headers=second, json={"reason": "gender-recognition"})
        assert other.json()["code"] == "not-requested"
        assert client.post(f"{path}/confirm", headers=second, json=reason).status_code == 202
    world.view_looks()
    return old


@pytest.fixture(scope="module")
def new(world: World, given: str) -> str:
    """The number of who the child is now, whom two agencies have registered."""
    assert world.submit(person("N1", **NEW), person("G2", "gp", **NEW)) == ["accepted"] * 2
    child = world.child_with(NEW_NUMBER)
    assert (len(world.records_of(child)), child == given) == (2, False)
    return child


def looks_of(client: TestClient, headers: Headers, child: str) -> list[Any]:
    """What every call about a child answers."""
    paths = ("", "?as_of=2030-01-01", "?effective=2008-11-01", "/history", "/looks", "/subject-access")
    got = [client.get(f"/children/{child}{path}", headers=headers) for path in paths]
    return [(each.status_code, each.content.replace(child.encode(), b"")) for each in got]


def found(client: TestClient, headers: Headers, **criteria: str) -> list[str]:
    answer = client.post("/children/search", headers=headers, json={"criteria": criteria, "reason": "an enquiry"})
    assert answer.status_code == 200, answer.text
    return [each["child"] for each in answer.json()["results"]]


def everything(world: World, client: TestClient, readers: Sequence[str] = ("demo-data-manager", "demo-auditor")) -> str:
    """All that lists show to readers."""
    paths = (
        "/export",
        "/duplicates",
        "/reports/missing-education",
        "/investigations",
        "/corrections",
        "/access/report",
    )
    got = [client.get(path, headers=looking(world, f"user:{user}")).text for user in readers for path in paths]
    return "\n".join(got)


@pytest.mark.parametrize("reader", READERS)
def test_the_old_child_is_absent_to_every_reader(
    world: World, client: TestClient, new: str, given: str, reader: str
) -> None:
    headers = looking(world, f"user:{reader}")
    assert looks_of(client, headers, given) == looks_of(client, headers, NOBODY)


def test_no_list_or_search_shows_it(world: World, client: TestClient, given: str, new: str) -> None:
    shown = everything(world, client)
    assert (given in shown, new in shown) == (False, True)
    user = looking(world)
    assert found(client, user, nhs_number=OLD_NUMBER) == []
    assert found(client, user, given_name="Tamsin", family_name="Orrell", date_of_birth="2003-05-17") in ([], [new])
    assert found(client, user, nhs_number=NEW_NUMBER) == [new]


def test_nothing_of_the_new_child_tells_of_the_old_one(world: World, client: TestClient, given: str, new: str) -> None:
    for reader in READERS[:-1]:
        headers = looking(world, f"user:{reader}")
        for path in ("", "/history", "/looks", "/subject-access"):
            told = client.get(f"/children/{new}{path}", headers=headers).text
            assert not [
                each for each in (given, "Orrell", OLD_NUMBER, "dentit") if each in told.replace("identifiers", "")
            ]


def test_stewards_can_neither_reveal_nor_undo_it(world: World, client: TestClient, given: str, new: str) -> None:
    manager, why = looking(world), {"reason": "data-quality"}
    calls = [
        ("/duplicates/merge", {"left": given, "right": new}),
        ("/duplicates/dismiss", {"left": new, "right": given}),
        ("/duplicates/split", {"child": given}),
        ("/records/remove", {"record": {"source": "urn:agency:gp", "subject": "G1"}}),
        (f"/children/{given}/shield", {}),
        (f"/children/{given}/override", {"reason": "safeguarding: did not come home"}),
        (f"/children/{given}/corrections", {"kind": "correction", "asked_by": "carer", "text": "the name is wrong"}),
    ]
    for path, body in calls:
        absent = {name: NOBODY if value == given else value for name, value in body.items()}
        if "record" in body:
            absent["record"] = {"source": "urn:agency:gp", "subject": "never"}
        got = client.post(path, headers=manager, json=why | body)
        expected = client.post(path.replace(given, NOBODY), headers=manager, json=why | absent)
        assert (got.status_code, got.json()) == (404, expected.json()), path


def test_its_feeds_go_on_and_nobody_sees_it(world: World, client: TestClient, given: str, new: str) -> None:
    before, children = everything(world, client), world.children()
    outcomes = world.submit(
        amended("R1", **NEW, address=HOME),
        submission("involvement.started", "R1", {**SCHOOL, "involvement": "i-8"}),
        amended("G1", "gp", **OLD),
    )
    assert outcomes == ["accepted"] * 3
    assert (everything(world, client), world.children()) == (before, children)


BRIDGES = {
    "the old name": person("X1", **{**OLD, "nhs_number": None}),
    "the new name and the old number": person("X2", **{**NEW, "nhs_number": OLD_NUMBER}),
    "the new name and number and the old number": person("X3", **NEW, former_nhs_numbers=[OLD_NUMBER]),
}


@pytest.mark.parametrize("bridge", BRIDGES)
def test_a_record_of_both_is_seen_by_its_sender_alone(
    world: World, client: TestClient, given: str, new: str, bridge: str
) -> None:
    before, known = everything(world, client), set(world.children())
    records = world.records_of(new)
    assert world.submit(BRIDGES[bridge]) == ["accepted"]
    (held,) = set(world.children()) - known
    assert (everything(world, client), world.records_of(new)) == (before, records)
    for reader in READERS[:4]:
        headers = looking(world, f"user:{reader}")
        assert looks_of(client, headers, held) == looks_of(client, headers, NOBODY)
    sender = looking(world, f"user:{SENDER}")
    assert client.get(f"/children/{held}", headers=sender).json()["records"] == [
        {"source": "urn:agency:la-north", "subject": BRIDGES[bridge]["subject"]}
    ]
    assert client.get(f"/children/{given}", headers=sender).status_code == 404
    closed = client.get("/new-identities", headers=looking(world, "user:custodian")).json()["closed_records"]
    assert held in [each["child"] for each in closed]


def test_an_amendment_that_would_lead_back_leaves_the_new_child(world: World, client: TestClient, new: str) -> None:
    user = looking(world)
    whole = client.get(f"/children/{new}", headers=user).json()
    assert world.submit(amended("G2", "gp", **NEW, former_nhs_numbers=[OLD_NUMBER])) == ["accepted"]
    left = client.get(f"/children/{new}", headers=user).json()
    assert [each["source"] for each in left["records"]] == ["urn:agency:la-north"]
    assert OLD_NUMBER not in client.get(f"/children/{new}/history", headers=user).text
    assert found(client, user, nhs_number=OLD_NUMBER) == []
    assert world.submit(amended("G2", "gp", **NEW)) == ["accepted"]
    again = client.get(f"/children/{new}", headers=user).json()
    assert again["records"] == whole["records"]


def test_a_custodian_reads_what_is_closed_and_opens_what_is_somebody_elses(
    world: World, client: TestClient, given: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 1.0)
    custodian = looking(world, "user:custodian")
    listed = client.get("/new-identities", headers=custodian).json()
    (identity,) = listed["given"]
    assert (identity["child"], identity["reason"]) == (given, "adoption")
    assert (identity["requested_by"], identity["confirmed_by"]) == ("demo-data-manager", "second-manager")
    entry = client.get(f"/new-identities/{given}", headers=custodian).json()
    assert {each["subject"] for each in entry["records"]} == {"R1", "G1"}
    assert client.get(f"/new-identities/{NOBODY}", headers=custodian).status_code == 404
    world.submit(person("Y1", **{**OLD, "nhs_number": None}))
    held = client.get("/new-identities", headers=custodian).json()["closed_records"][-1]
    record = {"source": held["source"], "subject": held["subject"]}
    body = {"child": held["child"], "record": record, "reason": "data-quality"}
    with registrar_at_work(world):
        assert client.post("/closed-records/open", headers=custodian, json=body).status_code == 202
        assert client.post("/closed-records/open", headers=custodian, json=body).status_code == 404
    shown = client.get(f"/children/{held['child']}", headers=looking(world))
    assert shown.json()["records"] == [record]
    assert world.submit(amended("Y1", **{**OLD, "nhs_number": None})) == ["accepted"]
    assert client.get(f"/children/{held['child']}", headers=looking(world)).status_code == 200


def test_the_certificate_of_a_destruction_does_not_tell_that_a_record_was_closed(
    world: World, client: TestClient, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
    hero: dict[str, Any] = {**NEW, "given_name": "Hero", "family_name": "Hollis", "nhs_number": "9990000425"}
    assert world.submit(person("H1", **hero), person("H2", "gp", **hero)) == ["accepted"] * 2
    child, manager = world.child_with("9990000425"), looking(world)
    assert world.submit(amended("H2", "gp", **hero, former_nhs_numbers=[OLD_NUMBER])) == ["accepted"]
    assert len(client.get(f"/children/{child}", headers=manager).json()["records"]) == 1
    erase = partial(
        client.post, "/erasures", headers=manager, json={"child": child, "reason": "court-order: all of it"}
    )
    with registrar_at_work(world):
        assert eventually(lambda: erase().status_code == 200)
    certificate = erase().json()["certificate"]
    assert sorted(each["of"] for each in certificate["keys"]) == ["child", "record", "record"]
    with world.database.transaction() as cursor:
        last = max(each["position"] for each in certificate["keys"])
        cursor.execute("insert into publication.checkpoints values ('register', %s, 'a note')", (last,))
    assert client.get(f"/erasures/{certificate['erasure']}", headers=manager).json()["complete"]


@pytest.mark.parametrize("user", ["demo-data-manager", "second-manager"])
def test_a_closed_record_is_to_a_steward_as_one_that_nobody_has(
    world: World, client: TestClient, given: str, user: str
) -> None:
    headers = looking(world, f"user:{user}")

    def answers_about(subject: str) -> list[tuple[int, str]]:
        record = {"source": "urn:agency:la-north", "subject": subject}
        sent = {"record": record, "reason": "court-order: all of it"}
        answers = [client.post(path, headers=headers, json=sent) for path in ("/erasures", "/records/remove")]
        return [(answer.status_code, answer.text) for answer in answers]

    assert answers_about("R1") == answers_about("nobody-has-it")
    assert answers_about("R1")[0][0] == 404


def test_who_is_no_custodian_reads_nothing_of_it(world: World, client: TestClient, given: str) -> None:
    for reader in READERS[:-1]:
        headers = looking(world, f"user:{reader}")
        assert client.get("/new-identities", headers=headers).status_code == 403
        assert client.get(f"/new-identities/{given}", headers=headers).status_code == 403
    assert client.get("/new-identities/requested", headers=looking(world)).json() == {"requested": []}


def test_views_built_anew_close_the_same(world: World, new: str) -> None:
    load(world.database_url, [world.events()])
    with writing(world.database_url) as cursor:
        of_register = {table.name for each in LOGS[REGISTER_LOG].projections for table in each.tables}
        for table in (*TABLES, *DERIVED):
            if table.name in of_register or table in DERIVED:
                assert rows(cursor, table) == rows(cursor, table, FRESH), table.name
        cursor.execute("select count(*) from closed_identity where closed")
        assert cursor.fetchone() >= (5,)


OF_THE_INDEX = ("match_index", "match_keys", "shielded_records", "shielded_keys", "closed_records")


def test_an_index_built_anew_closes_the_same(world: World, new: str) -> None:
    def stored() -> list[list[Any]]:
        with world.database.transaction() as cursor:
            found = []
            for table in OF_THE_INDEX:
                cursor.execute(f"select t::text from register.{table} t order by 1")
                found.append(cursor.fetchall())
        return found

    before = stored()
    with world.database.transaction() as cursor:
        cursor.execute("delete from register.match_index_format")
        fence = take_fence(cursor)
    build_match_index(world.log, world.database, world.keys, fence, Event())
    assert stored() == before
