"""What a steward's decision about an agency, or one of its records, does to a record, as given, when and then."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from domain.child import Child
from domain.event import RegisterEvent
from domain.source_record import Refusal, SourceRecord
from domain.source_record.events import RecordRemovedBySteward, RecordResumed, RecordSuspended
from domain.suspension import counted, remove
from domain.suspension.records import Cause, first_recorded, follow
from domain.vocabulary import STEWARDSHIP_SOURCE
from services.contract.schemas.event_examples import RULING
from tests.support.examples import NOW, given, sent

REGISTERED, AMENDED, REMOVED = sent("child.registered"), sent("child.amended"), sent("record.removed")
CHILD = UUID(int=11)
CAUSE = Cause(RULING.provenance, str(UUID(int=12)), 3)
DAY = timedelta(days=1)


class Told(NamedTuple):
    """An event as it is published."""

    version: int
    type: str
    data: dict[str, Any]


SAID, RESUMED = "RecordAmended.v2", "RecordResumed.v1"
LASTING = ("ConsentWithdrawn.v1", "RecordRemoved.v1", "RecordRemovedBySteward.v1")


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ([], []),
        ([SAID, SAID], [1, 2]),
        ([SAID, SAID, 1], []),
        ([SAID, LASTING[0], 1, LASTING[2]], []),
        ([SAID, SAID, SAID, 2], [1]),
        ([SAID, SAID, 2, LASTING[2]], [1, 4]),
        ([SAID, SAID, *LASTING, SAID, 2], [1, 3, 4, 5]),
        ([SAID, SAID, 2, RESUMED], [1, 2]),
        ([SAID, SAID, SAID, 3, 2], [1]),
        ([SAID, SAID, 2, RESUMED, SAID, 5], [1, 2]),
    ],
    ids=str,
)
def test_what_counts_of_a_record_while_it_is_set_aside_from_a_version_on(told: list[Any], counts: list[int]) -> None:
    """A number stands for the decision that sets it aside from that version on."""
    events = [
        Told(version, each, {})
        if isinstance(each, str)
        else Told(version, "RecordSuspended.v1", {"from_version": each})
        for version, each in enumerate(told, 1)
    ]
    assert [event.version for event in counted(events)] == counts


def a_record(*submissions: Any) -> SourceRecord:
    record = given(*submissions).record
    assert record is not None
    return record


def recorded(days: int) -> list[RegisterEvent]:
    """What is told of a record: it is registered, and amended each day after."""
    story, events = given(), list[RegisterEvent]()
    for day in range(days):
        decided = story.when(AMENDED if day else REGISTERED, now=NOW + day * DAY).decided
        assert not isinstance(decided, Refusal)
        events += decided
    return events


@pytest.mark.parametrize(
    ("since", "version"),
    [(None, 1), (NOW, 1), (NOW + DAY, 2), (NOW + DAY + timedelta(seconds=1), 3), (NOW + 3 * DAY, None)],
)
def test_a_record_is_set_aside_from_what_was_recorded_first_since_then(
    since: datetime | None, version: int | None
) -> None:
    assert first_recorded(recorded(3), since) == version


def test_what_follows_from_a_decision_was_not_said_by_the_agency() -> None:
    record = a_record(REGISTERED)
    follow(record, 1, CAUSE)
    (following,) = record.collect_events()
    assert isinstance(following, RecordSuspended)
    assert first_recorded([following], None) is None


def test_a_record_follows_its_agency_once_and_every_time_something_changes() -> None:
    record = a_record(REGISTERED, AMENDED)
    for wanted, does_follow in ((None, False), (2, True), (2, False), (1, True), (None, True), (None, False)):
        assert follow(record, wanted, CAUSE) is does_follow
        assert record.suspended_from == wanted
    first, second, last = record.collect_events()
    assert [type(each) for each in (first, second, last)] == [RecordSuspended, RecordSuspended, RecordResumed]
    assert [vars(each)["from_version"] for each in (first, second)] == [2, 1]
    for each in (first, second, last):
        assert (vars(each)["suspension"], vars(each)["suspension_version"]) == (CAUSE.suspension, 3)
        assert vars(each)["source"] == STEWARDSHIP_SOURCE


def test_a_record_that_is_removed_follows_nothing() -> None:
    record = a_record(REGISTERED, REMOVED)
    assert not follow(record, 1, CAUSE)
    assert list(record.collect_events()) == []


def child_of(record: SourceRecord | None) -> Child:
    """The child that was looked at, with this record or another."""
    child = object.__new__(Child)
    child.is_closed, child.records = False, {str(record.id) if record else "another"}
    return child


def test_a_record_is_removed_by_the_steward_who_looked_at_its_child() -> None:
    record = a_record(REGISTERED)
    assert remove(record, child_of(record), "a-decision", RULING) is record
    (event,) = record.collect_events()
    assert isinstance(event, RecordRemovedBySteward)
    assert (event.reason, event.on) == ("registered-in-error", RULING.time[:10])
    assert (event.caused_by, event.decided_by, event.why) == ("a-decision", RULING.decided_by, RULING.reason)
    assert record.status == "removed"
    assert remove(record, child_of(record), "another", RULING) == Refusal(
        "subject", "record-gone", "the record was removed from the directory already"
    )


def test_a_record_of_no_child_that_was_looked_at_is_not_removed() -> None:
    record = a_record(REGISTERED)
    closed = child_of(record)
    closed.is_closed = True
    for child in (None, closed, child_of(None)):
        refused = remove(record, child, "a-decision", RULING)
        assert isinstance(refused, Refusal)
        assert refused.code == "record-not-in-child"
    assert record.status == "registered"
