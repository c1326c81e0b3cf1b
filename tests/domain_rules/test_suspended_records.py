"""What a steward's decision about an agency, or one of its records, does to a record, as given, when and then."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from domain.child import Child
from domain.event import RegisterEvent
from domain.source_record import Refusal, SourceRecord
from domain.source_record.events import (
    RecordRemoved,
    RecordRemovedAgain,
    RecordRemovedBySteward,
    RecordResumed,
    RecordSuspended,
)
from domain.suspension import counted, remove
from domain.suspension.records import Cause, first_recorded, follow, removals_of, remove_again, restore
from domain.vocabulary import STEWARDSHIP_SOURCE
from services.submission_contract.schemas.event_examples import RULING
from streams.codec import iso_text
from tests.support.examples import NOW, given, sent

REGISTERED, AMENDED, REMOVED = sent("child.registered"), sent("child.amended"), sent("record.removed")
CHILD = UUID(int=11)
CAUSE = Cause(RULING.provenance, str(UUID(int=12)), 3)
DAY = timedelta(days=1)


class Published(NamedTuple):
    """An event as it is published."""

    version: int
    type: str
    data: dict[str, Any]


SAID, RESUMED = "RecordAmended.v2", "RecordResumed.v1"
LASTING = ("ConsentWithdrawn.v1", "RecordRemoved.v1", "RecordRemovedBySteward.v1")
REMOVED_BY_IT, TAKEN_BACK, AGAIN = "RecordRemoved.v1", "RecordRestored.v1", "RecordRemovedAgain.v1"


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
        ([SAID, REMOVED_BY_IT, 2, TAKEN_BACK], [1]),
        ([SAID, REMOVED_BY_IT, 2, TAKEN_BACK, RESUMED], [1]),
        ([SAID, REMOVED_BY_IT, 2, TAKEN_BACK, RESUMED, AGAIN], [1, 6]),
        ([SAID, REMOVED_BY_IT, 2, TAKEN_BACK, LASTING[2]], [1, 5]),
    ],
    ids=str,
)
def test_what_counts_of_a_record_while_it_is_set_aside_from_a_version_on(told: list[Any], counts: list[int]) -> None:
    """A number stands for the decision that sets it aside from that version on."""
    events = [
        Published(version, each, {})
        if isinstance(each, str) and each != TAKEN_BACK
        else Published(version, TAKEN_BACK, {"removals": [2]})
        if each == TAKEN_BACK
        else Published(version, "RecordSuspended.v1", {"from_version": each})
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


def record_of(*told: str) -> list[RegisterEvent]:
    """A record whose agency says and removes, and what stewards decide about it."""
    record, events = a_record(REGISTERED), list[RegisterEvent]()
    for day, each in enumerate(told):
        at, removals = NOW + day * DAY, removals_of(events)
        cause = Cause(RULING.provenance | {"timestamp": at}, str(UUID(int=12)), 3)
        if each in ("removed", "by a court"):
            reason = "court-order" if each == "by a court" else "died"
            by = {"source": "urn:agency:la", "restricted": False, "time": iso_text(at), "timestamp": at}
            record.trigger_event(RecordRemoved, **by, caused_by="s", reason=reason, on="2010-01-01")
        elif each == "by a steward":
            remove(record, child_of(record), "a-decision", RULING)
        elif each == "restored":
            restore(record, removals.hold, [[{"part": 1}], [{"part": 2}]], cause)
        elif each == "resumed":
            record.trigger_event(RecordResumed, **cause.provenance, **cause.sealed)
        else:
            record.trigger_event(RecordResumed, **cause.provenance, **cause.sealed)
            remove_again(record, removals.taken_back, cause)
        events += [event for event in record.collect_events() if isinstance(event, RegisterEvent)]
    return events


@pytest.mark.parametrize(
    ("told", "since", "may_be"),
    [
        ([], 0, False),
        (["removed"], 0, True),
        (["removed"], 1, False),
        (["by a court"], 0, False),
        (["by a steward"], 0, False),
        (["removed", "removed"], 0, True),
        (["removed", "removed"], 1, False),
        (["removed", "restored"], 0, True),
        (["removed", "restored", "resumed"], 0, False),
        (["removed", "restored", "again"], 0, True),
        (["removed", "restored", "again"], 1, False),
        (["removed", "restored", "resumed", "removed"], 3, True),
        (["removed", "restored", "by a steward"], 0, False),
    ],
    ids=str,
)
def test_which_removals_may_be_taken_back(told: list[str], since: int, may_be: bool) -> None:
    assert removals_of(record_of(*told)).may_be_taken_back(NOW + since * DAY) is may_be


@pytest.mark.parametrize("before", ["registered", "deregistered"])
def test_a_restored_record_is_what_it_was_until_it_is_removed_again(before: str) -> None:
    ended = [sent("child.deregistered")] if before == "deregistered" else []
    record = a_record(REGISTERED, *ended)
    because = record.because
    record.remove("died", "2010-01-01")
    record.remove("registered-in-error", "2010-01-01")
    for _ in range(2):
        record.restore()
        assert (record.status, record.because) == (before, because)
    record.remove("died", "2010-01-01")
    assert record.status == "removed"


def test_what_is_removed_again_is_so_for_the_reason_that_its_agency_gave() -> None:
    *_, again = record_of("removed", "restored", "again")
    assert isinstance(again, RecordRemovedAgain)
    assert (again.reason, again.on, again.source) == ("died", "2010-01-01", "urn:agency:la")


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
