"""Who takes care of a shield is said by stewards alone: nothing that an agency sends moves it."""

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from services.submission_contract.decisions import DecisionType
from streams.access import grants
from tests.support.api_world import Headers, is_problem, looking
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.shields import AT_RISK, HOME, NUMBER, decide, shield
from tests.support.world import World, person, submission

WHY = {"reason": "safeguarding: a test asks"}


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    assert empty_world.submit(person("R1", **AT_RISK)) == ["accepted"]
    empty_world.enrol(Agency("la-south", "South Council", AgencyKind.LOCAL_AUTHORITY, SOUTH))
    roles = {"manager": "data-manager", "other-manager": "data-manager", "officer": "subject-access-officer"}
    users = [
        entitlement(role, user=f"{place}-{name}", authority=authority, sensitive=True)
        for place, authority in (("north", NORTH), ("south", SOUTH))
        for name, role in roles.items()
    ]
    grants.add_users(empty_world.database_url, empty_world.key, users)
    shield(empty_world, empty_world.child_with(NUMBER))
    return empty_world


def custody(world: World, client: TestClient) -> dict[str, tuple[bool, int, int]]:
    """For a data manager of each authority whether the shield is listed, and what a lift is answered; its officer too.

    A lift by the custodian is taken and waits for its effect, for no registrar is at work.
    """
    child = world.child_with(NUMBER)

    def of(place: str) -> tuple[bool, int, int]:
        manager, officer = (looking(world, f"user:{place}-{name}") for name in ("manager", "officer"))
        due = client.get("/shields/due?on=2089-01-01", headers=manager).json()["due"]
        asked = client.get(f"/children/{child}/subject-access?for=child", headers=officer)
        assert (HOME["postcode"] in asked.text) is (asked.status_code == 200)
        refused = client.post(f"/children/{child}/shield/hand-over", headers=manager, json=WHY | {"to": "nowhere"})
        assert is_problem(refused, 422)
        lifted = 0 if due else client.post(f"/children/{child}/shield/lift", headers=manager, json=WHY).status_code
        return bool(due), lifted, asked.status_code

    return {place: of(place) for place in ("north", "south")}


IN_THE_NORTH = {"north": (True, 0, 200), "south": (False, 404, 403)}
IN_THE_SOUTH = {"north": (False, 404, 403), "south": (True, 0, 200)}


def test_an_address_that_an_agency_sends_moves_no_shield(world: World, client: TestClient, headers: Headers) -> None:
    assert custody(world, client) == IN_THE_NORTH
    elsewhere = {"address": HOME | {"lines": ["1 Elsewhere"], "postcode": "ZX8 8QQ", "authority": SOUTH}}
    moved = person("G1", "gp", **AT_RISK | elsewhere) | {"time": "2008-12-01T00:00:00Z"}
    assert world.submit(moved) == ["accepted"]
    entry = client.get(f"/children/{world.child_with(NUMBER)}", headers=headers).json()
    assert (entry["shielded"], entry["addresses"]) == (True, [])
    assert custody(world, client) == IN_THE_NORTH


def test_where_a_hidden_child_lives_is_told_by_no_right_and_no_notice(world: World, client: TestClient) -> None:
    """Its own council says that it moved to the south; whoever is there is answered, and told, as before."""
    child = world.child_with(NUMBER)
    asked = {"kind": "correction", "asked_by": "carer", "text": "the name is wrong"} | WHY

    def answers() -> list[int]:
        who = [f"user:{place}-{name}" for place in ("north", "south") for name in ("manager", "officer")]
        return [
            client.post(f"/children/{child}/corrections", headers=looking(world, each), json=asked).status_code
            for each in who
        ]

    before = answers()
    assert before == [201, 201, 403, 403]
    moved = {"address": HOME | {"lines": ["1 Elsewhere"], "postcode": "ZX8 8QQ", "authority": SOUTH}}
    amended = submission("child.amended", "R1", AT_RISK | moved) | {"time": "2008-12-02T00:00:00Z"}
    assert world.submit(amended) == ["accepted"]
    assert answers() == before
    world.view_looks()
    requests = [
        client.get("/corrections", headers=looking(world, f"user:{place}-officer")).json()["requests"]
        for place in ("north", "south")
    ]
    assert [bool(each) for each in requests] == [True, False]
    client.get(f"/children/{child}", headers=looking(world, "user:demo-volunteer"))
    client.post(f"/children/{child}/override", headers=looking(world, "user:south-manager"), json=WHY)
    with world.database.transaction() as cursor:
        cursor.execute("select topic, key from register.outbox where topic like 'notices.%' order by ordinal")
        assert [(topic, bytes(key).decode()) for topic, key in cursor.fetchall()] == [(f"notices.{NORTH}", child)] * 2


def test_only_who_takes_care_of_the_shield_closes_an_investigation(world: World, client: TestClient) -> None:
    child = world.child_with(NUMBER)
    by_south = looking(world, "user:south-manager")
    used = client.post(f"/children/{child}/override", headers=by_south, json=WHY).json()["investigation"]
    world.view_looks()
    statuses = [
        client.post(f"/investigations/{used}/close", headers=looking(world, f"user:{each}"), json=WHY).status_code
        for each in ("south-other-manager", "north-manager")
    ]
    assert statuses == [404, 200]


def test_stewards_hand_it_over_and_both_sides_stand_in_the_history(world: World, client: TestClient) -> None:
    child = world.child_with(NUMBER)
    assert decide(world, DecisionType.SHIELD_HAND_OVER, child=child, custodian=SOUTH) == "accepted"
    assert custody(world, client) == IN_THE_SOUTH
    assert decide(world, DecisionType.SHIELD_HAND_OVER, child=child, custodian=SOUTH) == "refused"
    with world.database.transaction() as cursor:
        cursor.execute(
            "select convert_from(state, 'UTF8')::json -> 'data' ->> 'custodian' from register.events"
            " where topic like 'Shield%' order by position"
        )
        assert [custodian for (custodian,) in cursor.fetchall()] == [NORTH, SOUTH]


@pytest.fixture
def headers(world: World) -> Headers:
    return looking(world, "user:north-manager")
