"""What one agency alone says of where a child lives gives no right over it, and takes one from those elsewhere."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from services.api.routes import steward_decisions
from streams.access import grants
from tests.support.api_world import looking
from tests.support.entitlements import FAR, NORTH, SOUTH, entitlement
from tests.support.world import World, person

BENEFIT = Agency("benefit", "Child benefit", AgencyKind.CHILD_BENEFIT)
CHARITY = Agency("charity", "A charity", AgencyKind.VOLUNTARY)
COUNCIL = Agency("la-south", "South Council", AgencyKind.LOCAL_AUTHORITY, SOUTH)
OWN, ALONE, NOWHERE, DISPUTED, VOUCHED = "9990000018", "9990000026", "9990000034", "9990000042", "9990000050"
"""A child of the north, by its council; two whom one agency alone tells of: in the south, and at no known place; one of
whom one says the south and another the north; one of the south, by its council, and of the north, by another."""
NAMES = {OWN: "Ada", ALONE: "Bea", NOWHERE: "Cora", DISPUTED: "Dora", VOUCHED: "Edna"}
TAKEN, DENIED = 202, 403


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    empty_world.enrol(BENEFIT, CHARITY, COUNCIL)
    users = [
        entitlement("data-manager", user=f"{place}-manager", authority=authority, sensitive=True, trained_until=FAR)
        for place, authority in (("north", NORTH), ("south", SOUTH))
    ]
    grants.add_users(empty_world.database_url, empty_world.key, users)

    def registration(agency: str, number: str, authority: str | None) -> dict[str, Any]:
        home = {"lines": [f"{number[-2:]} Fell Road"], "postcode": f"ZX{number[-2]} 1AA", "status": "current"}
        address = home | ({"authority": authority} if authority else {})
        name = {"given_name": NAMES[number], "family_name": f"Of{NAMES[number]}"}
        return person(f"{agency}-{number}", agency, nhs_number=number, address=address, **name)

    taken = empty_world.submit(
        registration("la-north", OWN, NORTH),
        registration("benefit", ALONE, SOUTH),
        registration("benefit", NOWHERE, None),
        registration("benefit", DISPUTED, SOUTH),
        registration("charity", DISPUTED, NORTH),
        registration("la-south", VOUCHED, SOUTH),
        registration("charity", VOUCHED, NORTH),
    )
    assert taken == ["accepted"] * 7
    return empty_world


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No registrar is at work: what may be done is sent, and answered as under way."""
    monkeypatch.setattr(steward_decisions, "TIMEOUT_S", 0.05)


def acts(world: World, number: str) -> dict[str, dict[str, Any]]:
    """Every call by which a steward decides on one child, or on a child of the north and this one, and its body."""
    child, own = world.child_with(number), world.child_with(OWN)
    agency = COUNCIL.code if number == VOUCHED else BENEFIT.code
    record = {"record": {"source": f"urn:agency:{agency}", "subject": f"{agency}-{number}"}}
    return {
        "/erasures": {"child": child},
        "/erasures?": record,
        "/records/remove": record,
        "/duplicates/merge": {"left": own, "right": child},
        "/duplicates/dismiss": {"left": own, "right": child},
        "/duplicates/split": {"child": child},
        "/duplicates/accept": {"child": child, **record},
        "/duplicates/set-aside": {"child": child, **record},
        f"/children/{child}/hold": {},
        f"/children/{child}/hold/lift": {},
        f"/children/{child}/new-identity": {"reason": "adoption"},
        f"/children/{child}/new-identity/confirm": {"reason": "adoption"},
    }


def statuses(world: World, client: TestClient, user: str, number: str, *, pairs: bool = True) -> set[int]:
    """The statuses of all of these, or of those on one child. Who may split it is told that nothing is to be undone."""
    who = looking(world, f"user:{user}")
    why = {"reason": "court-order: all of it"}
    answers = [
        client.post(path, headers=who, json=why | body)
        for path, body in acts(world, number).items()
        if pairs or "left" not in body
    ]
    return {
        TAKEN if answer.status_code == 409 and answer.json()["code"] == "nothing-to-undo" else answer.status_code
        for answer in answers
    }


def shields(world: World, client: TestClient, user: str, number: str) -> int:
    path = f"/children/{world.child_with(number)}/shield"
    answer = client.post(path, headers=looking(world, f"user:{user}"), json={"reason": "safeguarding"})
    return int(answer.status_code)


def test_a_child_of_elsewhere_by_one_agencys_word_is_not_everybodys(world: World, client: TestClient) -> None:
    assert statuses(world, client, "north-manager", ALONE) == {DENIED}
    assert {"children": []}.items() <= world.looks()[-1].items()


def test_one_agencys_word_takes_nothing_from_those_of_whom_it_is_said_and_gives_them_nothing(
    world: World, client: TestClient
) -> None:
    assert statuses(world, client, "south-manager", ALONE, pairs=False) == {TAKEN}
    assert shields(world, client, "south-manager", ALONE) == DENIED


def test_a_child_of_no_known_place_is_anybodys_still(world: World, client: TestClient) -> None:
    assert statuses(world, client, "north-manager", NOWHERE) == {TAKEN}
    assert shields(world, client, "north-manager", NOWHERE) == DENIED


def test_who_is_said_to_be_here_and_there_is_decided_on_by_who_works_for_the_whole_directory(
    world: World, client: TestClient
) -> None:
    for user in ("north-manager", "south-manager"):
        assert statuses(world, client, user, DISPUTED) == {DENIED}
    assert statuses(world, client, "demo-data-manager", DISPUTED) == {TAKEN}


def test_one_agencys_word_takes_nothing_from_whom_the_council_has(world: World, client: TestClient) -> None:
    assert statuses(world, client, "north-manager", VOUCHED) == {DENIED}
    assert statuses(world, client, "south-manager", VOUCHED, pairs=False) == {TAKEN}
    assert shields(world, client, "south-manager", VOUCHED) == TAKEN


def test_a_pair_in_the_queue_is_decided_by_those_of_either_place(world: World, client: TestClient) -> None:
    alone, disputed, nowhere = (world.child_with(each) for each in (ALONE, DISPUTED, NOWHERE))

    def answered(user: str, left: str, right: str) -> int:
        body = {"left": left, "right": right, "reason": "data-quality"}
        answer = client.post("/duplicates/dismiss", headers=looking(world, f"user:{user}"), json=body)
        return int(answer.status_code)

    managers = ("north-manager", "south-manager", "demo-data-manager")
    assert [answered(each, alone, disputed) for each in managers] == [DENIED, DENIED, TAKEN]
    assert [answered(each, alone, nowhere) for each in managers] == [DENIED, TAKEN, TAKEN]
    world.suspect(disputed, alone, 0.6)
    world.suspect(nowhere, alone, 0.6)
    assert [answered(each, alone, disputed) for each in managers] == [TAKEN] * 3
    assert [answered(each, alone, nowhere) for each in managers] == [DENIED, TAKEN, TAKEN]
