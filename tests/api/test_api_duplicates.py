"""The queue over HTTP, and a steward's decisions sent down the street: what is shown, refused and recorded."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.routes import steward_decisions as stewards
from tests.support.api_world import NOBODY, Headers, bearer, is_problem, registrar_at_work
from tests.support.world import World, person

WHY = "the two are one"


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    names = ("Ada", "Bea", "Cora", "Dora")
    empty_world.submit(*(person(f"D-{name}", given_name=name, family_name=f"Of{name}") for name in names))
    return empty_world


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing publishes positions here, so what is accepted is answered as under way."""
    monkeypatch.setattr(stewards, "TIMEOUT_S", 1.5)


def queue(client: TestClient, user: Headers, **parameters: Any) -> Any:
    return client.get("/duplicates", headers=user, params=parameters).json()


def test_the_queue_shows_pairs_side_by_side_with_why_and_the_look_is_recorded(
    world: World, client: TestClient, user: Headers
) -> None:
    ada, bea, cora, dora = (world.child_named(name) for name in ("ada", "bea", "cora", "dora"))
    world.suspect(bea, ada, 0.6)
    world.suspect(dora, cora, 0.8)
    found = queue(client, user)
    assert [each["score"] for each in found["pairs"]] == [0.8, 0.6]
    (_, pair) = found["pairs"]
    assert {pair["left"], pair["right"]} == {ada, bea}
    assert (pair["rule"], pair["why"]) == ("possible", {"given_name": "differs"})
    assert {pair[side]["name"]["given_name"] for side in ("left_entry", "right_entry")} == {"Ada", "Bea"}
    assert found["contradictions"] == []
    look = world.looks()[-1]
    assert (look["action"], set(look["children"])) == ("duplicates", {ada, bea, cora, dora})


def test_the_queue_comes_in_pages(client: TestClient, user: Headers) -> None:
    whole, pages, path = queue(client, user)["pairs"], [], "/duplicates?limit=1"
    while path:
        page = client.get(path, headers=user)
        pages += page.json()["pairs"]
        path = page.links["next"]["url"] if "next" in page.links else ""
    assert pages == whole
    assert len(whole) == 2
    two = f"{NOBODY}~{NOBODY}"
    for score in ("...", "nan", "1e999", "-", "+", "e", ".5", "9" * 30):
        assert is_problem(client.get("/duplicates", headers=user, params={"after": f"p~{score}~{two}"}), 422)
    for token in ("x", "p~x~y~z", "p~0.5", f"p~0.5~{'-' * 36}~{'-' * 36}"):
        assert is_problem(client.get("/duplicates", headers=user, params={"after": token}), 422)


def test_a_contradiction_is_shown_record_by_record(world: World, client: TestClient, user: Headers) -> None:
    number = "9990000093"
    world.submit(
        person("K1", given_name="Kit", nhs_number=number), person("K2", "gp", given_name="Kit", nhs_number=number)
    )
    child = world.child_with(number)
    world.contradict(child)
    (found,) = queue(client, user)["contradictions"]
    assert found["child"] == child
    assert {found[side]["records"][0]["subject"] for side in ("left_record", "right_record")} == {"K1", "K2"}
    assert found["why"] == {"given_name": "differs"}


def test_a_decision_is_recorded_and_answered_with_where_to_look_until_it_shows(
    world: World, client: TestClient, user: Headers
) -> None:
    ada, bea = world.child_named("ada"), world.child_named("bea")
    with registrar_at_work(world):
        answer = client.post("/duplicates/merge", headers=user, json={"left": ada, "right": bea, "reason": WHY})
    assert answer.status_code == 202
    decision = answer.json()["decision"]
    assert answer.json()["receipts"] == f"/receipts?submission={decision}"
    (receipt,) = client.get("/receipts", headers=user, params={"submission": decision}).json()
    assert (receipt["outcome"], receipt["source"]) == ("accepted", "urn:contactpoint:stewardship")
    look = next(look for look in reversed(world.looks()) if look["action"] == "children.merged")
    assert (look["reason"], set(look["children"])) == (WHY, {ada, bea})
    assert client.get(f"/children/{bea}", headers=user).json()["child"] == ada
    assert client.get(f"/children/{bea}/history", headers=user).status_code == 200
    for other in (NOBODY, world.child_named("cora"), "no-uuid"):
        undo = {"child": ada, "other": other, "reason": WHY}
        answer = client.post("/duplicates/split", headers=user, json=undo)
        assert is_problem(answer, 409)
        assert "the latest merge into this child is another one" in answer.json()["detail"]
    assert {each["left"] for each in queue(client, user)["pairs"]}.isdisjoint({ada, bea})
    world.view_looks()
    looks = [client.get(f"/children/{number}/looks", headers=user).json()["looks"] for number in (ada, bea)]
    assert len(looks[0]) == len(looks[1])
    assert any(set(each["children"]) == {ada, bea} for each in looks[1])


def test_what_a_rule_refuses_is_a_conflict_with_its_reason(world: World, client: TestClient, user: Headers) -> None:
    ada, dora = world.child_named("ada"), world.child_named("dora")
    record = {"source": "urn:agency:gp", "subject": "never-heard-of"}
    with registrar_at_work(world):
        for path, body, code in (
            ("merge", {"left": dora, "right": dora}, "same-child"),
            ("split", {"child": dora}, "nothing-to-undo"),
            ("split", {"child": ada, "records": [record]}, "record-not-in-child"),
        ):
            answer = client.post(f"/duplicates/{path}", headers=user, json={**body, "reason": WHY})
            assert is_problem(answer, 409)
            assert (answer.json()["code"], "never-heard-of" in answer.text) == (code, False)


@pytest.mark.parametrize("path", ["merge", "split", "dismiss"])
@pytest.mark.parametrize("child", [NOBODY, "no-uuid", "x" * 5000])
def test_a_child_that_is_not_there_is_absent(client: TestClient, user: Headers, path: str, child: str) -> None:
    body = {"child": child} if path == "split" else {"left": child, "right": child}
    assert is_problem(client.post(f"/duplicates/{path}", headers=user, json={**body, "reason": WHY}), 404)


@pytest.mark.parametrize(
    "body",
    [
        {"left": NOBODY, "right": NOBODY},
        {"left": NOBODY, "right": NOBODY, "reason": "x"},
        {"left": NOBODY, "right": NOBODY, "reason": WHY, "note": "secret"},
    ],
)
def test_a_decision_that_is_none_is_a_problem(client: TestClient, user: Headers, body: dict[str, str]) -> None:
    answer = client.post("/duplicates/merge", headers=user, json=body)
    assert is_problem(answer, 422)
    assert "secret" not in answer.text


def test_an_agency_may_neither_see_the_queue_nor_decide(world: World, client: TestClient) -> None:
    agency = bearer(world, "agency:gp")
    body = {"left": NOBODY, "right": NOBODY, "reason": WHY}
    assert is_problem(client.get("/duplicates", headers=agency), 403)
    assert is_problem(client.post("/duplicates/merge", headers=agency, json=body), 403)
