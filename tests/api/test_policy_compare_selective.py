"""A comparison names only children whom its reader may see: listed by the directory, and not shielded."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from io import BytesIO
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.inclusion_policy import LISTS
from services.api.server import open_app
from services.inclusion_policy import process
from services.inclusion_policy.running import Job
from services.inclusion_policy.shipped import SHIPPED, text_named
from services.pages.policy import page
from tests.support.api_world import NHS_NUMBER, looking
from tests.support.shields import shield
from tests.support.world import World, person, submission

LISTED, SHIELDED = "9990000026", "9990000034"
MINE = "name: mine\nversion: 1\ntitle: Mine\nsays: Mine.\nlisted:\n  age: {from: 8, until: 10}\n"
NOBODY = ("nobody.yaml", MINE.replace("mine", "nobody").replace("from: 8, until: 10", "from: 20, until: 25"))


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """A child with a GP, and two with whom social care works, one of them shielded."""
    for subject, number, given in (("S2", LISTED, "Bea"), ("S3", SHIELDED, "Cay")):
        born = f"2004-05-0{subject[1]}"
        registered = person(subject, nhs_number=number, given_name=given, family_name=f"{given}son", date_of_birth=born)
        works = {"involvement": f"{subject}-sc", "service": "social-care", "started_on": "2008-10-30"}
        started = submission("involvement.started", subject, works) | {"time": "2008-10-30T09:00:00Z"}
        assert one_child.submit(registered, started) == ["accepted"] * 2
    shield(one_child, one_child.child_with(SHIELDED))
    return one_child


@pytest.fixture(scope="module")
def selective(world: World) -> Iterator[TestClient]:
    with TestClient(open_app(replace(world.settings, policy="selective"))) as client:
        yield client


@pytest.fixture(scope="module")
def universal(world: World) -> Iterator[TestClient]:
    with TestClient(open_app(world.settings)) as client:
        yield client


def compared(client: TestClient, world: World, user: str = "demo-data-manager", **asked: Any) -> list[dict[str, Any]]:
    """The lines of an answer."""
    body = {"policies": list(SHIPPED), "on": "2008-11-14", "lists": list(LISTS)} | asked
    answer = client.post("/policies/compare", headers=looking(world, f"user:{user}"), json=body)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def named(comparison: dict[str, Any]) -> set[str]:
    return {child for name in LISTS for children in comparison[name].values() for child in children}


@pytest.mark.parametrize("user", ["demo-data-manager", "demo-masked"])
def test_a_selective_directory_names_whom_it_lists_and_nobody_else(
    selective: TestClient, world: World, user: str
) -> None:
    *progress, comparison = compared(selective, world, user)
    assert named(comparison) == {world.child_with(LISTED)}
    assert comparison["not_listed_now"]["selective"] == []
    for number in (NHS_NUMBER, SHIELDED):
        assert world.child_with(number) not in json.dumps([*progress, comparison]) + page(comparison, list(LISTS))


def test_whom_it_lists_is_judged_for_the_day_that_is_asked_for(selective: TestClient, world: World) -> None:
    *_, comparison = compared(selective, world, on="2008-10-29")
    assert named(comparison) == set()


def test_a_universal_directory_names_and_counts_everybody_but_who_is_shielded(
    universal: TestClient, world: World
) -> None:
    *progress, comparison = compared(universal, world)
    assert progress[-1] == {"done": 2, "of": 2}
    assert named(comparison) == {world.child_with(number) for number in (NHS_NUMBER, LISTED)}
    assert (comparison["children"], comparison["rounded_to"]) == (2, None)
    assert comparison["policies"]["selective"]["listed_now"] == 1


@pytest.mark.parametrize("policies", [list(SHIPPED), [MINE], ["universal", MINE]])
def test_no_count_of_a_selective_directory_reveals_single_children(
    selective: TestClient, world: World, policies: list[str]
) -> None:
    *progress, comparison = compared(selective, world, policies=policies)
    assert comparison["rounded_to"] == 10
    assert {count for line in progress for count in line.values()} == {0}
    assert comparison["children"] in counts(comparison)
    assert all(count % 10 == 0 for count in counts(comparison))


def counts(part: Any) -> Iterator[float]:
    """Every number of an answer that is no setting of the model and no version."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("model", "about"):
                yield from counts(value)
    elif isinstance(part, int | float):
        yield part


def test_the_look_names_just_the_children_whom_the_answer_names(selective: TestClient, world: World) -> None:
    before = len(world.looks())
    compared(selective, world, policies=["universal", MINE], lists=["held_without_need", "not_listed_now"])
    (look,) = world.looks()[before:]
    assert (look["action"], look["children"], look["count"]) == ("policy", [world.child_with(LISTED)], 1)
    assert look["asked"] == {
        "policies": ["universal", "mine"],
        "given_whole": [2],
        "on": "2008-11-14",
        "lists": ["held_without_need", "not_listed_now"],
        "directory": "selective",
    }


def test_a_look_at_totals_names_nobody(selective: TestClient, universal: TestClient, world: World) -> None:
    for client in (selective, universal):
        before = len(world.looks())
        compared(client, world, policies=["universal", "girfec"], lists=[])
        (look,) = world.looks()[before:]
        assert (look["children"], look["count"], look["asked"]["policies"]) == ([], 0, ["universal", "girfec"])


def test_children_are_named_for_the_record_a_slice_at_once_before_the_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SLICE", 1)
    out, job = BytesIO(), Job(world.database_url, list(map(text_named, SHIPPED)), "2008-11-14", None, LISTS, NOBODY)
    process.compare(asdict(replace(job, directory=text_named("universal"))), out)
    *messages, answer = [json.loads(line) for line in out.getvalue().splitlines()]
    shown = [line["shown"] for line in messages if "shown" in line]
    assert sorted(shown) == sorted([child] for child in named(answer))
    assert len(shown) == 2
    assert messages[-1] == {"ready": True}
    out = BytesIO()
    process.compare(asdict(job), out)
    assert [line["shown"] for line in map(json.loads, out.getvalue().splitlines()) if "shown" in line] == [[]]
