"""Dead letters: nobody knows what is in one, so a masked user sees none of a sensitive agency, and most users none."""

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from kafka import KafkaProducer
from starlette.testclient import TestClient

from services.registers import INVALID, BudgetUse
from services.registrar.budgets import write_spent
from services.registrar.receipts import Answer, dead_letter
from services.submission_contract.reading import Reason
from streams.kafka.topics import DEAD_LETTERS
from streams.store.database import Database
from tests.support.api_world import is_problem, looking
from tests.support.world import World, person

SECRET = "Zephaniah"
WITHOUT_RIGHT = ("user:demo-practitioner", "user:demo-auditor", "agency:clinic", "agency:gp")


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    return empty_world


@pytest.fixture(scope="module")
def letters(world: World) -> dict[str, str]:
    """The names of letters by the agency whose topic they came from."""
    why = (Reason(field="data", code="x", message="x"),)
    producer = KafkaProducer(**world.kafka.for_kafka_python())
    names = {}
    for code in ("clinic", "la-north", "unclaimed"):
        value = json.dumps(person("C1", "clinic", given_name=SECRET)).encode()
        answer = Answer(f"submissions.{code}/0/1", code, None, None, "invalid", why)
        _, key, body, _ = dead_letter(answer, value, "2026-11-24T10:00:00Z")
        sent = producer.send(DEAD_LETTERS, key=key, value=body).get(30)
        names[code] = f"{sent.partition}-{sent.offset}"
    producer.close()
    return names


def test_a_masked_user_gets_nothing_of_a_sensitive_agencys_letter(
    world: World, client: TestClient, letters: dict[str, str]
) -> None:
    masked, cleared = looking(world, "user:demo-masked"), looking(world)
    for code in ("clinic", "unclaimed"):
        hidden = client.get(f"/dead-letters/{letters[code]}", headers=masked)
        absent = client.get("/dead-letters/0-999999", headers=masked)
        assert (hidden.status_code, hidden.content, hidden.headers) == (404, absent.content, absent.headers)
        assert client.get(f"/dead-letters/{letters[code]}", headers=cleared).json()["raw"]
    assert client.get("/dead-letters/la-north-0-1", headers=masked).json()["raw"]
    named = {each["letter"] for each in client.get("/dead-letters", headers=masked).json()}
    assert named.isdisjoint({*letters.values(), "clinic-0-1", "unclaimed-0-1"})
    assert "la-north-0-1" in named


def test_no_list_has_what_a_letter_says(world: World, client: TestClient, letters: dict[str, str]) -> None:
    listed = client.get("/dead-letters", headers=looking(world))
    assert set(letters.values()) <= {each["letter"] for each in listed.json()}
    assert SECRET not in listed.text
    assert not any("raw" in each and each["raw"] for each in listed.json())


def test_pages_for_who_is_not_cleared_follow_each_other_whatever_lies_between(world: World, client: TestClient) -> None:
    why = (Reason(field="data", code="x", message="x"),)
    with closing(KafkaProducer(**world.kafka.for_kafka_python())) as producer:
        for offset in range(2, 7):
            for code in ("la-north", "clinic"):
                answer = Answer(f"submissions.{code}/0/{offset}", code, None, None, "invalid", why)
                _, key, body, _ = dead_letter(answer, b"{}", "2026-11-24T10:00:00Z")
                producer.send(DEAD_LETTERS, key=key, value=body).get(30)
    masked = looking(world, "user:demo-masked")
    every = [each["letter"] for each in client.get("/dead-letters", headers=masked).json() if each["letter"]]
    assert {f"la-north-0-{offset}" for offset in range(2, 7)} <= set(every)
    for begin, after in enumerate(every):
        page = client.get("/dead-letters", params={"limit": 2, "after": after}, headers=masked).json()
        assert [each["letter"] for each in page if each["letter"]] == every[begin + 1 : begin + 3]
    unknown = client.get("/dead-letters", params={"after": "clinic-0-2"}, headers=masked)
    assert is_problem(unknown, 422)


def test_what_was_not_kept_is_one_line_an_hour_and_a_sensitive_agencys_is_for_who_is_cleared(
    world: World, client: TestClient
) -> None:
    spent = [
        BudgetUse(INVALID, code, datetime(2026, 11, 24, 9, tzinfo=UTC), 1_000, 7) for code in ("clinic", "la-north")
    ]
    with closing(Database(world.database_url, "test")) as database, database.transaction() as cursor:
        write_spent(cursor, spent)
    for who, codes in (("user:demo-data-manager", ["clinic", "la-north"]), ("user:demo-masked", ["la-north"])):
        listed = client.get("/dead-letters", headers=looking(world, who)).json()
        counted = [each for each in listed if each.get("counted")]
        assert [each["message"] for each in counted] == [f"submissions.{code}" for code in codes]
        assert {each["counted"] for each in counted} == {7}


@pytest.mark.parametrize("caller", WITHOUT_RIGHT)
def test_who_has_no_right_gets_none(world: World, client: TestClient, letters: dict[str, str], caller: str) -> None:
    who = looking(world, caller)
    for path in ("/dead-letters", *(f"/dead-letters/{letter}" for letter in (*letters.values(), "0-999999", "x"))):
        assert is_problem(client.get(path, headers=who), 403)
