"""An applicant's document where a record does not fit its child: nothing it says is in it, and makes nobody a carer."""

from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from streams.access import grants
from streams.access.grants import FAR
from tests.support.api_world import NHS_NUMBER, looking
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.world import World, person, submission

HOME = {"lines": ["4 Back Lane"], "postcode": "ZZ9 9ZZ", "authority": NORTH, "status": "current"}
MOTHER = {"name": "Anne Quaternion", "relationship": "mother"}
HERS = {"nhs_number": NHS_NUMBER, "address": HOME, "carers": [MOTHER]}
SOMEBODY_ELSE = {
    "given_name": "Wolfgang",
    "family_name": "Zuckerl",
    "date_of_birth": "2002-11-02",
    "gender": "male",
    "address": {"lines": ["9 Far Street"], "postcode": "ZY9 9ZY", "authority": SOUTH},
    "carers": [{"name": "Dave Zuckerl", "relationship": "father", "phone": "01632 960666"}],
}
OF_SOMEBODY_ELSE = ("Wolfgang", "Zuckerl", "2002-11-02", "Far Street", "ZY9", SOUTH, "Dave", "960666", "Evil School")


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    empty_world.enrol(Agency("school", "A school", AgencyKind.SCHOOL_CENSUS))
    officer = entitlement("subject-access-officer", user="officer", trained_until=FAR)
    grants.add_users(empty_world.database_url, empty_world.key, [officer])
    agencies = {"S1": "la-north", "G1": "gp", "C1": "school"}
    assert empty_world.submit(*(person(name, by, **HERS) for name, by in agencies.items())) == ["accepted"] * 3
    return empty_world


def document(client: TestClient, world: World, applicant: str, name: str = "") -> Any:
    headers = looking(world, "user:officer") | {"Access-Reason": "subject-access: asked", "Applicant": quote(name)}
    child = world.child_with(NHS_NUMBER)
    return client.get(f"/children/{child}/subject-access", headers=headers, params={"for": applicant})


def amended(world: World, day: str, **particulars: Any) -> None:
    data = person(**HERS)["data"] | particulars
    message = submission("child.amended", "C1", data, "school") | {"time": f"2009-01-{day}T00:00:00Z"}
    assert world.submit(message) == ["accepted"]


def test_what_does_not_fit_the_child_is_in_no_document_and_makes_nobody_its_carer(
    world: World, client: TestClient
) -> None:
    before = {of: document(client, world, of, "Anne Quaternion").json() for of in ("carer", "other", "child")}
    amended(world, "02", **SOMEBODY_ELSE)
    taught = {"involvement": "t1", "service": "education", "organisation": {"name": "Evil School", "code": "evil"}}
    assert world.submit(submission("involvement.started", "C1", taught, "school")) == ["accepted"]

    refused = document(client, world, "carer", "Dave Zuckerl")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-a-carer")

    after = {of: document(client, world, of, "Anne Quaternion") for of in before}
    for of, answer in after.items():
        assert answer.status_code == 200
        assert not [each for each in OF_SOMEBODY_ELSE if each in answer.text]
        assert {name: answer.json()[name] for name in ("about", "left_out")} == {
            name: before[of][name] for name in ("about", "left_out")
        }
    assert after["carer"].json()["carers"] == before["carer"]["carers"]
    assert after["other"].json()["services"] == before["other"]["services"] == []

    own = after["child"].json()
    assert [each["source"] for each in own["addresses"]] == ["urn:agency:la-north", "urn:agency:gp"]
    aside = [each for each in own["records"] if each["set_aside"]]
    assert aside == [
        {"source": "urn:agency:school", "number": "C1", "since": "2009-01-02T00:00:00.000000Z", "set_aside": True}
    ]
    told = [(each["event"], bool(each["holds"])) for each in own["history"] if each["source"] == "urn:agency:school"]
    assert told == [("RecordRegistered", True), ("RecordAmended", False), ("InvolvementStarted", False)]


def test_once_it_fits_again_it_is_told_again(world: World, client: TestClient) -> None:
    amended(world, "03", carers=[MOTHER, {"name": "Uncle Fred", "relationship": "uncle"}])
    own = document(client, world, "child").json()
    assert [each["set_aside"] for each in own["records"]] == [False] * 3
    assert [each["source"] for each in own["records"]] == ["urn:agency:gp", "urn:agency:la-north", "urn:agency:school"]
    assert document(client, world, "carer", "Uncle Fred").status_code == 200
    assert document(client, world, "carer", "Dave Zuckerl").status_code == 409
