"""A steward's decisions on a real stack: merged, shown by the old number, split, dismissed, and the views rebuilt."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from kafka import KafkaConsumer, TopicPartition

from domain.child import Child, Comparison
from domain.event import RegisterEvent
from services.configuration.settings import read_settings
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.topics import REGISTER_EVENTS
from streams.store.application import LogApplication
from streams.store.database import Database
from tests.support.stack import Stack
from tests.support.waiting import eventually
from tests.support.world import AGENCIES, person

NOBODY = "00000000-0000-4000-8000-000000000000"
NAMES = ("Ada", "Bea", "Cora")
Entries = dict[str, dict[str, Any]]


@contextmanager
def register_of(stack: Stack) -> Iterator[tuple[Database, LogApplication]]:
    """The stack's own event store."""
    database_url = read_settings(stack.data).need_database()
    with closing(Database(database_url, "test")) as database:
        kek = KeyEncryptionKey.from_file(stack.data / "keys" / "key-encryption.key")
        mapper = EventMapper(KeyRing(kek, reader_of(database, "register")))
        with closing(LogApplication(database_url, "register", mapper)) as log:
            yield database, log


def suspect(stack: Stack, child: str, other: str) -> None:
    """As the matcher would: the child may be the other one."""
    with register_of(stack) as (database, log):
        with database.transaction() as cursor:
            cursor.execute("select child::text, record::text from register.match_index")
            record_of = dict(cursor.fetchall())
        aggregate: Any = None
        for stored in log.recorder.select_events_of([UUID(child)]):
            aggregate = log.mapper.to_domain_event(stored).mutate(aggregate)  # type: ignore[attr-defined]
        cause = log.mapper.to_domain_event(next(iter(log.recorder.select_events_of([UUID(record_of[child])]))))
        assert isinstance(aggregate, Child)
        assert isinstance(cause, RegisterEvent)
        why = {"given_name": "differs", "family_name": "agrees", "date_of_birth": "agrees"}
        aggregate.suspect(cause, "test/1", [Comparison(record_of[other], "possible", 0.7, why)])
        log.recorder.insert_events([log.mapper.to_stored_event(event) for event in aggregate.collect_events()])


@pytest.fixture(scope="module")
def children(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Entries:
    """Three children of one record each, by given name; the second is suspected to be the first."""
    folder: Path = tmp_path_factory.mktemp("three")
    agencies = [{"code": each.code, "name": each.name, "kind": each.kind.value} for each in AGENCIES]
    (folder / "agencies.yaml").write_text(json.dumps(agencies))
    submissions = [person(f"F-{name}", given_name=name, family_name=f"Of{name}") for name in NAMES]
    (folder / "three.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in submissions))
    stack.ask("submit", folder / "three.ndjson", "--agencies", folder / "agencies.yaml", "--wait")
    entries = {entry["name"]["given_name"]: entry for entry in stack.export()}
    suspect(stack, entries["Bea"]["child"], entries["Ada"]["child"])
    eventually(lambda: stack.ask("duplicates", "list")["pairs"])
    return entries


def subjects(entry: dict[str, Any]) -> list[str]:
    return sorted(record["subject"] for record in entry["records"])


def test_a_merge_and_its_undoing(stack: Stack, children: Entries) -> None:
    ada, bea = children["Ada"]["child"], children["Bea"]["child"]
    (pair,) = stack.ask("duplicates", "list")["pairs"]
    assert {pair["left"], pair["right"]} == {ada, bea}
    assert pair["why"]["given_name"] == "differs"

    merged = stack.ask("duplicates", "merge", ada, bea)
    assert (merged["child"], merged["other"]) == (ada, bea)
    assert stack.ask("duplicates", "list") == {"pairs": [], "contradictions": [], "like_shielded": []}
    shown = stack.ask("show", bea)
    assert (shown["child"], subjects(shown)) == (ada, ["F-Ada", "F-Bea"])
    history = stack.ask("history", bea)["events"]
    (merge,) = [event for event in history if event["type"] == "ChildrenMerged.v1"]
    assert (merge["data"]["decided_by"], merge["data"]["reason"]) == ("demo-data-manager", "a test asks")
    assert {"ChildSuperseded.v1", "MatchSuspected.v1"} <= {event["type"] for event in history}

    split = stack.ask("duplicates", "split", ada)
    assert (split["child"], split["other"]) == (ada, bea)
    for name in ("Ada", "Bea"):
        now = stack.ask("show", children[name]["child"])
        assert (now["child"], subjects(now)) == (children[name]["child"], [f"F-{name}"])
    then = stack.ask("show", bea, "--as-of", merge["recorded_at"])
    assert (then["child"], subjects(then)) == (ada, ["F-Ada", "F-Bea"])

    stack.ask("duplicates", "dismiss", ada, bea)
    assert stack.ask("duplicates", "list")["pairs"] == []


def test_a_record_can_be_taken_out_by_its_agencys_number(stack: Stack, children: Entries) -> None:
    bea, cora = children["Bea"]["child"], children["Cora"]["child"]
    stack.ask("duplicates", "merge", cora, bea)
    split = stack.ask("duplicates", "split", cora, "--record", "urn:agency:la-north", "F-Cora")
    assert split["other"] not in {bea, cora}
    assert subjects(stack.ask("show", split["other"])) == ["F-Cora"]
    assert subjects(stack.ask("show", cora)) == ["F-Bea"]


def test_a_record_that_is_set_aside_is_accepted_and_that_is_taken_back(
    stack: Stack, children: Entries, tmp_path: Path
) -> None:
    flora = {"family_name": "Tansley", "date_of_birth": "2002-04-06", "nhs_number": "9990000034"}
    ours = person("F-Flora", given_name="Flora", **flora)
    theirs = person("F-Flora", "gp", given_name="Flora", **flora)
    other = {**flora, "given_name": "Wolfgang", "date_of_birth": "1999-11-30", "gender": "male"}
    amended = person("F-Flora", "gp", **other) | {"type": "child.amended", "time": "2010-01-01T09:00:00Z"}
    (tmp_path / "flora.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in (ours, theirs, amended)))
    stack.ask("submit", tmp_path / "flora.ndjson", "--wait")
    (waiting,) = stack.ask("duplicates", "list")["contradictions"]
    assert waiting["set_aside"]["source"] == "urn:agency:gp"
    which = (waiting["child"], "urn:agency:gp", "F-Flora")

    def names() -> set[str]:
        shown = stack.ask("show", waiting["child"])
        return {each["given_name"] for each in (shown["name"], *shown["other_names"])}

    assert names() == {"Flora"}
    stack.ask("duplicates", "accept", *which)
    assert names() == {"Flora", "Wolfgang"}
    assert stack.ask("duplicates", "list")["contradictions"] == []
    stack.ask("duplicates", "set-aside", *which)
    assert names() == {"Flora"}
    assert len(stack.ask("duplicates", "list")["contradictions"]) == 1
    told = [event["type"] for event in stack.ask("history", waiting["child"])["events"]]
    assert {"RecordAcceptedBySteward.v1", "RecordSetAsideBySteward.v1"} <= set(told)


@pytest.mark.parametrize(
    "words",
    [
        ("accept", "Ada", "urn:agency:la-north", "F-Ada"),
        ("set-aside", "Ada", "urn:agency:la-north", "F-Ada"),
        ("merge", NOBODY, NOBODY),
        ("merge", "Ada", "Ada"),
        ("split", "Ada"),
        ("split", "Ada", "--record", "urn:agency:gp", "F-Nobody"),
    ],
)
def test_what_is_refused_is_one_sentence_and_status_1(stack: Stack, children: Entries, words: tuple[str, ...]) -> None:
    numbers = [children[word]["child"] if word in children else word for word in words]
    answer = stack.run("duplicates", *numbers)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert len(answer.stderr.splitlines()) == 1
    assert "Traceback" not in answer.stderr


def test_what_a_suspended_agency_had_joined_is_shown_apart_and_together_again(stack: Stack, tmp_path: Path) -> None:
    kinds = {"council": "local-authority", "ward": "hospital", "charity": "voluntary"}
    (tmp_path / "agencies.yaml").write_text(json.dumps([{"code": c, "name": c, "kind": k} for c, k in kinds.items()]))
    council = {"given_name": "Tamsin", "family_name": "Okoro", "upn": "D999417608014"}
    ward = {"given_name": "Tamsin", "family_name": "Achebe", "nhs_number": "9990000417"}
    between = {**council, **ward, "family_name": "Okoro", "other_names": [{**ward, "kind": "former"}]}
    del between["other_names"][0]["nhs_number"]
    said = [person(f"F-{by}", by, **data) for by, data in (("council", council), ("ward", ward), ("charity", between))]
    (tmp_path / "three.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in said))
    stack.ask("submit", tmp_path / "three.ndjson", "--agencies", tmp_path / "agencies.yaml", "--wait")
    whole = ["F-charity", "F-council", "F-ward"]
    (child,) = (each["child"] for each in stack.export() if subjects(each) == whole)
    who = ["--as", "demo-data-manager", "--reason", "a test asks"]

    stack.ask("agencies", "suspend", "charity", "--set-aside", *who)
    entries = eventually(lambda: parted(stack.export()))
    others = {entries["F-council"]["child"], entries["F-ward"]["child"]}
    assert child in others
    assert len(others) == 2
    told = stack.ask("show", entries["F-ward"]["child"], "--why")
    assert "ward" in str(told["why"]["name"]["believed"])
    assert told.pop("left_out") == ["urn:agency:charity"]
    assert not {"charity", "Okoro"} & set(re.findall(r"\w+", str(told)))
    (pair,) = stack.ask("duplicates", "list")["pairs"]
    assert {pair["left"], pair["right"]} == others

    stack.ask("agencies", "resume", "charity", *who)
    eventually(lambda: subjects(stack.ask("show", child)) == whole)
    stack.ask("agencies", "suspend", "charity", "--set-aside", *who)
    eventually(lambda: len(subjects(stack.ask("show", child))) == 1)


def parted(entries: list[dict[str, Any]]) -> Entries:
    """The entries by the record that is alone in each; nothing while one has several."""
    alone = {subject: entry for entry in entries for subject in subjects(entry) if len(subjects(entry)) == 1}
    return alone if {"F-council", "F-ward"} <= alone.keys() else {}


def test_every_decision_has_a_receipt_and_no_reason_stands_on_the_logs(stack: Stack, children: Entries) -> None:
    receipts = stack.ask("receipts", "--source", "urn:contactpoint:stewardship")
    assert {"accepted"} <= {each["outcome"] for each in receipts}
    logs = b"".join(log.read_bytes() for log in (stack.data / "logs").iterdir())
    assert b"a test asks" not in logs


def opened_on_kafka(stack: Stack) -> str:
    """All that is sealed in the published register and that a process opens which begins now."""
    settings = read_settings(stack.data)
    consumer = KafkaConsumer(**settings.need_kafka().for_kafka_python(), group_id=None)
    places = [TopicPartition(REGISTER_EVENTS, n) for n in consumer.partitions_for_topic(REGISTER_EVENTS) or ()]
    consumer.assign(places)
    consumer.seek_to_beginning()
    ends, values = consumer.end_offsets(places), []
    while any(consumer.position(place) < ends[place] for place in places):
        values += [message.value for some in consumer.poll(timeout_ms=500).values() for message in some]
    consumer.close()
    found = []
    with register_of(stack) as (_, log):
        keys: KeyRing = log.mapper.keys  # type: ignore[attr-defined]
        for event in map(json.loads, values):
            with suppress(KeyError):
                found.append(keys.open(event["subject"], event["version"], event["sealed"]))
    return str(found)


def dumped(stack: Stack) -> str:
    """Every row of every table of the views and of the register, as text; ids of submissions stay."""
    with closing(Database(stack.administrator_url(), "test")) as database, database.transaction() as cursor:
        cursor.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema') and schemaname not like 'pg_temp%'"
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"select t::text from {table} t")
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found).lower()


def test_a_destroyed_child_is_in_no_copy_and_the_log_still_verifies(
    stack: Stack, children: Entries, tmp_path: Path
) -> None:
    hermia = {"given_name": "Hermia", "family_name": "Undercliff", "nhs_number": "9990000468"}
    lines = {"lines": ["9 Quenby Stair"], "postcode": "ZX9 4QQ", "status": "current"}
    sent = tmp_path / "one.ndjson"
    sent.write_text(json.dumps(person("F-Hermia", address=lines, **hermia)))
    stack.ask("submit", sent, "--wait")
    (child,) = (each["child"] for each in stack.export() if each["name"]["given_name"] == "Hermia")
    assert {"Undercliff", "Quenby"} <= set(re.findall(r"\w+", opened_on_kafka(stack)))
    assert "undercliff" in dumped(stack)

    proof = tmp_path / "certificate.json"
    certificate = stack.ask("erase", child, "--certificate", proof)
    assert certificate == json.loads(proof.read_text())
    assert (certificate["complete"], len(certificate["keys"])) == (True, 2)
    again = stack.ask("erase", "urn:agency:la-north", "F-Hermia", "--certificate", proof)
    assert again["erasure"] == certificate["erasure"]
    assert not {"Undercliff", "Quenby"} & set(re.findall(r"\w+", opened_on_kafka(stack)))
    assert not {each for each in ("undercliff", "9990000468", "f-hermia", "quenby") if each in dumped(stack)}
    assert "Hermia" not in str(stack.export())
    logs = b"".join(log.read_bytes() for log in (stack.data / "logs").iterdir())
    assert not {each for each in (b"Undercliff", b"F-Hermia", b"Quenby") if each in logs}
    assert stack.run("show", child).returncode == 1
    sent.write_text(json.dumps(person("F-Hermia", **hermia)))
    assert json.loads(stack.run("submit", sent, "--wait").stdout)["refused"] == 1
    assert stack.ask("verify")["findings"] == []
    assert stack.run("erase", NOBODY, "--certificate", proof).returncode == 1


def test_a_rebuild_gives_the_digest_of_the_live_views(stack: Stack, children: Entries) -> None:
    done = stack.ask("rebuild")
    assert done["digest"]["live"] == done["digest"]["rebuilt"]
    assert len(set(stack.ask("status")["positions"].values())) == 1
