"""A directory that has loaded what became of practices: its reports, and the looks of those who work there."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.authorization import Entitlement, Role
from domain.organisations import Successions, set_successions
from projections.engine import schema
from projections.engine.live_schema import ViewsNotBuilt
from services.configuration.successors import SAMPLE, read_successors
from streams.access.appender import AccessAppender
from streams.access.grants import FAR, Granter, Users
from streams.kafka.settings import KafkaSettings
from streams.projecting import building
from streams.projecting.reading import reading_views
from tests.support.api_world import NHS_NUMBER, Headers, looking
from tests.support.databases import empty_database
from tests.support.world import World, person, submission

WHINFOLD, OAKHANGER, MERGED, OTHER = "Z91002", "Z91003", "Z91004", "Z91000"
NORTH, MERGER, BOBS = "E06999001", "2009-04-01", "9990000026"
HOME = {"lines": ["4 Back Lane"], "postcode": "ZX9 9ZZ", "authority": NORTH}
THERE = HOME | {"lines": ["5 Back Lane"]}
USERS = {"nurse": MERGED, "receptionist": OAKHANGER, "neighbour": OTHER}


@pytest.fixture(scope="module", autouse=True)
def became() -> Iterator[None]:
    set_successions(read_successors(SAMPLE))
    yield
    set_successions(Successions())


def registered(subject: str, agency: str, code: str) -> dict[str, Any]:
    """A registration with a practice, of which its agency knows the code alone."""
    data = {"involvement": f"{subject}-gp", "service": "gp", "organisation": {"code": code}, "started_on": "2008-01-07"}
    return submission("involvement.started", subject, data, agency)


@pytest.fixture(scope="module")
def empty_world(
    became: None, kafka: KafkaSettings, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A directory that knew of it from the beginning: its views are of another version than those that are copied."""
    with (
        empty_database(postgres) as url,
        closing(World(kafka, url, tmp_path_factory.mktemp("world"))) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    """Ada is reported at both practices that merged, Bob at what they became, Cora and Dan elsewhere at none."""
    ada: dict[str, Any] = {"nhs_number": NHS_NUMBER, "address": HOME}
    told = [
        person("S1", **ada),
        registered("S1", "la-north", WHINFOLD),
        person("G1", "gp", **ada),
        registered("G1", "gp", OAKHANGER),
        person("S2", given_name="Bob", date_of_birth="2003-04-05", address=HOME, nhs_number=BOBS),
        registered("S2", "la-north", MERGED),
        person("S3", given_name="Cora", date_of_birth="2004-05-06", family_name="Octonion", address=THERE),
        person("S4", given_name="Dan", date_of_birth="2005-06-07", family_name="Octonion", address=THERE),
    ]
    assert empty_world.submit(*told) == ["accepted"] * 8
    with closing(AccessAppender(empty_world.database_url, empty_world.key)) as appender:
        people = [Entitlement(name, Role.PRACTITIONER, at, NORTH, False, FAR, FAR, FAR) for name, at in USERS.items()]
        Users(appender).grant(people, Granter())
    return empty_world


def several(client: TestClient, user: Headers, **when: str) -> list[str]:
    found = client.get("/reports/several-gps", params=when, headers=user).json()
    return [child["name"]["given_name"] for child in found["children"]]


def test_two_practices_are_one_from_the_day_on_which_they_merged(client: TestClient, user: Headers) -> None:
    assert several(client, user, on="2009-03-31") == ["Ada"]
    assert several(client, user, on=MERGER) == []


def test_a_list_as_it_was_known_then_is_judged_by_the_same_successions(client: TestClient, user: Headers) -> None:
    assert several(client, user, on="2009-03-31", as_of="2999-01-01") == ["Ada"]
    assert several(client, user, on=MERGER, as_of="2999-01-01") == []


def test_what_agencies_sent_is_shown_as_they_sent_it(client: TestClient, world: World, user: Headers) -> None:
    entry = client.get(f"/children/{world.child_with(NHS_NUMBER)}", headers=user).json()
    assert {each["organisation"]["code"] for each in entry["involvements"]} == {WHINFOLD, OAKHANGER}


def test_those_who_work_at_what_it_became_are_explained_and_called_by_its_code(
    client: TestClient, world: World
) -> None:
    for who in USERS:
        for child in world.children():
            assert client.get(f"/children/{child}", headers=looking(world, f"user:{who}")).status_code == 200
    world.view_looks()
    found = client.get("/access/report", headers=looking(world, "user:demo-auditor")).json()
    unexplained: dict[str, set[tuple[str, str]]] = {"theirs": set(), "others": set()}
    theirs = {world.child_with(NHS_NUMBER), world.child_with(BOBS)}
    for each in found["same_address"]:
        unexplained["theirs" if theirs == set(each["children"]) else "others"].add((each["user"], each["organisation"]))
    assert unexplained["theirs"] == {("neighbour", OTHER)}
    assert unexplained["others"] == {("nurse", MERGED), ("receptionist", MERGED), ("neighbour", OTHER)}


def test_views_of_other_successions_are_views_of_another_version(world: World, became: None) -> None:
    of_the_file = schema.definition()
    set_successions(Successions())
    try:
        assert schema.definition() != of_the_file
        with pytest.raises(ViewsNotBuilt), reading_views(world.database):
            raise AssertionError("views of another file were read")
    finally:
        set_successions(read_successors(SAMPLE))
    assert schema.definition() == of_the_file


@pytest.mark.parametrize(("on", "several"), [("2009-03-31", 1), (MERGER, 0)])
def test_policies_are_compared_in_another_process_by_the_same_successions(
    client: TestClient, user: Headers, on: str, several: int
) -> None:
    answer = client.post("/policies/compare", headers=user, json={"policies": ["universal"], "on": on})
    *_, comparison = [json.loads(line) for line in answer.text.splitlines()]
    ((_, figures),) = comparison["policies"].items()
    assert figures["findings_current"]["several-gps"] == several


def test_processes_that_share_a_building_have_the_same_successions(became: None) -> None:
    with building._helpers(building.WORTH_PROCESSES) as processes:
        assert processes is not None
        assert processes.submit(schema.definition).result() == schema.definition()
