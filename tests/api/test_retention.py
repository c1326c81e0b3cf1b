"""What is due by the rules of retention, over HTTP: to whom it is told, and of whom nothing is."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency, AgencyKind
from domain.retention import RULES
from services.api.server import open_app
from services.submission_contract.decisions import DecisionType
from tests.support.api_world import Headers, client_of, is_problem, looking
from tests.support.entitlements import NORTH, SOUTH
from tests.support.shields import decide, shield
from tests.support.world import World, person, submission

LEFT = {"reason": "left-england", "on": "2008-06-01"}
NUMBERS = {
    "Ada": "9990000018",
    "Bea": "9990000026",
    "Cora": "9990000034",
    "Dora": "9990000042",
    "Edda": "9990000050",
    "Fay": "9990000069",
}
"""Grown up; grown up and looked after; gone; a child; grown up in the south; grown up and shielded."""
BORN = {
    "Ada": "1990-02-01",
    "Bea": "1990-03-01",
    "Cora": "1999-04-01",
    "Dora": "2000-05-01",
    "Edda": "1989-06-01",
    "Fay": "1990-07-01",
}
ON, LATER, LONG_AFTER = "2010-01-01", "2014-12-01", "2040-01-01"
"""LONG_AFTER lies a year behind the day on which it was recorded that Cora is gone."""


def known(name: str, authority: str = NORTH, agency: str = "la-north") -> dict[str, Any]:
    home = {"lines": ["1 Weir Street"], "postcode": "ZX1 1ZX", "authority": authority, "status": "current"}
    about = {"given_name": name, "family_name": f"Of {name}", "date_of_birth": BORN[name], "nhs_number": NUMBERS[name]}
    return person(f"{agency}-{name}", agency, address=home, **about)


@pytest.fixture(scope="module")
def world(two_managers: World) -> World:
    two_managers.enrol(Agency("la-south", "South Council", AgencyKind.LOCAL_AUTHORITY, SOUTH))
    flag = {"flag": "looked-after", "raised_on": "2007-06-01", "contact": {"name": "The duty officer"}}
    outcomes = two_managers.submit(
        *(known(name) for name in ("Ada", "Bea", "Cora", "Dora", "Fay")),
        known("Edda", SOUTH, "la-south"),
        known("Cora", agency="gp"),
        submission("flag.raised", "la-north-Bea", flag),
        submission("child.deregistered", "la-north-Cora", LEFT),
        submission("child.deregistered", "gp-Cora", LEFT, "gp"),
    )
    assert outcomes == ["accepted"] * 10
    shield(two_managers, two_managers.child_with(NUMBERS["Fay"]))
    return two_managers


def due(client: TestClient, who: Headers, on: str = ON, **query: Any) -> dict[str, Any]:
    answer = client.get("/retention/due", params={"on": on, **query}, headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_name(world: World, found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    names = {world.child_with(number): name for name, number in NUMBERS.items()}
    return {names[child["child"]]: child for child in found["children"]}


def test_each_child_is_told_by_all_rules_with_their_law(world: World, client: TestClient, user: Headers) -> None:
    found = due(client, user)
    children = by_name(world, found)
    assert {name: child["act"] for name, child in children.items()} == {
        "Ada": "archive",
        "Bea": "ask",
        "Edda": "archive",
    }
    assert children["Ada"] == {
        "child": world.child_with(NUMBERS["Ada"]),
        "act": "archive",
        "archive_on": "2008-02-01",
        "archived_on": None,
        "destroy_on": None,
        "held": False,
        "rules": [{"rule": "reached-18", "since": "2008-02-01", "act": "archive"}],
    }
    assert (children["Bea"]["archive_on"], children["Bea"]["destroy_on"]) == (None, None)
    assert (found["total"], found["count"], found["more"]) == (3, 3, False)
    assert {rule["rule"]: rule["due"] for rule in found["rules"]} == {
        "reached-18": {"archive": 2, "ask": 1},
        "reached-25": {},
        "died": {},
        "left-england": {},
    }
    assert [(rule["rule"], rule["law"]) for rule in found["rules"]] == [(rule.name, rule.law) for rule in RULES]


def test_nobody_is_destroyed_who_was_never_archived(world: World, client: TestClient, user: Headers) -> None:
    """Six years count from the archive, not from the rule's day: for so long a mistake can be found."""
    acts = {name: child["act"] for name, child in by_name(world, due(client, user, LATER)).items()}
    assert acts == {"Ada": "archive", "Bea": "ask", "Edda": "archive"}
    found = by_name(world, due(client, user, LONG_AFTER))
    assert [(each["rule"], each["act"]) for each in found["Cora"]["rules"]] == [
        ("reached-18", "archive"),
        ("left-england", "archive"),
    ]
    assert found["Bea"]["rules"] == [{"rule": "reached-25", "since": "2015-03-01", "act": "archive"}]
    assert by_name(world, due(client, user, "2007-05-31")) == {}


def test_of_a_shielded_child_nothing_is_told_and_nothing_is_counted(world: World, client: TestClient) -> None:
    """Not even to who takes care of the shield, for this is asked for everybody at once."""
    for who in ("demo-data-manager", "north-manager"):
        found = due(client, looking(world, f"user:{who}"), "2040-01-01")
        assert "Fay" not in by_name(world, found)
        assert found["total"] == len(found["children"])


def test_an_authoritys_data_manager_is_told_of_the_own_one(world: World, client: TestClient) -> None:
    north, south = (looking(world, f"user:{place}-manager") for place in ("north", "south"))
    assert by_name(world, due(client, south)).keys() == {"Edda"}
    assert by_name(world, due(client, north)).keys() == {"Ada", "Bea"}
    assert due(client, north)["total"] == 2
    assert is_problem(client.get("/retention/due", params={"on": ON, "authority": SOUTH}, headers=north), 403)


@pytest.mark.parametrize("who", ["demo-masked", "demo-practitioner", "demo-auditor", "demo-administrator"])
def test_nobody_else_is_told(world: World, client: TestClient, who: str) -> None:
    answer = client.get("/retention/due", params={"on": ON}, headers=looking(world, f"user:{who}"))
    assert is_problem(answer, 403)


def test_a_legal_hold_is_told_beside_what_is_due(world: World, client: TestClient, user: Headers) -> None:
    child = world.child_with(NUMBERS["Edda"])
    for steward in ("demo-data-manager", "south-manager"):
        assert decide(world, DecisionType.HOLD_PLACE, child=child, decided_by=steward) == "accepted"
    held = {name: each["held"] for name, each in by_name(world, due(client, user)).items()}
    assert held == {"Ada": False, "Bea": False, "Edda": True}


@pytest.mark.parametrize("on", [ON, LONG_AFTER], ids=["by one rule each", "by two rules"])
def test_pages_have_everybody_once_and_each_is_recorded(
    world: World, client: TestClient, user: Headers, on: str
) -> None:
    whole = due(client, user, on)
    found: list[dict[str, Any]] = []
    before, path = len(world.looks()), f"/retention/due?on={on}&limit=1"
    for _ in whole["children"]:
        answer = client.get(path, headers=user)
        assert ("total" in answer.json()) == (not found)
        found += answer.json()["children"]
        path = answer.links.get("next", {}).get("url", "")
    assert (found, path) == (whole["children"], "")
    looks = world.looks()[before:]
    assert [look["children"] for look in looks] == [[child["child"]] for child in whole["children"]]
    assert {(look["action"], look["user"]) for look in looks} == {("retention", "demo-data-manager")}


@pytest.mark.parametrize("query", [{}, {"on": "soon"}, {"on": ON, "after": "x"}, {"on": ON, "limit": 0}])
def test_what_is_asked_wrongly_is_refused(client: TestClient, user: Headers, query: dict[str, Any]) -> None:
    assert is_problem(client.get("/retention/due", params=query, headers=user), 422)


@pytest.mark.parametrize("on", ["0001-01-01", "0006-12-31", "9999-12-31"])
def test_any_day_of_the_calendar_may_be_asked_about(client: TestClient, user: Headers, on: str) -> None:
    assert due(client, user, on)["on"] == on


def test_a_directory_that_does_not_list_everybody_counts_nobody_whom_it_does_not_list(world: World) -> None:
    with TestClient(open_app(replace(world.settings, policy="selective"))) as client:
        found = due(client, looking(world))
    assert by_name(world, found).keys() == {"Bea"}
    assert "total" not in found
    assert not any("due" in rule for rule in found["rules"])


def test_whose_word_does_not_count_for_now_is_told(world: World, client: TestClient) -> None:
    """Who is held by a suspended agency may be due because of that alone."""
    assert "left_out" not in due(client, looking(world))
    assert decide(world, DecisionType.AGENCY_SUSPEND, agency="la-south", set_aside=True) == "accepted"
    with client_of(world) as asked_afresh:
        found = due(asked_afresh, looking(world))
    assert found["left_out"] == ["urn:agency:la-south"]
    assert "Edda" not in by_name(world, found)
    assert decide(world, DecisionType.AGENCY_RESUME, agency="la-south") == "accepted"
    assert "Edda" in by_name(world, due(client, looking(world)))
