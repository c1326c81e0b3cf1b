"""While no complete views of this version exist, nothing is answered from any: nobody is absent because views are."""

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from projections.engine import schema
from services.api.server import open_app
from services.cli.main import main
from tests.support.api_world import NHS_NUMBER, NOBODY, Headers, is_problem
from tests.support.waiting import eventually
from tests.support.world import World

SEARCH = {"criteria": {"nhs_number": NHS_NUMBER}, "reason": "safeguarding enquiry"}
LOOKS = (f"/children/{NOBODY}", f"/children/{NOBODY}/history", "/reports/no-gp", "/receipts", "/duplicates")


@pytest.fixture
def not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """This version is one of which no views were ever built."""
    monkeypatch.setattr(schema, "ROWS", 4_713)


@pytest.mark.parametrize("path", LOOKS)
def test_a_look_says_not_now_and_never_that_there_is_nobody(
    client: TestClient, user: Headers, not_built: None, path: str
) -> None:
    answer = client.get(path, headers=user)
    assert is_problem(answer, 503)
    assert answer.headers["retry-after"].isdigit()
    assert "views of this version" in answer.json()["detail"]


def test_a_search_says_not_now(client: TestClient, user: Headers, not_built: None) -> None:
    answer = client.post("/children/search", json=SEARCH, headers=user)
    assert is_problem(answer, 503)
    assert "says nothing of anybody" in answer.json()["detail"]


def test_it_is_not_ready_and_says_why(client: TestClient, not_built: None) -> None:
    answer = client.get("/health/ready")
    assert is_problem(answer, 503)
    assert "views of this version are not built yet" in answer.json()["detail"]


def test_once_they_are_there_it_answers_again(client: TestClient, user: Headers) -> None:
    assert client.get("/health/ready").status_code == 200
    assert client.post("/children/search", json=SEARCH, headers=user).json()["results"]


def refused(client: TestClient) -> Any:
    """The answer of one that is not ready."""
    answer = client.get("/health/ready")
    return None if answer.is_success else answer


def test_it_is_not_ready_while_the_views_are_late(client: TestClient, world: World) -> None:
    with world.database.transaction() as cursor:
        cursor.execute("insert into publication.published (log, position) values ('register.events', 1)")
        cursor.execute(
            "insert into publication.partitions (topic, partition, end_offset, position)"
            " values ('register.events', 0, 1, 1)"
        )
    try:
        assert client.get("/health/ready").status_code == 200, "late, but not by much"
        with TestClient(open_app(replace(world.settings, most_lag_s=1))) as strict:
            answer = eventually(lambda: refused(strict))
        assert is_problem(answer, 503)
        assert "the views lack what was decided" in answer.json()["detail"]
    finally:
        with world.database.transaction() as cursor:
            cursor.execute("delete from publication.partitions; delete from publication.published")


def test_verbs_say_so_and_end_with_status_three(
    environ: dict[str, str],
    world: World,
    not_built: None,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    who = ("--as", "demo-data-manager", "--reason", "safeguarding enquiry")
    assert main(["find", "--nhs-number", NHS_NUMBER, *who]) == 3
    assert "views of this version" in capfd.readouterr().err
    assert main(["status", "--json"]) == 3
    told = json.loads(capfd.readouterr().out)
    assert any("views of this version are not built yet" in each["says"] for each in told["troubles"])
    assert told["positions"]["views"] == 0
