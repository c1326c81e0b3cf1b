"""A data manager's dry run: what would become of submissions of any agency, and which children they would join."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.api_world import NHS_NUMBER, Headers, bearer, is_problem, looking
from tests.support.shields import shield
from tests.support.world import World, person, submission

WHY = "data-quality: a file is to be sent"
HOME = {"lines": ["4 Back Lane"], "postcode": "ZX9 9ZZ", "authority": "E06999001"}
BEA = {"given_name": "Bea", "family_name": "Octonion", "date_of_birth": "2004-05-06", "address": HOME}
OTHER = "9990000026"


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """Ada, whom two agencies know, and Bea, whom the council knows."""
    assert one_child.submit(person("S2", nhs_number=OTHER, **BEA)) == ["accepted"]
    return one_child


def tried(client: TestClient, user: Headers, *submissions: Any) -> list[dict[str, Any]]:
    answer = client.post("/submissions/dry-run", headers=user, json={"submissions": submissions, "reason": WHY})
    assert answer.status_code == 200, answer.json()
    assert answer.json()["dry_run"] is True
    return list(answer.json()["submissions"])


def test_a_record_would_join_the_child_that_it_then_joins(client: TestClient, world: World, user: Headers) -> None:
    child, before = world.child_with(OTHER), world.children()
    sent = person("G2", "gp", nhs_number=OTHER, **BEA)
    (told,) = tried(client, user, sent)
    assert (told["submission"], told["outcome"], told["reasons"]) == (sent["id"], "accepted", [])
    assert told["would"] == "join"
    ((near),) = told["children"]
    assert (near["child"], near["as"], near["rule"], near["score"] > 0.99) == (child, "join", "certain", True)
    assert world.children() == before, "nothing was sent"
    assert world.submit(sent) == ["accepted"]
    assert world.child_with(OTHER) == child
    assert len(world.children()) == len(before)
    assert tried(client, user, sent)[0]["outcome"] == "duplicate"
    (again,) = tried(client, user, person("G2", "gp", nhs_number=OTHER, **BEA) | {"type": "child.amended"})
    assert (again["would"], again["children"][0]["child"]) == ("stay", child)


def test_a_record_like_nobody_would_be_a_new_child(client: TestClient, user: Headers) -> None:
    stranger = {"given_name": "Zeno", "family_name": "Sedenion", "date_of_birth": "2006-07-08"}
    (told,) = tried(client, user, person("N1", **stranger))
    assert (told["outcome"], told["would"], told["children"]) == ("accepted", "new", [])


def test_a_doubtful_record_would_be_queued(client: TestClient, world: World, user: Headers) -> None:
    """The given name and the number are another child's."""
    twin = BEA | {"given_name": "Carl", "gender": "male", "nhs_number": OTHER}
    (told,) = tried(client, user, person("N2", "gp", **twin))
    assert told["would"] == "queue"
    assert [(near["child"], near["as"]) for near in told["children"]] == [(world.child_with(OTHER), "queue")]


def test_what_is_not_accepted_or_describes_nobody_is_not_compared(client: TestClient, user: Headers) -> None:
    unknown, wrong = person("U1", "nobody"), person("U2") | {"time": "yesterday"}
    ended = submission("involvement.ended", "S2", {"involvement": "none", "ended_on": "2008-10-23"})
    told = tried(client, user, unknown, wrong, ended)
    assert [each["outcome"] for each in told[:2]] == ["refused", "invalid"]
    assert told[0]["reasons"][0]["code"] == "unknown-agency"
    assert {(each["would"], len(each["children"])) for each in told} == {(None, 0)}


def test_each_one_that_is_compared_is_a_search(client: TestClient, world: World, user: Headers) -> None:
    child, before = world.child_with(NHS_NUMBER), len(world.looks())
    tried(client, user, person("Q1", "gp", nhs_number=NHS_NUMBER), person("Q2", given_name="Nobody"), {"id": "x"})
    looks = world.looks()[before:]
    assert [(look["action"], look["children"], look["reason"]) for look in looks] == [
        ("find", [child], WHY),
        ("find", [], WHY),
    ]
    assert looks[0]["asked"]["nhs_number"] == NHS_NUMBER


def test_who_may_not_see_the_queue_may_not_try(client: TestClient, world: World) -> None:
    asked = {"submissions": [person("Q3")], "reason": WHY}
    for who in ("user:demo-practitioner", "user:demo-auditor"):
        assert is_problem(client.post("/submissions/dry-run", headers=looking(world, who), json=asked), 403)
    assert is_problem(client.post("/submissions/dry-run", headers=bearer(world, "agency:gp"), json=asked), 403)


def test_what_is_asked_is_bounded_and_has_a_reason(client: TestClient, user: Headers) -> None:
    many = {"submissions": [person("Q4")] * 21, "reason": WHY}
    assert is_problem(client.post("/submissions/dry-run", headers=user, json=many), 413)
    assert is_problem(client.post("/submissions/dry-run", headers=user, json={"submissions": []}), 422)


@pytest.mark.parametrize("odd", ['"\\ud800"', "18446744073709551616", "NaN", "[" * 300 + "]" * 300], ids=str.__len__)
def test_what_no_topic_takes_is_invalid_here_too(client: TestClient, user: Headers, odd: str) -> None:
    body = f'{{"submissions": [{{"id": {odd}}}], "reason": "{WHY}"}}'
    answer = client.post("/submissions/dry-run", headers=user | {"Content-Type": "application/json"}, content=body)
    assert (answer.status_code, answer.json()["submissions"][0]["outcome"]) == (200, "invalid")


def test_what_only_a_sensitive_service_holds_is_absent(client: TestClient, world: World, user: Headers) -> None:
    """For those, too, who are cleared."""
    secret = {"given_name": "Dora", "family_name": "Quadrance", "date_of_birth": "2003-03-03", "address": HOME}
    assert world.submit(person("C1", "clinic", **secret)) == ["accepted"]
    assert tried(client, user, person("N3", **secret))[0]["would"] == "new"
    (of_the_clinic,) = tried(client, user, person("C2", "clinic", **BEA))
    assert (of_the_clinic["outcome"], of_the_clinic["would"]) == ("accepted", None)
    (masked,) = tried(client, looking(world, "user:demo-masked"), person("C2", "clinic", **BEA))
    (absent,) = tried(client, looking(world, "user:demo-masked"), person("C2", "nobody", **BEA))
    assert masked["reasons"] == absent["reasons"]


def test_a_shielded_child_is_absent(client: TestClient, world: World, user: Headers) -> None:
    """The last test: the child is shielded from here on."""
    sent = person("G3", "gp", nhs_number=OTHER, **BEA)
    shield(world, world.child_with(OTHER))
    assert (tried(client, user, sent)[0]["would"], tried(client, user, sent)[0]["children"]) == ("new", [])
    assert world.looks()[-1]["children"] == []
