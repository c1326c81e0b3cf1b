"""Numbers that are guessed: what a masked user may not know of is answered as a number that nobody has."""

from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from services.submission_contract.decisions import DecisionType
from tests.support.api_world import Headers, looking
from tests.support.clinic import ADA, BEA, CAY
from tests.support.shields import decide
from tests.support.world import World, person

WHY = {"reason": "safeguarding: the child did not come home"}
PARAMETERS = {
    "/children/{child}/subject-access": {"for": "child"},
}
BODIES: dict[str, dict[str, Any]] = {
    "/children/{child}/corrections": WHY | {"kind": "correction", "asked_by": "carer", "text": "the name is wrong"},
    "/duplicates/merge": {"reason": "data-quality", "left": "{child}", "right": "{child}"},
    "/duplicates/dismiss": {"reason": "data-quality", "left": "{child}", "right": "{other}"},
    "/duplicates/split": {"reason": "data-quality", "child": "{child}"},
}
USERS = ("user:demo-masked", "user:demo-attendance-officer", "user:north-officer")


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    twin = person("C5", "clinic", nhs_number="9990000042", given_name="Dee", family_name="Secret")
    other = person("C6", "clinic", nhs_number="9990000050", given_name="Eve", family_name="Secret")
    assert clinic.submit(twin, other) == ["accepted", "accepted"]
    return clinic


@pytest.fixture(scope="module")
def guessed(world: World) -> dict[str, str]:
    """Numbers of which the user may not even know that there is something."""
    survivor, absorbed = world.child_with("9990000042"), world.child_with("9990000050")
    record = str(world.records_of(world.child_with(CAY))[0])
    hidden = str(world.records_of(world.child_with(BEA))[0])
    assert decide(world, DecisionType.MERGE, left=survivor, right=absorbed) == "accepted"
    return {
        "a child that only the clinic knows": world.child_with(BEA),
        "one of those that absorbed another": survivor,
        "one that was absorbed": absorbed,
        "a record": record,
        "a record of the clinic": hidden,
    }


def calls(client: TestClient) -> list[tuple[str, str]]:
    """Every call that takes a child, by the API's own document."""
    paths = client.get("/openapi.json").json()["paths"]
    found = [(method, path) for path, of in paths.items() for method in of if "{child}" in path]
    return found + [("post", path) for path in BODIES if path.startswith("/duplicates")]


def answer_to(
    client: TestClient, who: Headers, method: str, path: str, child: str
) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of an answer."""
    fields = BODIES.get(path, WHY)
    body = {
        name: str(value).replace("{child}", child).replace("{other}", str(uuid4())) for name, value in fields.items()
    }
    sent = {"json": body} if method == "post" else {"params": PARAMETERS.get(path, {})}
    answer = client.request(method, path.replace("{child}", child), headers=who, **sent)
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("user", USERS)
def test_a_number_that_must_not_be_known_is_answered_as_one_that_nobody_has(
    world: World, client: TestClient, guessed: dict[str, str], user: str
) -> None:
    who = looking(world, user)
    assert len(calls(client)) >= 10
    for method, path in calls(client):
        nobody = answer_to(client, who, method, path, str(uuid4()))
        assert nobody[0] != 200 or path.endswith("/looks"), path
        for name, child in guessed.items():
            assert (method, path, name, answer_to(client, who, method, path, child)) == (method, path, name, nobody)


def test_what_is_no_number_is_answered_likewise(world: World, client: TestClient) -> None:
    who = looking(world, "user:demo-masked")
    for method, path in calls(client):
        if "{child}" in path:
            nobody = answer_to(client, who, method, path, str(uuid4()))
            for odd in ("1", "'); drop schema views cascade; --", "%00", "%s%n", "=1+1", "\N{SNOWMAN}" * 100):
                answer = answer_to(client, who, method, path, odd)
                assert answer[0] in (404, 422, nobody[0]), (path, odd)
                assert odd.encode() not in answer[1], (path, odd)


def test_a_shielded_childs_other_numbers_are_absent(world: World, client: TestClient) -> None:
    ada = world.child_with(ADA)
    records = world.records_of(ada)
    assert records
    assert decide(world, DecisionType.SHIELD_APPLY, child=ada, custodian=None) == "accepted"
    for user in USERS:
        who = looking(world, user)
        for method, path in calls(client):
            nobody = answer_to(client, who, method, path, str(uuid4()))
            for record in records:
                assert (path, answer_to(client, who, method, path, record)) == (path, nobody)
