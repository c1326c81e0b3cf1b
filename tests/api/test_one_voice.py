"""One stolen credential writes nothing anew on which two agencies agree: in no entry, list, report or contact."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency, Contact
from domain.vocabulary import AgencyKind
from streams.access import grants
from streams.access.grants import FAR
from tests.support.api_world import looking
from tests.support.clinic import started
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.world import World, person

NUMBER = "9990000018"
MARY = {"name": "Mary Tarrandale", "relationship": "mother", "parental_responsibility": True, "phone": "01632 960001"}
HOME = {"lines": ["12 Mill Lane"], "postcode": "ZA1 1AA", "authority": NORTH, "status": "current", "uprn": "100"}
HERS: dict[str, Any] = {
    "given_name": "Marigold",
    "family_name": "Tarrandale",
    "date_of_birth": "2001-02-03",
    "nhs_number": NUMBER,
    "address": HOME,
    "carers": [MARY],
}
THIEVES = (
    Agency("la-south", "South Council", AgencyKind.LOCAL_AUTHORITY, SOUTH, Contact("The thief", phone="01632 960666")),
    Agency("surgery", "A surgery", AgencyKind.GP_REGISTRATION),
)
WRITTEN: dict[str, Any] = {
    "address": HOME | {"lines": ["99 Evil Road"], "authority": SOUTH, "status": "none-known", "uprn": "666"},
    "carers": [MARY | {"relationship": "other", "parental_responsibility": False, "phone": "01632 960666"}],
}
NAMES = (
    {"given_name": "Tarrandale", "family_name": "Marigold"},
    {"given_name": "Мариголд"},
    {"given_name": "M.a.r.i.gold"},
    {"given_name": "Márigold"},
)


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    empty_world.enrol(Agency("school", "A school", AgencyKind.SCHOOL_CENSUS), *THIEVES)
    grants.add_users(empty_world.database_url, empty_world.key, [entitlement(user="reader", trained_until=FAR)])
    sent = [person("S1", by, **HERS) for by in ("la-north", "school")]
    sent += [person("C1", "clinic", **HERS), started("C1", 1)]
    assert empty_world.submit(*sent) == ["accepted"] * 4
    return empty_world


def shown(world: World, client: TestClient) -> Any:
    """What a reader without clearance is shown of her."""
    reader, child = looking(world, "user:reader"), world.child_with(NUMBER)
    entry = client.get(f"/children/{child}?why=true", headers=reader).json()
    asked = {"criteria": {"nhs_number": NUMBER}, "reason": "safeguarding: a test asks"}
    (found,) = client.post("/children/search", headers=reader, json=asked).json()["results"]
    listed = []
    for moment in ({}, {"as_of": max(event.recorded_at for event in world.events())}):
        on = {"on": "2008-12-01", **moment}
        (each,) = client.get("/reports/missing-education", headers=looking(world), params=on).json()["children"]
        listed.append((each["name"], each["authority"]))
    believed = {name: [each["value"] for each in entry["why"][name]["believed"]] for name in ("name", "addresses")}
    return {
        "name": entry["name"],
        "home": _without_source(entry["addresses"][0]),
        "carers": list(map(_without_source, entry["carers"])),
        "contacts": [each["contact"] for each in entry["involvements"] if each.get("restricted")],
        "why": (*believed["name"], *believed["addresses"]),
        "found": found["name"],
        "listed": listed,
    }


def _without_source(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "source"}


@pytest.mark.parametrize("thief", THIEVES, ids=lambda agency: agency.kind)
def test_what_one_agency_writes_of_whom_two_agree_on_nobody_is_shown(
    world: World, client: TestClient, thief: Agency
) -> None:
    before, child = shown(world, client), world.child_with(NUMBER)
    assert before["name"] == {name: HERS[name] for name in ("given_name", "family_name")}
    assert (before["home"], before["carers"]) == (HOME, [MARY])
    assert [each["phone"] for each in before["contacts"]] == ["01632 960111"]
    assert before["listed"] == [(before["name"], NORTH)] * 2
    for number, name in enumerate(({}, *NAMES)):
        send_as(world, thief, number, **WRITTEN, **name)
        entry = client.get(f"/children/{child}", headers=looking(world)).json()
        assert thief.urn in {each["source"] for each in entry["records"]}
        assert shown(world, client) == before
    send_as(world, thief, len(NAMES) + 1)  # as the others, so that the next one is alone


def send_as(world: World, thief: Agency, number: int, **written: Any) -> None:
    message = person("X1", thief.code, **{**HERS, **written}) | {"time": f"2008-11-0{number + 1}T00:00:00Z"}
    assert world.submit(message | ({"type": "child.amended"} if number else {})) == ["accepted"]
