"""A directory that runs under a policy answers for a child that is not listed as for one who is not there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services.api.server import open_app
from services.inclusion_policy.refused import PolicyRefused
from tests.support.api_world import Headers, bearer
from tests.support.shields import shield
from tests.support.world import World, person, submission

OTHER = "9990000026"
CRITERIA = {"given_name": "Ada", "family_name": "Quaternion", "date_of_birth": "2001-02-03"}


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """Two children; social care comes to work with the second."""
    particulars = {"given_name": "Bea", "family_name": "Octonion", "date_of_birth": "2004-05-06"}
    assert one_child.submit(person("S2", nhs_number=OTHER, **particulars)) == ["accepted"]
    return one_child


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient]:
    with TestClient(open_app(replace(world.settings, policy="selective"))) as client:
        yield client


def found(client: TestClient, user: Headers) -> dict[str, object]:
    asked = {"criteria": CRITERIA, "reason": "safeguarding enquiry"}
    answer: dict[str, object] = client.post("/children/search", headers=user, json=asked).json()
    return answer


def test_an_unlisted_child_is_absent_everywhere(client: TestClient, world: World, user: Headers, child: str) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in ("/children/{}", "/children/{}/history", "/children/{}?effective=2008-10-24", "/children/{}/looks"):
        absent = client.get(path.format(nobody), headers=user)
        hidden = client.get(path.format(child), headers=user)
        assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert found(client, user) == {"results": [], "too_many": False}
    exported = client.get("/export", headers=user)
    assert exported.content == b""
    assert "Link" not in exported.headers


def test_nothing_can_be_decided_on_an_unlisted_child(
    client: TestClient, world: World, user: Headers, child: str
) -> None:
    other = world.child_with(OTHER)
    world.suspect(child, other, 0.5)
    assert client.get("/duplicates", headers=user).json() == {"pairs": [], "contradictions": [], "like_shielded": []}
    asked = {"left": child, "right": other, "reason": "the same child"}
    steward = bearer(world, "user:demo-data-manager")
    assert client.post("/duplicates/merge", headers=steward, json=asked).status_code == 404


def test_it_appears_once_social_care_works_with_it(client: TestClient, world: World, user: Headers, child: str) -> None:
    started = {"involvement": "sc1", "service": "social-care", "started_on": "2008-11-03"}
    late = submission("involvement.started", "S1", started) | {"time": "2008-11-03T09:00:00Z"}
    assert world.submit(late) == ["accepted"]
    assert client.get(f"/children/{child}", headers=user).json()["child"] == child
    assert client.get(f"/children/{child}/history", headers=user).status_code == 200
    assert found(client, user)["results"]
    assert client.get("/export", headers=user).content.count(b"\n") == 1
    other = world.child_with(OTHER)
    page = client.get("/export?limit=1", headers=user)
    assert other not in page.headers.get("Link", "")
    assert client.get(f"/children/{child}?effective=2008-11-02", headers=user).status_code == 404
    assert client.get(f"/children/{child}?effective=2008-11-03", headers=user).status_code == 200
    assert client.get("/duplicates", headers=user).json()["pairs"] == []


def test_it_is_absent_again_once_social_care_has_ended(
    client: TestClient, world: World, user: Headers, child: str
) -> None:
    ended = submission("involvement.ended", "S1", {"involvement": "sc1", "ended_on": "2009-01-05"})
    assert world.submit(ended | {"time": "2009-01-05T09:00:00Z"}) == ["accepted"]
    assert client.get(f"/children/{child}", headers=user).status_code == 404
    assert client.get(f"/children/{child}?effective=2009-01-04", headers=user).status_code == 200


def test_months_count_it_while_social_care_worked_with_it(client: TestClient, world: World) -> None:
    manager = bearer(world, "user:demo-data-manager") | {"Access-Reason": "who is on the list"}
    path = "/reports/missing-education/months?from=2008-10-01&to=2009-01-31"
    with TestClient(open_app(world.settings)) as universal:
        everybody = universal.get(path, headers=manager).json()["months"]
    assert all(each["listed"] for each in everybody)
    found = client.get(path, headers=manager).json()["months"]
    assert [(each["listed"], each["joined"], each["left"]) for each in found] == [
        (0, None, None),
        (1, 1, 0),
        (1, 0, 0),
        (0, 0, 1),
    ]


def test_the_deployment_says_under_which_policy_it_runs(client: TestClient, world: World) -> None:
    policies = client.get("/policies", headers=bearer(world, "user:demo-data-manager")).json()
    assert policies["deployment"]["name"] == "selective"
    assert len(policies["policies"]) == 5


def test_a_policy_of_ones_own_is_a_file(world: World, tmp_path: Path, user: Headers, child: str) -> None:
    file = tmp_path / "health.yaml"
    text = "name: health\nversion: 1\ntitle: Health\nsays: Who has a GP.\nlisted:\n  served_by: gp-registration\n"
    file.write_text(text, encoding="utf-8")
    with TestClient(open_app(replace(world.settings, policy=str(file)))) as client:
        assert client.get(f"/children/{child}", headers=user).status_code == 200
        assert client.get(f"/children/{world.child_with(OTHER)}", headers=user).status_code == 404
    file.write_text(text.replace("served_by", "served"), encoding="utf-8")
    with pytest.raises(PolicyRefused, match=r"health\.yaml, line 6"):
        open_app(replace(world.settings, policy=str(file)))


def test_who_may_be_a_shielded_child_is_not_listed_and_the_shielded_one_is(
    client: TestClient, world: World, user: Headers
) -> None:
    numbers = {"S3": "9990000034", "S4": "9990000042"}
    for subject, number in numbers.items():
        particulars = {"given_name": f"Cyd {subject}", "family_name": "Sedenion", "date_of_birth": "2005-07-08"}
        assert world.submit(person(subject, nhs_number=number, **particulars)) == ["accepted"]
    one, other = (world.child_with(number) for number in numbers.values())
    started = {"involvement": "sc3", "service": "social-care", "started_on": "2008-11-03"}
    assert world.submit(submission("involvement.started", "S3", started)) == ["accepted"]
    status = {child: client.get(f"/children/{child}", headers=user).status_code for child in (one, other)}
    assert status == {one: 200, other: 404}
    world.suspect(one, other, 0.5)
    shield(world, other)
    status = {child: client.get(f"/children/{child}", headers=user).status_code for child in (one, other)}
    assert status == {one: 404, other: 200}
