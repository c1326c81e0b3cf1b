"""What holds of whatever an agency says, in whatever order."""

from copy import deepcopy
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.event import RegisterEvent
from domain.source_record import Refusal, SourceRecord
from domain.source_record.rules import first_broken_beforehand
from domain.vocabulary import SENSITIVE_SERVICES
from tests.support.examples import AUTHORITY, CLINIC, NOW, SENSITIVE_INVOLVEMENT, Sent, agency, given, sent

DAYS = st.sampled_from(["2008-09-18", "2008-10-01", "2009-03-09"])
REFERENCES = st.sampled_from(["one", "two", "three"])
FLAGS = st.sampled_from(["common-assessment", "looked-after", "domestic-abuse"])
AGENCIES = st.sampled_from([AUTHORITY, CLINIC])
CONSENTS = st.sampled_from([SENSITIVE_INVOLVEMENT["consent"], {"explicit": False}])


@st.composite
def submissions(draw: st.DrawFn, by: Any) -> Sent:
    """Anything that an agency may say, right or wrong."""
    service = st.sampled_from(sorted(SENSITIVE_SERVICES)) if by is CLINIC else st.sampled_from(["social-care", "camhs"])
    fields: dict[str, dict[str, Any]] = {
        "child.registered": {"given_name": st.sampled_from(["Tamsin", "Tam"])},
        "child.amended": {"given_name": st.sampled_from(["Tamsin", "Tam"])},
        "child.deregistered": {"on": DAYS},
        "involvement.started": {"involvement": REFERENCES, "service": service, "consent": CONSENTS, "started_on": DAYS},
        "involvement.ended": {"involvement": REFERENCES, "ended_on": DAYS},
        "consent.withdrawn": {"involvement": REFERENCES, "on": DAYS},
        "flag.raised": {"flag": FLAGS, "raised_on": DAYS},
        "flag.lowered": {"flag": FLAGS, "lowered_on": DAYS},
        "record.removed": {"on": DAYS},
    }
    usual = sorted(fields.keys() - {"record.removed"})
    type_ = draw(st.sampled_from([*usual, *usual, "record.removed"]))
    return sent(type_, by=by, **{name: draw(values) for name, values in fields[type_].items()})


STORIES = AGENCIES.flatmap(lambda by: st.lists(submissions(by), max_size=25))
STORIES_OF_A_RECORD = AGENCIES.flatmap(
    lambda by: st.lists(submissions(by), max_size=25).map(lambda said_: [sent("child.registered", by=by), *said_])
)


def taken_from(story: list[Sent]) -> tuple[given, list[RegisterEvent]]:
    """The record after all submissions of a story, and the events of those that were accepted."""
    record, events = given(), []
    for each in story:
        decided = record.when(each).decided
        events += [] if isinstance(decided, Refusal) else decided
    return record, events


def remembered(record: SourceRecord | None) -> dict[str, Any]:
    """What decisions depend on, but for when it was told."""
    if record is None:
        return {}
    involvements = {
        name: (each.number, each.started_on, each.ended_on, each.consented)
        for name, each in record.involvements.items()
    }
    flags = {name: (each.number, each.raised) for name, each in record.flags.items()}
    return {"status": record.status, "involvements": involvements, "flags": flags}


@for_all(STORIES)
def test_a_refusal_changes_nothing(story: list[Sent]) -> None:
    record = given()
    for each in story:
        before = deepcopy(vars(record.record)) if record.record else None
        if isinstance(record.when(each).decided, Refusal):
            assert (vars(record.record) if record.record else None) == before


@for_all(STORIES_OF_A_RECORD)
def test_each_submission_appends_at_most_one_event(story: list[Sent]) -> None:
    _, events = taken_from(story)
    assert [event.originator_version for event in events] == list(range(1, len(events) + 1))


@for_all(STORIES_OF_A_RECORD)
def test_saying_it_twice_leaves_the_record_as_saying_it_once(story: list[Sent]) -> None:
    record = given()
    for each in story:
        record.when(each)
        once = remembered(record.record)
        record.when(each)
        assert remembered(record.record) == once


@for_all(STORIES_OF_A_RECORD)
def test_a_record_is_what_its_events_make_of_it(story: list[Sent]) -> None:
    record, events = taken_from(story)
    replayed: Any = None
    for event in events:
        replayed = event.mutate(replayed)
    assert remembered(replayed) == remembered(record.record)
    assert replayed.version == len(events)


@for_all(STORIES_OF_A_RECORD)
def test_numbers_of_involvements_and_flags_have_no_gaps(story: list[Sent]) -> None:
    record, _ = taken_from(story)
    assert record.record is not None
    for numbered in (record.record.involvements, record.record.flags):
        numbers = [each.number for each in numbered.values()]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


SENDERS = st.sampled_from([AUTHORITY, CLINIC, agency("police"), agency("gp-registration"), agency("child-benefit")])


@for_all(SENDERS.flatmap(submissions), st.sampled_from(["2008-10-01T09:00:00Z", "2027-01-01T09:00:00Z"]))
def test_what_is_refused_beforehand_is_what_would_be_whatever_was_registered(said: Sent, time: str) -> None:
    """All but that the record is not there, which is not known beforehand."""
    said = Sent(said.command._replace(time=time), said.agency)
    refused = given().when(said).decided
    certain = refused if isinstance(refused, Refusal) and refused.code != "unknown-record" else None
    assert first_broken_beforehand(said.command, said.agency, NOW) == certain
