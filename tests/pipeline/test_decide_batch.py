"""What a batch causes, decided on a state that is passed in: no database, no Kafka."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import orjson

from domain.agency import Agency
from domain.matching import Comparer, features_of
from domain.source_record import Command
from services.registrar.batch import BatchResult, Message
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.batch_state import DESCRIBES, BatchState
from services.registrar.decide_batch import decide_batch
from services.registrar.match_index import index_keys
from services.registrar.matcher_settings import load_settings
from tests.support.examples import AUTHORITY, agency, example

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SURGERY = agency("gp-registration")
COMPARER = Comparer(load_settings())
CHILD = "child.registered"


def sent(offset: int, type_: str = CHILD, by: Agency = AUTHORITY, **changes: Any) -> Message:
    """The example of a type, under an id of its own, in the topic of the agency that sends it."""
    value = example(type_, {"id": f"id-{offset}", "source": by.urn, **changes})
    return Message(f"submissions.{by.code}", 0, offset, orjson.dumps(value), by)


def empty_state(messages: list[Message], sensitive: Collection[str] = ()) -> BatchState:
    """The state of a directory that has nothing yet; `sensitive` are the sources of sensitive agencies."""
    described: dict[tuple[str, str], Described] = {}
    for command in (message.reading for message in messages):
        if isinstance(command, Command) and command.type in DESCRIBES:
            features = features_of(command.data, command.time, source=command.source)
            about = Described(command.data, command.time, command.source, features, index_keys(features), ())
            described.setdefault((command.source, command.id), about)
    return BatchState({}, {}, BatchMatcher(COMPARER, sensitive=sensitive), described, {}, {})


def numbers() -> Iterator[UUID]:
    return (UUID(int=number) for number in count(1))


def decided(*messages: Message) -> BatchResult:
    """What the messages cause in a directory that has nothing yet."""
    return decide_batch(list(messages), empty_state(list(messages)), NOW, numbers().__next__)


def events_of(result: BatchResult) -> list[tuple[str, int]]:
    """The name of each event, and the number of its stream."""
    return [(type(event).__name__, event.originator_id.int) for event in result.events]


def test_a_registration_begins_a_record_and_lists_a_child() -> None:
    result = decided(sent(0))
    assert events_of(result) == [("RecordRegistered", 1), ("ChildListed", 2), ("RecordLinked", 2)]
    (answer,) = result.answers
    assert (answer.outcome, answer.last_event, answer.message) == ("accepted", 2, f"submissions.{AUTHORITY.code}/0/0")
    assert result.changes.submissions == [(AUTHORITY.urn, "id-0", "accepted")]
    assert result.changes.record_keys == [(AUTHORITY.urn, "subject", example(CHILD)["subject"], UUID(int=1))]
    assert list(result.changes.index.put) == [str(UUID(int=1))]
    assert result.dead_letters == []


def test_a_message_sees_what_the_one_before_has_decided() -> None:
    result = decided(sent(0), sent(0, by=SURGERY), sent(1, "flag.raised"))
    assert events_of(result)[3:] == [("RecordRegistered", 3), ("RecordLinked", 2), ("FlagRaised", 1)]
    assert [answer.last_event for answer in result.answers] == [2, 4, 5]


def test_an_id_takes_effect_once_whatever_comes_under_it_again() -> None:
    again = sent(1, **{"id": "id-0", "subject": "another", "data.given_name": "Somebody"})
    result = decided(sent(0), again)
    assert [answer.outcome for answer in result.answers] == ["accepted", "duplicate"]
    assert [reason["code"] for reason in result.answers[1].reasons] == ["id-reused"]
    assert len(result.events) == 3
    assert len(result.changes.submissions) == 1


def test_what_cannot_be_read_is_a_dead_letter() -> None:
    unreadable = Message(f"submissions.{AUTHORITY.code}", 0, 0, b"{", AUTHORITY)
    result = decided(unreadable)
    assert [(answer.outcome, value) for answer, value in result.dead_letters] == [("invalid", b"{")]
    assert [answer for answer, _ in result.dead_letters] == result.answers
    assert (result.events, result.changes.submissions) == ([], [])


def test_who_sends_in_the_name_of_another_is_refused_and_uses_up_no_id() -> None:
    foreign = sent(0)
    foreign.owner = SURGERY
    result = decided(foreign, sent(0))
    assert [answer.outcome for answer in result.answers] == ["refused", "accepted"]
    assert result.answers[0].reasons[0]["code"] == "not-your-source"


def test_a_refusal_has_no_effect_but_is_remembered() -> None:
    result = decided(sent(0, "flag.raised"))
    assert result.answers[0].reasons[0]["code"] == "unknown-record"
    assert result.changes.submissions == [(AUTHORITY.urn, "id-0", "refused")]
    assert (result.events, result.changes.record_keys) == ([], [])
