"""A suspended agency's token is taken for nothing, and who may suspend an agency."""

from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.routes import steward_decisions as stewards
from streams.clock import utc_now
from streams.codec import iso_text
from tests.support.api_world import NHS_NUMBER, bearer, is_problem, looking, registrar_at_work
from tests.support.entitlements import NORTH
from tests.support.waiting import eventually
from tests.support.world import World, person, submission


@pytest.fixture(scope="module")
def world(two_managers: World) -> World:
    return two_managers


def test_a_suspended_agencys_token_is_refused_until_it_is_resumed(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 1.5)
    agency, manager = bearer(world, "agency:la-north"), looking(world, "user:north-manager")
    assert client.get("/receipts", headers=agency).status_code == 200
    with registrar_at_work(world):
        said = client.post("/agencies/la-north/suspension", headers=manager, json={})
        assert (said.status_code, said.json()["suspended"], said.json()["removals"]) == (200, True, None)
        for answer in (client.post("/submissions", headers=agency), client.get("/receipts", headers=agency)):
            assert is_problem(answer, 403)
            assert answer.json()["code"] == "agency-suspended"
        assert client.get("/receipts", headers=bearer(world, "agency:gp")).status_code == 200
        assert is_problem(client.post("/agencies/la-north/suspension", headers=manager, json={}), 409)
        assert world.submit(person("S9")) == ["refused"]
        said = client.post("/agencies/la-north/suspension/end", headers=manager, json={})
        assert (said.status_code, said.json()["suspended"], said.json()["removals"]) == (200, False, None)
    assert eventually(lambda: client.get("/receipts", headers=agency).status_code == 200)


def test_what_becomes_of_removals_is_told_and_chosen(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 1.5)
    manager = looking(world, "user:demo-data-manager")
    world.submit(person("V1", given_name="Vera", family_name="Vane"))
    child = world.child_named("vera")
    since = iso_text(utc_now())
    assert world.submit(submission("record.removed", "V1", {"reason": "died", "on": "2009-01-01"})) == ["accepted"]
    suspension, told = "/agencies/la-north/suspension", list[str]()

    def decides(path: str, body: dict[str, Any]) -> bool:
        """Whether it is decided: not while removals are still being taken back."""
        answer = client.post(path, headers=manager, json=body)
        assert answer.status_code == 200 or "removals-under-way" in answer.text
        if answer.status_code == 200:
            told.append(answer.json()["removals"])
        return answer.status_code == 200

    with registrar_at_work(world):
        for path, body in (
            (suspension, {"set_aside": True}),
            (suspension, {"set_aside": True, "since": since}),
            (f"{suspension}/end", {"without_removals": True}),
        ):
            assert eventually(partial(decides, path, body))
        eventually(lambda: client.get(f"/children/{child}", headers=manager).status_code == 200)
        assert client.post(f"{suspension}/end", headers=manager).status_code == 409
    assert ["stays removed" in told[0], "shown again" in told[1], "stay so" in told[2]] == [True] * 3


@pytest.mark.parametrize(
    ("user", "agency", "status"),
    [
        ("south-manager", "la-north", 403),
        ("north-manager", "gp", 403),
        ("north-manager", "nobody", 403),
        ("demo-data-manager", "nobody", 404),
        ("demo-administrator", "la-north", 403),
        ("demo-auditor", "la-north", 403),
    ],
)
def test_a_data_manager_suspends_agencies_of_the_own_authority_only(
    world: World, client: TestClient, user: str, agency: str, status: int
) -> None:
    answer = client.post(f"/agencies/{agency}/suspension", headers=looking(world, f"user:{user}"), json={})
    assert is_problem(answer, status)


def test_a_data_manager_removes_any_agencys_record_of_a_child_of_the_own_authority(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 1.5)
    home = {"lines": ["1 High Street"], "postcode": "ZX1 1AA", "authority": NORTH, "status": "current"}
    same = {"nhs_number": NHS_NUMBER, "address": home}
    carers = [{"name": "Mallory Quill", "relationship": "uncle"}]
    assert world.submit(person("R1", **same), person("R2", "gp", **same, carers=carers)) == ["accepted"] * 2
    child, named = world.child_with(NHS_NUMBER), {"source": "urn:agency:gp", "subject": "R2"}
    removal = {"record": named, "reason": "data-quality"}
    north, south = (looking(world, f"user:{place}-manager") for place in ("north", "south"))
    assert "Mallory" in client.get(f"/children/{child}", headers=north).text
    for who, record, status in (
        (south, named, 403),
        (looking(world, "user:demo-masked"), named, 403),
        (north, named | {"subject": "R1"}, 404),
    ):
        assert is_problem(client.post("/records/remove", headers=who, json=removal | {"record": record}), status)
    with registrar_at_work(world):
        assert client.post("/records/remove", headers=north, json=removal).status_code == 202
        assert is_problem(client.post("/records/remove", headers=north, json=removal), 404)
    shown = client.get(f"/children/{child}", headers=north).json()
    assert [each["subject"] for each in shown["records"]] == ["R1"]
    assert "Mallory" not in client.get(f"/children/{child}/history", headers=north).text
    look = next(look for look in reversed(world.looks()) if look["action"] == "record-remove" and look["children"])
    assert look["children"] == [child]
    amended = person("R2", "gp", **same) | {"type": "child.amended"}
    assert world.submit(amended) == ["refused"]


def test_whose_records_are_left_out_is_told_with_every_answer_but_of_a_clinic(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stewards, "TIMEOUT_S", 0.1)
    world.submit(person("S1", nhs_number=NHS_NUMBER))
    manager, child = looking(world, "user:demo-data-manager"), world.child_with(NHS_NUMBER)

    def answers() -> list[object]:
        query = {"criteria": {"nhs_number": NHS_NUMBER}, "reason": "safeguarding"}
        found = client.post("/children/search", headers=manager, json=query).json()
        entry = client.get(f"/children/{child}", headers=manager).json()
        report = client.get("/reports/no-gp?on=2026-11-24", headers=manager).json()
        warned = [each["source"] for each in report["warnings"] if each["code"] == "feed-left-out"]
        return [found.get("left_out"), entry.get("left_out"), warned]

    with registrar_at_work(world):
        for agency in ("gp", "clinic"):
            client.post(f"/agencies/{agency}/suspension", headers=manager, json={"set_aside": True})
        eventually(lambda: answers() == [["urn:agency:gp"]] * 3)
        for agency in ("gp", "clinic"):
            client.post(f"/agencies/{agency}/suspension/end", headers=manager, json={})
        eventually(lambda: answers() == [None, None, []])
