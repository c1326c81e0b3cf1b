"""Reports as they were known at a moment: what the lists of that moment said, and what is refused."""

import random
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.days import day_at
from domain.reports import REPORTS
from domain.vocabulary import SubmissionType
from tests.noninterference.stories import Fact, Story
from tests.support.api_world import Headers, is_problem, looking
from tests.support.entitlements import NORTH
from tests.support.world import AGENCIES, World, person, submission

DAYS = ("2024-06-15", "2026-11-24")
STEPS = 6
Lists = dict[tuple[str, str], Any]


def lists(world: World, client: TestClient, **moment: str) -> Lists:
    """Every report on every day, without what only tells of when it is asked."""
    found = {}
    for report in REPORTS:
        user = looking(world)
        for on in DAYS:
            answer = client.get(f"/reports/{report}", params={"on": on, **moment}, headers=user)
            assert answer.status_code == 200, answer.json()
            found[report, on] = {name: value for name, value in answer.json().items() if name != "as_of"}
    return found


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    return empty_world


@pytest.fixture(scope="module")
def history(world: World, client: TestClient) -> list[tuple[str, Lists]]:
    """What three agencies say of some children, of whom two may be one: each moment with the lists of then."""
    moments, chance = [], random.Random(16)
    for turn in range(3):
        story = Story(chance, turn)
        her, other = story.person(), story.person()
        people = [her, other, {**her, "given_name": other["given_name"]}]
        fact, begun = Fact(([], []), people, people), set[tuple[str, str]]()
        for _ in range(STEPS // 3):
            messages: list[dict[str, Any]] = []
            while len(messages) < 6:
                message = story._anything(chance.choice(AGENCIES), fact, begun)
                if message["type"] != SubmissionType.RECORD_REMOVED:
                    messages.append(message)
            world.submit(*messages)
            moments.append((max(event.recorded_at for event in world.events()), lists(world, client)))
    return moments


def test_they_are_the_lists_that_were_shown_then(
    world: World, client: TestClient, history: list[tuple[str, Lists]]
) -> None:
    assert any(len(of_then["possible-duplicates", DAYS[1]]["children"]) > 1 for _, of_then in history)
    assert len({str(of_then) for _, of_then in history}) > STEPS // 2
    for moment, of_then in history:
        known = lists(world, client, as_of=moment)
        assert {which: page for which, page in known.items() if page != of_then[which]} == {}


def test_before_the_first_event_nobody_is_listed_and_after_the_last_it_is_now(
    world: World, client: TestClient, history: list[tuple[str, Lists]]
) -> None:
    before = lists(world, client, as_of="1999-01-01")
    assert {page["count"] for page in before.values()} == {0}
    assert {page["warnings"][0]["code"] for page in before.values()} == {"before-the-first-event"}
    assert lists(world, client, as_of="2999-01-01") == lists(world, client)


def test_a_list_now_as_known_now_and_as_true_today_is_one_list(
    world: World, client: TestClient, user: Headers, history: list[tuple[str, Lists]]
) -> None:
    ahead = (world.clock() + timedelta(hours=20)).isoformat()
    home = {"postcode": "ZX1 1AA", "authority": NORTH, "status": "current"}
    outcomes = world.submit(
        person("ahead", family_name="Ahead", address=home) | {"time": ahead},
        person("ends", family_name="Ends", address=home),
        submission("flag.raised", "ends", {"flag": "looked-after"}),
        submission("flag.lowered", "ends", {"flag": "looked-after", "lowered_on": "2089-01-01"}) | {"time": ahead},
        submission("child.deregistered", "ends", {"reason": "left-england", "on": "2089-01-01"}),
    )
    assert outcomes == ["accepted"] * len(outcomes)
    now = world.clock()
    known, true = {"as_of": now.isoformat()}, {"effective": day_at(now).isoformat()}
    for report in REPORTS:
        pages = []
        for moments in ({}, known, true, known | true):
            page = client.get(f"/reports/{report}", params=moments, headers=user).json()
            pages.append({name: value for name, value in page.items() if name != "as_of"})
        assert pages[0]["report"] == report
        assert pages[1:] == [pages[0]] * 3


def test_a_day_is_that_of_the_moment_unless_one_is_given(
    client: TestClient, user: Headers, history: list[tuple[str, Lists]]
) -> None:
    def day(**given: str) -> Any:
        return client.get("/reports/no-gp", params=given, headers=user).json()["on"]

    assert day(as_of="2020-02-03T12:00:00Z") == "2020-02-03"
    assert day(as_of="2020-02-03T12:00:00Z", effective="2024-06-15") == "2024-06-15"
    assert day(effective="2024-06-15") == day(effective="2024-06-15", on="2024-06-15") == "2024-06-15"
    assert day(as_of="2999-01-01") == day()


def test_a_part_of_a_replay_is_recorded_before_it_is_written(world: World, client: TestClient) -> None:
    auditor, child = looking(world, "user:demo-auditor"), world.children()[0]
    asked = {"as_of": "2024-06-15T12:00:00+01:00", "children": [child]}
    answer = client.post("/replays", json=asked, headers=auditor)
    moment = "2024-06-15T11:00:00.000000Z"
    assert answer.json() == {"as_of": moment, "cleared": True, "children": [child]}
    look = world.looks()[-1]
    assert (look["action"], look["children"], look["asked"]) == ("replay", [child], {"as_of": moment})
    for refused in ({"as_of": "2024-06-15T12:00:00"}, {"as_of": "2024-06-15", "children": [child] * 1001}):
        assert is_problem(client.post("/replays", json=refused, headers=auditor), 422)


@pytest.mark.parametrize(
    "moments", [{"as_of": "2020-02-03T12:00:00"}, {"effective": "yesterday"}, {"on": DAYS[0], "effective": DAYS[1]}]
)
def test_a_moment_without_a_zone_and_two_days_are_refused(
    client: TestClient, user: Headers, moments: dict[str, str]
) -> None:
    assert is_problem(client.get("/reports/no-gp", params=moments, headers=user), 422)


def test_a_page_names_the_next_as_of_the_same_moment_and_each_is_recorded(
    world: World, client: TestClient, user: Headers, history: list[tuple[str, Lists]]
) -> None:
    moment, of_then = history[-1]
    path, children = f"/reports/no-gp?on={DAYS[1]}&as_of={moment}&limit=1", []
    while path:
        page = client.get(path, headers=user)
        assert world.looks()[-1]["asked"]["as_of"] == page.json()["as_of"] == moment
        children += page.json()["children"]
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    assert children == of_then["no-gp", DAYS[1]]["children"] != []
