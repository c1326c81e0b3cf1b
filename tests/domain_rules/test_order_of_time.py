"""What holds now, on a day and in reports is ordered by when it became true, in whatever order it was told."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.child import RecordFact, RecordState, compose, fold_record
from domain.reports import findings
from domain.source_record import SourceRecord
from domain.timeline import Fact, Records, records_of, summary
from projections.base.memory import MemoryViews
from projections.directory.project import FACT, Directory
from projections.timeline.project import CHRONOLOGY, Chronology
from tests.support.examples import ABSENT, PARTICULARS, Sent, fact, given, key_ring, published, sent

TODAY = date(2010, 6, 1)
HOMES = {"north": "E06999001", "east": "E06999002", "south": "E06999003"}


def at(month: int, type_: str, **data: Any) -> Sent:
    return sent(type_, time=f"2009-{month:02}-10T09:00:00Z", **data)


def lives_in(month: int, home: str, type_: str = "child.amended") -> Sent:
    address = PARTICULARS["address"] | {"postcode": home, "authority": HOMES[home]}
    return at(month, type_, address=address)


def working(month: int, began: str = "2009-01-05", **data: Any) -> Sent:
    return at(month, "involvement.started", service="education", started_on=began, **data)


def ended(month: int) -> Sent:
    return at(month, "involvement.ended", ended_on=f"2009-{month:02}-10")


def raised(month: int) -> Sent:
    return at(month, "flag.raised", raised_on=f"2009-{month:02}-10")


def lowered(month: int) -> Sent:
    return at(month, "flag.lowered", lowered_on=f"2009-{month:02}-10")


def left(month: int, reason: str = "left-england") -> Sent:
    return at(month, "child.deregistered", reason=reason, on=f"2009-{month:02}-10")


REGISTERED = lives_in(1, "north", "child.registered")
FIRST = [REGISTERED, working(1), raised(1)]


class Recorded:
    """What was told of one record, in this order, as entries and reports have it."""

    def __init__(self, *story: Sent) -> None:
        recorded = given(*story, stream=UUID(int=1))
        assert recorded.record is not None
        self.record: SourceRecord = recorded.record
        keys, views = key_ring(), MemoryViews()
        events = [published(event, position, keys) for position, event in enumerate(recorded.events, 1)]
        for event in events:
            views.apply(Directory().project(event))
            views.apply(Chronology().project(event))
        held = {row[3] for row in views.rows(FACT)}
        self.every: list[RecordFact] = list(map(fact, events))
        self.state: RecordState = fold_record(each for each in self.every if each.version in held)
        self.chronology = [Fact(*row[:-1]) for row in views.rows(CHRONOLOGY)]

    @property
    def present(self) -> dict[str, Any]:
        """All that does not name when it was told."""
        entry = compose("", [self.state], position=0, as_of="", today=TODAY)
        records = records_of(self.chronology)
        listed = summary(records)
        assert listed is not None
        involvements = {name: each.ended_on for name, each in self.record.involvements.items()}
        flags = {name: each.raised for name, each in self.record.flags.items()}
        return {
            "entry": entry,
            "findings": findings(records),
            "authority": listed.authority,
            "remembered": (self.record.status, involvements, flags),
        }


STATEMENTS = [
    lives_in(2, "east"),
    lives_in(3, "south"),
    working(4, practitioner=ABSENT),
    working(6, "2009-06-01"),
    ended(5),
    raised(5),
    lowered(3),
    left(7),
]


@for_all(st.permutations(STATEMENTS), st.sets(st.integers(0, len(STATEMENTS) - 1)))
def test_any_order_of_arrival_of_the_same_statements_gives_the_same_present(
    arrived: list[Sent], left_out: set[int]
) -> None:
    kept = [each for place, each in enumerate(STATEMENTS) if place not in left_out]
    assert Recorded(*FIRST, *(each for each in arrived if each in kept)).present == Recorded(*FIRST, *kept).present


def test_an_amendment_of_february_that_arrives_in_april_changes_february() -> None:
    late = Recorded(REGISTERED, lives_in(3, "south"), lives_in(2, "east"))
    assert late.present["entry"]["addresses"][0]["postcode"] == "south"
    assert late.present["authority"] == HOMES["south"]
    assert late.record.described_at == lives_in(3, "south").command.time
    authorities = {each.begins: each.authority for each in findings(records_of(late.chronology))}
    assert [authorities[day] for day in sorted(authorities)][-2:] == [HOMES["east"], HOMES["south"]]


@pytest.mark.parametrize("month", [1, 6], ids=["with the time of before", "with its own time"])
def test_registering_again_answers_a_deregistration_whatever_its_time(month: int) -> None:
    again = Recorded(REGISTERED, left(3, "died"), lives_in(month, "north", "child.registered"))
    assert again.record.status == "registered"
    assert again.state.deregistered is None
    without = [each for each in findings(records_of(again.chronology)) if each.report == "no-gp"]
    assert [(each.begins, each.ends) for each in without] == [("2009-01-10", "2021-05-17")]


def test_a_deregistration_of_before_a_new_registration_changes_nothing_now() -> None:
    recorded = Recorded(REGISTERED, left(3), lives_in(6, "east", "child.registered"), left(4, "died"))
    assert recorded.record.status == "registered"
    assert recorded.state.deregistered is None


def test_an_end_is_not_before_the_first_beginning_that_it_is_told_of() -> None:
    recorded = Recorded(
        REGISTERED, working(5), at(2, "involvement.ended", ended_on="2009-02-10"), raised(5), lowered(2)
    )
    assert [each.ended_on for each in recorded.state.involvements.values()] == ["2009-02-10"]
    assert recorded.state.flags == {}
    assert recorded.record.involvements["LA-20417/sc/1"].ended_on == "2009-02-10"


def test_an_end_that_is_taken_back_never_was() -> None:
    recorded = Recorded(REGISTERED, working(1), ended(3), working(4))
    education = [each for each in findings(records_of(recorded.chronology)) if each.report == "education"]
    assert [(each.begins, each.ends) for each in education] == [("2009-01-10", "2019-06-29")]


def days_of(recorded: Recorded, report: str) -> list[tuple[str, str | None]]:
    return [(each.begins, each.ends) for each in findings(records_of(recorded.chronology)) if each.report == report]


@pytest.mark.parametrize("reason", ["moved-away", "registered-in-error", "other"])
def test_a_death_is_taken_back_by_another_reason(reason: str) -> None:
    recorded = Recorded(REGISTERED, left(3, "died"))
    assert days_of(recorded, "no-gp") == [("2009-01-10", "2009-03-10")]
    assert days_of(Recorded(REGISTERED, left(3, "died"), left(5, reason)), "no-gp") == [("2009-01-10", "2021-05-17")]


def test_of_a_record_registered_in_error_not_even_a_leaving_remains() -> None:
    story = [REGISTERED, left(3), lives_in(4, "north", "child.registered"), left(5, "registered-in-error")]
    assert days_of(Recorded(*story), "no-gp") == [("2009-01-10", "2021-05-17")]


def test_who_left_and_came_back_on_one_day_did_not_leave() -> None:
    back = sent("child.registered", time="2009-03-10T17:00:00Z")
    assert days_of(Recorded(REGISTERED, left(3), back), "no-gp") == [("2009-01-10", "2021-05-17")]


def test_saying_the_same_reason_and_day_again_is_refused() -> None:
    given(REGISTERED, left(3, "died")).when(left(3, "died")).refused("already-deregistered", "subject")


def test_a_removal_because_the_child_is_gone_can_be_taken_back_and_nothing_else_said() -> None:
    died = at(3, "record.removed", reason="died", on="2009-03-01")
    in_error = at(4, "record.removed", reason="registered-in-error", on="2009-03-01")
    recorded = Recorded(REGISTERED, died, in_error)
    assert records_of(recorded.chronology) == Records([], [])
    given(REGISTERED, died, in_error).when(in_error).refused("record-removed", "subject")
    given(REGISTERED, died).when(left(5)).refused("record-removed", "subject")


def test_what_is_told_of_a_child_after_its_death_puts_it_on_a_list_at_once() -> None:
    recorded = Recorded(REGISTERED, left(3, "died"), working(4, "2009-04-10"), raised(5))
    doubted = [each for each in findings(records_of(recorded.chronology)) if each.report == "gone-in-doubt"]
    assert [(each.begins, each.ends, each.answer.status) for each in doubted] == [("2009-04-10", "2021-05-17", "died")]
    assert doubted[0].answer.detail["seen"] == [{"source": "urn:agency:la-westmarch", "since": "2009-04-10"}]
    assert days_of(Recorded(REGISTERED, left(3), working(4, "2009-04-10")), "gone-in-doubt") == []
    assert days_of(Recorded(REGISTERED, left(3), raised(5)), "gone-in-doubt") == [("2009-05-10", "2021-05-17")]
