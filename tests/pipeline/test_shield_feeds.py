"""Feeds go on meeting a shielded child: no update makes an unshielded twin, as happened in 2009."""

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from services.registrar.budgets import Limits
from services.submission_contract.decisions import DecisionType
from tests.support.api_world import Headers, looking
from tests.support.shields import AT_RISK, HOME, NUMBER, SCHOOL, decide, secrets_in, shield
from tests.support.world import World, person, submission

BORN = AT_RISK["date_of_birth"]


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    assert (
        empty_world.submit(person("R1", **AT_RISK), submission("involvement.started", "R1", SCHOOL)) == ["accepted"] * 2
    )
    shield(empty_world, empty_world.child_with(NUMBER))
    empty_world.enrol(Agency("school", "A school", AgencyKind.SCHOOL_CENSUS))
    return empty_world


def found(client: TestClient, user: Headers, **criteria: str) -> list[str]:
    """The children that a search finds, of whom nothing hidden is shown."""
    answer = client.post("/children/search", headers=user, json={"criteria": criteria, "reason": "an enquiry"})
    assert (answer.status_code, secrets_in(answer.text)) == (200, [])
    return [each["child"] for each in answer.json()["results"]]


def exported(client: TestClient, user: Headers) -> dict[str, Any]:
    """Every entry, of which none shows anything hidden."""
    answer = client.get("/export", headers=user)
    assert (answer.status_code, secrets_in(answer.text)) == (200, [])
    entries = [client.get(f"/children/{child}", headers=user) for child in children_in(answer.text)]
    assert [secrets_in(each.text) for each in entries] == [[]] * len(entries)
    return {each.json()["child"]: each.json() for each in entries}


def absent(client: TestClient, user: Headers, child: str) -> bool:
    """Whether every answer about the child is that about one who does not exist."""
    looks = ("", "/history", "?why=true", "?as_of=2026-11-20", "?effective=2026-11-20")
    nobody = "00000000-0000-4000-8000-000000000000"
    answers = [[client.get(f"/children/{each}{look}", headers=user) for look in looks] for each in (child, nobody)]
    assert {each.status_code for each in answers[1]} == {404}
    return [each.content for each in answers[0]] == [each.content for each in answers[1]]


def children_in(lines: str) -> list[str]:
    return [line.partition('"child":"')[2][:36] for line in lines.splitlines()]


def test_the_feed_of_2009_is_not_stopped_and_makes_no_unshielded_twin(
    world: World, client: TestClient, user: Headers
) -> None:
    child = world.child_with(NUMBER)
    moved = {**HOME, "lines": ["8 Harbour Row"]}
    number_corrected = AT_RISK | {"nhs_number": "9990000034", "address": moved}
    outcomes = world.submit(
        person("R1", **number_corrected) | {"type": "child.amended"},
        person("G9", "gp", **AT_RISK),
        person("R2", given_name="Tamsin", family_name="Marlow", date_of_birth=BORN, address=HOME)
        | {"time": "2007-05-01T09:00:00Z"},
    )
    assert outcomes == ["accepted"] * 3
    (renamed,) = set(world.children()) - {child}
    assert all(each["shielded"] for each in exported(client, user).values())
    for hidden in ({"postcode": "ZX7 7QQ", "date_of_birth": BORN}, {"nhs_number": "9990000034"}):
        assert found(client, user, **hidden) == []
    assert found(client, user, given_name="Tamsin", family_name="Orrell") == [child]
    assert found(client, user, given_name="Tamsin", family_name="Lanthorn") == []
    assert found(client, user, given_name="Tamsin", family_name="Marlow") == []
    assert absent(client, user, renamed)
    assert decide(world, DecisionType.MERGE, left=child, right=renamed) == "accepted"
    assert world.children() == [child]


def test_a_record_that_may_be_the_shielded_childs_is_hidden_until_somebody_decides(
    world: World, client: TestClient, user: Headers
) -> None:
    before = set(world.children())
    juno = {"given_name": "Juno", "family_name": "Vale", "date_of_birth": "2004-01-09", "address": HOME}
    world.submit(person("J1", **juno))
    (child,) = set(world.children()) - before
    shield(world, child)
    world.submit(person("J2", "gp", **juno | {"date_of_birth": "2005-03-11", "gender": "unknown"}))
    (other,) = set(world.children()) - before - {child}
    assert other not in exported(client, user)
    assert absent(client, user, other)
    assert found(client, user, date_of_birth="2005-03-11", postcode="ZX7 7QQ") == []
    assert found(client, user, given_name="Juno", family_name="Vale") == [child]
    queue = client.get("/duplicates", headers=user)
    assert ([{each["left"], each["right"]} for each in queue.json()["pairs"]], secrets_in(queue.text)) == (
        [{child, other}],
        [],
    )
    assert client.get("/duplicates", headers=looking(world, "user:demo-masked")).status_code == 200
    assert decide(world, DecisionType.DISMISS, left=other, right=child) == "accepted"
    entry = client.get(f"/children/{other}", headers=user).json()
    assert (entry["shielded"], entry["addresses"][0]["postcode"]) == (False, "ZX7 7QQ")
    assert decide(world, DecisionType.SHIELD_APPLY, child=other, custodian=None) == "accepted"


def test_a_merge_keeps_the_shield_and_a_split_gives_it_to_both(world: World, client: TestClient, user: Headers) -> None:
    child = world.child_with(NUMBER)
    world.submit(person("M1", given_name="Mina", family_name="Else", date_of_birth="1999-01-01"))
    plain = world.child_named("mina")
    assert decide(world, DecisionType.MERGE, left=plain, right=child) == "accepted"
    assert exported(client, user)[plain]["shielded"]
    for number in (plain, child):
        shown = client.get(f"/children/{number}", headers=user, params={"as_of": "2026-01-01"}).json()
        assert (shown["child"], shown["shielded"], shown["addresses"]) == (plain, True, [])
    assert decide(world, DecisionType.SPLIT, child=plain) == "accepted"
    entries = exported(client, user)
    assert (entries[plain]["shielded"], entries[child]["shielded"]) == (True, True)
    assert decide(world, DecisionType.SHIELD_LIFT, child=plain) == "accepted"
    assert client.get(f"/children/{plain}", headers=user).json()["records"] != []
    assert exported(client, user)[child]["shielded"]


def test_an_agencys_further_suspicions_wait_behind_the_queue_and_are_told_and_nothing_else_differs(
    world: World, client: TestClient, user: Headers
) -> None:
    before = set(world.children())
    ivo = {"given_name": "Ivo", "family_name": "Tarn", "date_of_birth": "2006-06-06", "gender": "male"}
    world.submit(person("V0", **ivo, address=HOME))
    (child,) = set(world.children()) - before
    shield(world, child)
    world.registrar.limits = Limits(suspicions=2)
    added = []
    for number in range(4):
        ready = set(world.children())
        assert world.submit(person(f"V{number}", "school", **ivo)) == ["accepted"]
        added += sorted(set(world.children()) - ready)
    world.registrar.limits = Limits()
    assert exported(client, user).keys().isdisjoint(added)
    assert all(absent(client, user, each) for each in added)
    queued, behind = (
        client.get("/duplicates", headers=user, params=params).json() for params in ({}, {"withheld": "true"})
    )
    assert {each["left"] for each in of(child, queued)} | {each["right"] for each in of(child, queued)} == {
        child,
        *added[:2],
    }
    assert {each["rule"] for each in of(child, behind)} == {"like-shielded-withheld"}
    assert len(of(child, behind)) == 2
    (waiting,) = [each for each in queued["like_shielded"] if each["source"] == "urn:agency:school"]
    assert (waiting["records"], waiting["withheld"]) == (4, 2)
    assert waiting["since"] == min(each["since"] for each in of(child, queued))
    report = client.get("/access/report", headers=looking(world, "user:demo-auditor")).json()
    assert [(each["agency"], each["queued"], each["withheld"]) for each in report["suspicions"]] == [("school", 2, 2)]
    assert alarms(world) == [(each["agency"], each["day"]) for each in report["suspicions"]]
    assert decide(world, DecisionType.DISMISS, left=added[3], right=child) == "accepted"
    assert not exported(client, user)[added[3]]["shielded"]


def alarms(world: World) -> list[tuple[str, str]]:
    """Agency and day of each alarm, which nobody but data managers may read."""
    with world.database.transaction() as cursor:
        cursor.execute("select topic, value from register.outbox where topic like 'notices.%' order by ordinal")
        sent = [(topic, orjson.loads(bytes(value))) for topic, value in cursor.fetchall()]
    found = [(topic, notice) for topic, notice in sent if notice["kind"] == "suspicions"]
    assert {topic for topic, _ in found} <= {"notices.unclaimed"}
    return [(notice["agency"], notice["day"]) for _, notice in found]


def of(child: str, queue: dict[str, Any]) -> list[dict[str, Any]]:
    """The pairs of the queue that are about a child."""
    return [each for each in queue["pairs"] if child in (each["left"], each["right"])]
