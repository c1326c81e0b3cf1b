"""A shield on a real stack: read in every way, rebuilt, overridden; no topic and no log has what it hides."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from services.configuration.settings import read_settings
from services.registrar.batch import STEWARDS_TOPIC
from services.submission_contract.decisions import DecisionType, decision
from tests.support.shields import AT_RISK, NUMBER, SCHOOL, TIME, secrets_in
from tests.support.stack import Stack
from tests.support.waiting import eventually
from tests.support.world import AGENCIES, person, submission


@pytest.fixture(scope="module")
def child(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A child whose whereabouts were known to everybody, until now."""
    folder: Path = tmp_path_factory.mktemp("at-risk")
    agencies = [
        {"code": each.code, "name": each.name, "kind": each.kind.value}
        | ({"authority": each.authority} if each.authority else {})
        for each in AGENCIES
    ]
    (folder / "agencies.yaml").write_text(json.dumps(agencies))
    broken = person("SH-2", **AT_RISK | {"nhs_number": "1"})
    messages = [person("SH-1", **AT_RISK), submission("involvement.started", "SH-1", SCHOOL), broken]
    (folder / "messages.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in messages))
    stack.run("submit", folder / "messages.ndjson", "--agencies", folder / "agencies.yaml", "--wait")
    (found,) = stack.ask("find", "--nhs-number", NUMBER)["results"]
    stack.ask("shield", "apply", found["child"])
    return str(found["child"])


def test_nothing_that_is_read_has_anything_hidden(stack: Stack, child: str) -> None:
    shown = stack.ask("show", child)
    assert (shown["shielded"], shown["name"]["given_name"], shown["addresses"]) == (True, "Tamsin", [])
    answers: list[Any] = [shown, stack.ask("show", child, "--as-of", "2030-01-01"), stack.ask("history", child)]
    answers += [stack.export(), stack.ask("receipts"), stack.ask("duplicates", "list"), stack.ask("status")]
    answers += [stack.ask("shield", "review", "--on", "2030-01-01"), stack.ask("shield", "overrides", "list")]
    assert secrets_in(json.dumps(answers)) == []
    for criteria in (("--nhs-number", NUMBER), ("--postcode", "ZX7 7QQ", "--family-name", "Orrell")):
        answer = stack.run("find", *criteria)
        assert (answer.returncode, secrets_in(answer.stdout + answer.stderr)) == (1, [])
    assert stack.run("shield", "apply", child).returncode == 1


def test_what_a_user_could_have_been_shown_is_by_the_shield_of_then(stack: Stack, child: str) -> None:
    auditor = ("--as", "demo-auditor", "--reason", "audit")

    def past_access(moment: str) -> tuple[int, dict[str, Any]]:
        answer = stack.run("could-have-seen", "demo-practitioner", child, "--on", moment, *auditor)
        assert (answer.stderr, secrets_in(answer.stdout)) == ("", [])
        return answer.returncode, json.loads(answer.stdout)

    applied = stack.ask("show", child)["as_of"]
    before = f"{datetime.fromisoformat(applied) - timedelta(milliseconds=1):%Y-%m-%dT%H:%M:%S.%fZ}"
    status, then = past_access(before)
    assert (status, then["known"], then["shielded"], then["hidden_now"], then["entry"]) == (0, True, False, True, None)
    assert then["may"] == {"find": "allow", "show": "allow", "history": "allow"}
    assert then["entitlement"]["role"] == "practitioner"
    status, now = past_access("2999-01-01")
    assert (status, now["known"], now["shielded"], now["entry"], now["looks"]) == (0, True, True, None, [])
    status, never = past_access("1999-01-01")
    assert (status, never["known"], never["entitlement"], never["may"]["show"]) == (1, False, None, "deny")
    assert stack.run("could-have-seen", "demo-auditor", child, "--on", before, *auditor).returncode == 1
    eventually(lambda: "could-have-seen" in {look["action"] for look in stack.ask("looks", child, *auditor)["looks"]})


def test_a_lift_written_straight_into_kafka_lifts_nothing(stack: Stack, child: str) -> None:
    sent = [json.loads(value) for value in read(stack, STEWARDS_TOPIC)]
    applied = next(each for each in sent if each["subject"] == child)
    data = {"decided_by": "demo-data-manager", "reason": "a test asks", "child": child}
    ids = ("no-look", applied["id"])
    producer = KafkaProducer(**read_settings(stack.data).need_kafka().for_kafka_python())
    try:
        for id_ in ids:
            lift = decision(id_, DecisionType.SHIELD_LIFT, child, TIME, data)
            producer.send(STEWARDS_TOPIC, key=child.encode(), value=lift).get(30)
    finally:
        producer.close()

    def answered() -> dict[str, Any]:
        receipts = stack.receipts_so_far("urn:contactpoint:stewardship")
        found = {each["submission"]: each for each in receipts if each["outcome"] != "accepted"}
        return found if found.keys() >= set(ids) else {}

    found = eventually(answered)
    assert (found["no-look"]["outcome"], found["no-look"]["reasons"][0]["code"]) == ("refused", "look-unknown")
    assert found[applied["id"]]["outcome"] == "duplicate"
    assert stack.ask("show", child)["shielded"]


def test_a_rebuild_keeps_it_hidden(stack: Stack, child: str) -> None:
    done = stack.ask("rebuild")
    assert done["digest"]["live"] == done["digest"]["rebuilt"]
    assert stack.ask("show", child)["addresses"] == []
    assert stack.run("find", "--nhs-number", NUMBER).returncode == 1


def test_an_override_notifies_the_authority_and_waits_for_an_investigation(stack: Stack, child: str) -> None:
    used = stack.ask("shield", "override", child)
    opened = stack.ask("show", child)
    assert (opened["addresses"][0]["postcode"], "override" in opened["warning"]) == ("ZX7 7QQ", True)
    (notice,) = eventually(lambda: override_notices(stack))
    assert notice["investigation"] == used["investigation"]

    def waiting() -> list[Any]:
        return list(stack.ask("shield", "overrides", "list")["investigations"])

    assert [each["child"] for each in eventually(waiting)] == [child]
    assert stack.run("shield", "overrides", "close", used["investigation"]).returncode == 1


def test_no_topic_and_no_log_has_anything_hidden_in_clear(stack: Stack, child: str) -> None:
    topics = ("register.events", "access.events", "receipts.la-north", "receipts.stewardship", "notices.E06999001")
    for topic in topics:
        values = read(stack, topic)
        assert values
        assert (topic, secrets_in(" ".join(values))) == (topic, [])
    logs = " ".join(log.read_text(errors="replace") for log in (stack.data / "logs").iterdir())
    assert logs
    assert secrets_in(logs + stack.errors()) == []


def override_notices(stack: Stack) -> list[dict[str, Any]]:
    """The authority's notices of overrides; it gets notices of looks by the demo's users, too."""
    notices = [json.loads(value) for value in read(stack, "notices.E06999001")]
    return [each for each in notices if each["kind"] == "override"]


def read(stack: Stack, topic: str) -> list[str]:
    """Every message of a topic."""
    consumer = KafkaConsumer(**read_settings(stack.data).need_kafka().for_kafka_python(), group_id=None)
    try:
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends, values = consumer.end_offsets(places), []
        while any(consumer.position(place) < ends[place] for place in places):
            values += [each.value.decode() for found in consumer.poll(timeout_ms=500).values() for each in found]
        return values
    finally:
        consumer.close()
