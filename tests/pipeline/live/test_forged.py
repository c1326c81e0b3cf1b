"""What somebody other than the relay writes into Kafka changes no view, is said and kept, and delays nothing."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.queries.dead_letters import list_letters
from services.rebuild import rebuild
from streams.kafka.topics import ACCESS_EVENTS, REGISTER_EVENTS, REGISTER_PARTITIONS
from tests.support.projector_stage import Stage, add_records, logged
from tests.support.story import look, receipt
from tests.support.waiting import eventually


def partition_of(stream: str) -> int:
    return UUID(stream).int % REGISTER_PARTITIONS


def is_hidden(stage: Stage, child: str) -> bool:
    return stage.rows("select true from hidden where child = %s", child) == [(True,)]


def forged(stage: Stage) -> list[tuple[Any, ...]]:
    return stage.rows("select topic, partition, message_offset from failed_messages where code = 'forged'")


@pytest.fixture
def shielded(stage: Stage) -> str:
    child = stage.story.ada()
    stage.story.shielded(child)
    stage.publish()
    return child


def lifting(child: str, version: int) -> bytes:
    """An event that lifts a child's shield, as whoever has read one from Kafka writes it."""
    event = {"type": "ShieldLifted.v1", "subject": child, "position": 4, "version": version, "data": {}}
    more = {"source": "urn:contactpoint:stewardship", "time": "2026-11-24T00:00:00.000000Z"}
    return json.dumps({**event, **more, "recordedat": more["time"]}).encode()


def test_a_shield_that_is_lifted_in_kafka_alone_stays(stage: Stage, shielded: str) -> None:
    with logged() as log, stage.projecting():
        stage.settle()
        assert is_hidden(stage, shielded)
        stage.forge(REGISTER_EVENTS, lifting(shielded, 3), partition=partition_of(shielded))
        stage.settle()
    assert is_hidden(stage, shielded)
    assert stage.register_views() == stage.expected()
    ((topic, number, offset),) = forged(stage)
    assert (topic, number) == (REGISTER_EVENTS, partition_of(shielded))
    assert log.has(f"{topic}/{number}/{offset} is forged")
    assert shielded not in " ".join(log.lines)


def test_forged_messages_of_every_topic_are_kept_aside_and_others_go_on(stage: Stage) -> None:
    before = len(forged(stage))
    stage.forge(ACCESS_EVENTS, look(1000, []))
    stage.forge("receipts.gp", receipt("forged", "submissions.gp/0/77"))
    stage.forge("receipts.gp", receipt("forged", "submissions.gp/0/78"), headers=[("mac", b"A" * 44)])
    add_records(stage.story, 5)
    stage.publish()
    stage.answer([receipt("genuine", "submissions.gp/0/79")])
    with stage.projecting():
        stage.settle()
    assert len(forged(stage)) == before + 3
    assert stage.rows("select submission from receipts") == [("genuine",)]
    assert stage.rows("select count(*) from access_log") == [(0,)]
    assert stage.register_views() == stage.expected()


def test_a_genuine_message_of_another_topic_is_forged_here(stage: Stage) -> None:
    before = len(forged(stage))
    with stage.projecting():
        stage.story.ada()
        stage.publish()
        stage.settle()
        stage.forge(REGISTER_EVENTS, stage.genuine(ACCESS_EVENTS, lifting(str(uuid4()), 1)))
        stage.settle()
    assert len(forged(stage)) == before + 1
    assert stage.register_views() == stage.expected()


def test_a_projector_with_another_publication_key_stops_before_it_passes_anything_over(
    stage: Stage, tmp_path: Path
) -> None:
    before = forged(stage)
    add_records(stage.story, 5)
    stage.publish()
    other = tmp_path / "publication.key"
    other.write_bytes(urlsafe_b64encode(bytes(32)))
    with logged() as log, stage.projecting(other):
        eventually(lambda: log.has("publication.key may not be the relay's"))
    with stage.projecting():
        stage.settle()
    assert forged(stage) == before
    assert stage.register_views() == stage.expected()


def test_a_rebuild_takes_nothing_forged_either(stage: Stage) -> None:
    before = forged(stage)
    assert before
    done = rebuild(stage.kafka, stage.url, stage.key, stage.publication_key)
    assert done.live == done.rebuilt
    assert done.switched
    assert sorted(forged(stage)) == sorted(before)


def test_dead_letters_have_them_as_a_state_of_their_own(stage: Stage) -> None:
    letters = list_letters(stage.kafka, stage.database)
    assert [letter["message"] for letter in letters if letter["code"] == "forged"] == [
        f"{topic}/{number}/{offset}" for topic, number, offset in sorted(forged(stage))
    ]
