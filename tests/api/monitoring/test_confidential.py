"""A clinic knows two children: who is told of it by documents and reports, and who must not even guess."""

from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from streams.access import grants
from tests.support.api_world import looking
from tests.support.clinic import ADA, BEA, SECRETS
from tests.support.entitlements import entitlement
from tests.support.world import World, person

MOTHER = {"name": "Anne Quaternion", "relationship": "mother"}


@pytest.fixture(scope="module")
def world(clinic: World) -> World:
    registered = person(
        "S1", nhs_number=ADA, carers=[MOTHER], address={"postcode": "ZX1 1AA", "authority": "E06999001"}
    )
    assert clinic.submit(registered | {"type": "child.amended"}) == ["accepted"]
    uncleared = entitlement(user="uncleared-officer", role="subject-access-officer", authority=None)
    grants.add_users(clinic.database_url, clinic.key, [uncleared])
    return clinic


def document(client: TestClient, world: World, who: str, number: str, applicant: str) -> Any:
    headers = looking(world, f"user:{who}") | {"Applicant": quote(MOTHER["name"])}
    path = f"/children/{world.child_with(number)}/subject-access"
    return client.get(path, headers=headers, params={"for": applicant})


def secrets(text: str) -> set[str]:
    return {secret for secret in SECRETS if secret.lower() in text.lower()}


def test_a_childs_document_names_the_clinic_where_the_officer_is_cleared(world: World, client: TestClient) -> None:
    cleared = document(client, world, "demo-subject-access-officer", ADA, "child")
    assert "Ropewalk clinic" in cleared.text
    assert {record["source"] for record in cleared.json()["records"]} == {"urn:agency:la-north", "urn:agency:clinic"}
    uncleared = document(client, world, "uncleared-officer", ADA, "child")
    assert (uncleared.status_code, secrets(uncleared.text)) == (200, set())


@pytest.mark.parametrize("applicant", ["carer", "other"])
def test_nobody_elses_document_names_it_whatever_the_officers_clearance(
    world: World, client: TestClient, applicant: str
) -> None:
    answers = [
        document(client, world, who, ADA, applicant) for who in ("demo-subject-access-officer", "uncleared-officer")
    ]
    documents = [answer.json() | {"made_at": None, "shown": None} for answer in answers]
    assert documents[0] == documents[1]
    assert not secrets(answers[0].text)


def test_a_child_whom_only_the_clinic_knows_is_not_there(world: World, client: TestClient) -> None:
    for who in ("demo-subject-access-officer", "uncleared-officer"):
        assert document(client, world, who, BEA, "child").status_code == 404


def test_a_report_for_an_uncleared_reader_is_without_that_child(world: World, client: TestClient) -> None:
    bea = world.child_with(BEA)
    assert client.get(f"/children/{bea}", headers=looking(world, "user:demo-practitioner")).status_code == 200
    world.view_looks()
    answers = {
        who: client.get("/access/report", headers=looking(world, f"user:{who}"))
        for who in ("demo-administrator", "demo-auditor")
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    counts = {who: answer.json()["unfollowed"]["waiting"] for who, answer in answers.items()}
    assert counts["demo-auditor"] == counts["demo-administrator"] + 1
    assert bea not in answers["demo-administrator"].text
    assert world.looks()[-2]["children"] == []
