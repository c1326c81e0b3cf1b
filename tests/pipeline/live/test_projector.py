"""The projector keeps the views at what the logs hold, whatever comes."""

import pytest
from kafka import KafkaAdminClient, TopicPartition

from projections.search.project import Search
from tests.support.projector_stage import Stage, add_records, logged
from tests.support.story import look, receipt
from tests.support.topics import have_topics
from tests.support.waiting import eventually


def test_the_views_hold_what_was_published(stage: Stage) -> None:
    add_records(stage.story, 50)
    stage.publish()
    stage.answer(receipt(f"s-{offset}", f"submissions.gp/0/{offset}") for offset in range(100))
    stage.look([look(1, []), look(2, [])])
    with stage.projecting():
        stage.settle()
        stage.story.ada()
        stage.publish()
        stage.settle()
    assert stage.register_views() == stage.expected()
    assert stage.rows("select count(*) from receipts") == [(100,)]
    assert stage.rows("select count(*) from access_log") == [(2,)]
    assert stage.rows("select count(*) from failed_messages") == [(0,)]


def test_a_new_agency_is_read_from_its_first_receipt_on(stage: Stage) -> None:
    with stage.projecting():
        stage.settle()
        have_topics(stage.kafka, ["new-agency"])
        stage.answer([receipt("first", "submissions.new-agency/0/0")], "new-agency")
        stage.settle()
        stage.answer([receipt("second", "submissions.new-agency/0/1")], "new-agency")
        stage.settle()
    stored = stage.rows(
        "select submission from receipts where topic = 'submissions.new-agency' order by message_offset"
    )
    assert stored == [("first",), ("second",)]


def test_a_receipt_that_is_published_again_is_one_row(stage: Stage) -> None:
    again = [receipt("s-1", "submissions.gp/0/1"), receipt("s-new", "submissions.gp/0/1000")]
    with stage.projecting():
        stage.answer(again)
        stage.answer(again)
        stage.settle()
    assert stage.rows("select count(*) from receipts where submission in ('s-1', 's-new')") == [(2,)]


def test_what_a_projection_could_not_take_is_applied_once_its_cause_is_mended(stage: Stage) -> None:
    record = stage.story.registered(given_name="Hidden")
    stage.story.listed(record)
    stage.rows(
        "update register.data_keys set wrapped = overlay(wrapped placing %s from 20) where stream = %s", b"x", record
    )
    stage.publish()
    stage.send("register.events", [b"not json}", b"{}"])
    twice = dict.fromkeys(("directory", "duplicates", "shields", "new_identities", "archive", "audit_history"), 2)
    failed = {"search": 3, "chronology": 3, **twice}
    counts = "select projection, count(*) from failed_messages group by 1"
    with stage.projecting():
        eventually(lambda: dict(stage.rows(counts)) == failed)
    stage.rows("update register.data_keys set wrapped = %s where stream = %s", stage.seals.wrapped(record), record)
    with stage.projecting():
        make_due(stage)
        eventually(lambda: stage.rows("select count(*) from failed_messages where code <> 'unreadable'") == [(0,)])
    assert stage.register_views() == stage.expected()


def test_a_failed_message_that_kafka_has_no_more_is_lost(stage: Stage) -> None:
    have_topics(stage.kafka, ["torn"])
    with stage.projecting():
        stage.answer([b"not json", b"[]"], "torn")
        stage.settle()
        admin = KafkaAdminClient(**stage.kafka.for_kafka_python())
        admin.delete_records({TopicPartition("receipts.torn", 0): 1})
        admin.close()
        make_due(stage)
        code_of = "select code from failed_messages where topic = 'receipts.torn' order by message_offset"
        eventually(lambda: stage.rows(code_of) == [("lost",), ("unreadable",)])
        attempts = "select attempts from failed_messages where topic = 'receipts.torn' and code = 'unreadable'"
        eventually(lambda: stage.rows(attempts) == [(1,)])


def test_a_fault_of_a_projection_stops_it_where_it_stands_and_is_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage.projecting():
        stage.settle()
    before = stage.register_views()
    stage.story.ada()
    stage.publish()
    with monkeypatch.context() as broken, logged() as log:
        broken.setattr(Search, "project", lambda *_: {}["Ada"])
        with stage.projecting():
            eventually(lambda: log.has("search stands before register.events"))
            stops = "select projection, code from stops"
            eventually(lambda: stage.rows(stops) == [("search", "KeyError")])
            stage.answer([receipt("while it stands", "submissions.gp/0/5000")])
            assert stage.register_views() == before
            assert not stage.is_applied()
        assert not log.has("Ada")
    with stage.projecting():
        stage.settle()
        eventually(lambda: stage.rows(stops) == [])
    assert stage.register_views() == stage.expected()


def test_messages_that_kafka_has_lost_are_noticed_and_passed_over(stage: Stage) -> None:
    have_topics(stage.kafka, ["lossy"])
    stage.answer([receipt(f"l-{offset}", f"submissions.lossy/0/{offset}") for offset in range(5)], "lossy")
    admin = KafkaAdminClient(**stage.kafka.for_kafka_python())
    admin.delete_records({TopicPartition("receipts.lossy", 0): 3})
    admin.close()
    with logged() as log, stage.projecting():
        stage.settle()
    assert log.has("receipts.lossy/0 has no messages from 0")
    assert stage.rows("select count(*) from receipts where topic = 'submissions.lossy'") == [(2,)]


def test_views_that_are_ahead_of_kafka_are_left_alone(stage: Stage) -> None:
    ((stored,),) = stage.rows("select next_offset from positions where topic = 'access.events' and partition = 0")
    move = "update positions set next_offset = %s where topic = 'access.events' and partition = 0"
    stage.rows(move, stored + 10)
    with logged() as log, stage.projecting():
        eventually(lambda: log.has("the views are at"))
        stage.rows(move, stored)
        eventually(lambda: log.has("going on"))
        stage.settle()


def make_due(stage: Stage) -> None:
    """Lets every failed message be applied again at once."""
    stage.rows("update failed_messages set retry_at = now()")
