"""What a decision to destroy does, given/when/then, and what is refused."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.child import Child, hold, new_identity, stewardship
from domain.child.hold_events import HoldPlaced, HoldRequest
from domain.erasure import ChildDestroyed, ErasureDecided, ErasureFenced, RecordsErased, erase_child, erase_record
from domain.erasure.decide import BY_DECISION, Erased, Terms
from domain.event import RegisterEvent
from domain.source_record import Refusal, SourceRecord
from domain.suspension.parting import part, rejoin
from tests.domain_rules.test_child import RULING, child_with, merge, replayed
from tests.support.examples import NOW, RECORD, given, sent

TERMS = Terms(BY_DECISION, "a checkpoint", date(2026, 12, 28))
OTHER = UUID("00000000-0000-4000-8000-000000000001")


def record(stream: UUID = RECORD) -> SourceRecord:
    """A record with an involvement and a flag."""
    found = given(sent("child.registered"), sent("involvement.started"), sent("flag.raised"), stream=stream).record
    assert found is not None
    return found


def registered(stream: UUID) -> RegisterEvent:
    """The event that registers a record."""
    (event,) = given(sent("child.registered"), stream=stream).events
    return event


def pending(changed: Any) -> list[Any]:
    return list(changed.collect_events())


def code_of(result: Erased | Refusal) -> str:
    assert isinstance(result, Refusal)
    return result.code


def test_a_record_is_fenced_and_its_child_goes_on_without_it() -> None:
    child, gone = child_with(str(RECORD), str(OTHER)), record()
    done = erase_record(child, [], gone, uuid4(), TERMS, RULING)
    assert isinstance(done, Erased)
    (decided,) = pending(done.erasure)
    assert isinstance(decided, ErasureDecided)
    assert (decided.records, decided.children, decided.rule) == ([str(RECORD)], [], "decision")
    assert (decided.decided_by, decided.before, decided.backups_until) == ("a-steward", "a checkpoint", "2026-12-28")
    (fence,) = pending(gone)
    assert isinstance(fence, ErasureFenced)
    assert (fence.erasure, gone.status) == (str(done.erasure.id), "erased")
    assert isinstance(child.pending_events[-1], RecordsErased)
    again = replayed(child)
    assert (again.records, again.is_destroyed) == ({str(OTHER)}, False)


def test_a_child_is_destroyed_with_all_its_records_and_all_that_it_absorbed() -> None:
    child, absorbed = child_with(str(RECORD)), child_with(str(OTHER))
    stewardship.merge(child, absorbed, RULING)
    records = [record(), record(OTHER)]
    done = erase_child(child, [absorbed], records, uuid4(), TERMS, RULING)
    assert isinstance(done, Erased)
    (decided,) = pending(done.erasure)
    assert decided.records == [str(RECORD), str(OTHER)]
    assert decided.children == [str(child.id), str(absorbed.id)]
    assert [pending(each)[-1].__class__ for each in records] == [ErasureFenced] * 2
    for each in (child, absorbed):
        assert isinstance(each.pending_events[-1], ChildDestroyed)
        assert replayed(each).is_destroyed
    assert child.records == set()


def test_nothing_of_what_is_destroyed_stands_in_the_events() -> None:
    child, gone = child_with(str(RECORD)), record()
    done = erase_child(child, [], [gone], uuid4(), TERMS, RULING)
    assert isinstance(done, Erased)
    told = {name: value for event in (*pending(done.erasure), *pending(gone)) for name, value in vars(event).items()}
    held = sent("child.registered").command.data
    assert not {held["given_name"], held["family_name"]} & {str(value) for value in told.values()}


def test_what_a_child_remembers_of_a_record_goes_with_it() -> None:
    child, absorbed = child_with(str(RECORD)), child_with(str(OTHER))
    stewardship.merge(child, absorbed, RULING)
    gone = record(OTHER)
    erase_record(child, [], gone, uuid4(), TERMS, RULING)
    assert child.absorbed == {str(absorbed.id): frozenset()}
    assert isinstance(stewardship.records_to_split(child, None), Refusal)


@pytest.mark.parametrize("is_all", [True, False])
@pytest.mark.parametrize("accepted", [True, False])
def test_what_was_decided_of_a_record_is_forgotten_with_it(is_all: bool, accepted: bool) -> None:
    """That it was set aside or believed all the same, closed, and told apart from closed children."""
    child = child_with(str(RECORD), str(OTHER))
    for cause in (registered(RECORD), registered(OTHER)):
        stream = str(cause.originator_id)
        child.close_record(cause, ["a-closed-child"])
        new_identity.open_record(child, stream, 1, [child_with("of-another")], RULING)
        child.close_record(cause, ["a-closed-child"])
        child.set_aside(cause, "m/1")
        if accepted:
            stewardship.accept(child, stream, RULING)
    if is_all:
        erase_child(child, [], [record(), record(OTHER)], uuid4(), TERMS, RULING)
    else:
        erase_record(child, [], record(), uuid4(), TERMS, RULING)
    left = set() if is_all else {str(OTHER)}
    believed = child.accepted if accepted else child.aside
    assert set(believed) == set(child.closed_for) == set(child.opened) == left


@pytest.mark.parametrize(
    ("child", "code"),
    [(None, "unknown-child"), ("superseded", "superseded"), ("destroyed", "unknown-child")],
)
def test_an_absent_a_merged_and_a_destroyed_child_are_refused(child: str | None, code: str) -> None:
    found: Child | None = None if child is None else child_with(str(RECORD))
    if found and child == "superseded":
        found.supersede(uuid4(), RULING)
    if found and child == "destroyed":
        erase_child(found, [], [], uuid4(), TERMS, RULING)
    assert code_of(erase_child(found, [], [], uuid4(), TERMS, RULING)) == code
    assert code_of(erase_record(found, [], record(), uuid4(), TERMS, RULING)) == code
    assert refusal(hold.place(found, [], RULING)) == refusal(hold.lift(found, [], RULING)) == code


def test_a_record_of_another_child_and_the_same_twice_are_refused() -> None:
    child, gone = child_with(str(RECORD)), record()
    assert code_of(erase_record(child_with("another"), [], gone, uuid4(), TERMS, RULING)) == "record-not-in-child"
    assert isinstance(erase_record(child, [], gone, uuid4(), TERMS, RULING), Erased)
    assert code_of(erase_record(child, [], gone, uuid4(), TERMS, RULING)) == "record-not-in-child"
    assert code_of(erase_record(child, [], None, uuid4(), TERMS, RULING)) == "record-not-in-child"


def manager(name: str) -> Any:
    return RULING._replace(decided_by=name)


def held(child: Child, absorbed: tuple[Child, ...] = ()) -> Child:
    """The child once two have placed a hold."""
    for name in ("one", "another"):
        assert not isinstance(hold.place(child, absorbed, manager(name)), Refusal)
    return child


def test_a_hold_takes_two_people_and_stops_every_destruction_until_two_lift_it() -> None:
    child = child_with(str(RECORD), str(OTHER))
    hold.place(child, [], manager("one"))
    assert (child.held, refusal(hold.place(child, [], manager("one")))) == (False, "same-person")
    hold.place(child, [], manager("another"))
    assert child.held
    assert refusal(hold.place(child, [], manager("third"))) == "already-held"
    assert code_of(erase_child(child, [], [], uuid4(), TERMS, RULING)) == "held"
    assert code_of(erase_record(child, [], record(), uuid4(), TERMS, RULING)) == "held"
    hold.lift(child, [], manager("one"))
    assert (child.held, refusal(hold.lift(child, [], manager("one")))) == (True, "same-person")
    hold.lift(child, [], manager("another"))
    assert (child.held, refusal(hold.lift(child, [], manager("one")))) == (False, "not-held")
    assert replayed(child).held is False
    assert isinstance(erase_record(child, [], record(), uuid4(), TERMS, RULING), Erased)


def test_what_stops_a_hold_is_said_of_the_child_or_of_who_decides() -> None:
    assert {each.field for each in (hold.HELD, hold.ALREADY, hold.NOT_HELD)} == {"child"}
    assert hold.WAITS.field == "decided_by"


def test_a_hold_outlives_merges_and_splits() -> None:
    child, absorbed = child_with(str(RECORD)), held(child_with(str(OTHER)))
    stewardship.merge(child, absorbed, RULING)
    assert code_of(erase_child(child, [absorbed], [], uuid4(), TERMS, RULING)) == "held"
    assert refusal(hold.place(child, [absorbed], RULING)) == "already-held"
    for name in ("one", "another"):
        hold.lift(child, [absorbed], manager(name))
    assert not absorbed.held
    origin = held(child_with("a", "b"))
    found = stewardship.records_to_split(origin, ["b"])
    assert not isinstance(found, Refusal)
    (_, other) = stewardship.split(origin, found, {"b": 1}, None, uuid4(), RULING).children
    assert other.held


def test_a_hold_on_what_a_child_absorbed_is_lifted_by_two_and_with_it_what_was_asked() -> None:
    child, absorbed, never_held = child_with("a"), held(child_with("b")), child_with("c")
    for each in (absorbed, never_held):
        merge(child, each)
    family = [absorbed, never_held]
    hold.lift(child, family, manager("one"))
    assert hold.is_held(family)
    assert hold.lift(child, family, manager("another")) == [child, absorbed]
    assert (hold.is_held([child, *family]), child.hold_request) == (False, None)


def test_what_one_asks_and_another_takes_back_is_asked_anew() -> None:
    child = child_with(str(RECORD))
    hold.place(child, [], manager("one"))
    asked = HoldRequest(False, "one", NOW)
    assert (child.hold_request, refusal(hold.lift(child, [], manager("another")))) == (asked, "not-held")
    assert [type(event).__name__ for event in child.collect_events()][-1] == "HoldAsked"


def test_merging_and_splitting_lets_nobody_out_of_a_hold() -> None:
    child, absorbed = child_with("a"), held(child_with("b", "c"))
    stewardship.merge(child, absorbed, RULING)
    found = stewardship.records_to_split(child, ["b"])
    assert not isinstance(found, Refusal)
    (_, other) = stewardship.split(child, found, {"b": 1}, None, uuid4(), RULING).children
    assert code_of(erase_child(other, [], [], uuid4(), TERMS, RULING)) == "held"
    (placed,) = [event for event in pending(child) if isinstance(event, HoldPlaced)]
    assert (placed.inherited_from, placed.decided_by) == (str(absorbed.id), None)


@for_all(st.data())
def test_what_was_held_once_stays_so_whatever_is_merged_split_parted_and_taken_back(data: st.DataObject) -> None:
    children = [child_with(f"r{n}") for n in range(4)]
    kept: set[str] = set()
    for _ in range(data.draw(st.integers(1, 10))):
        remaining = [each for each in children if each.superseded_by is None]
        one = remaining[data.draw(st.integers(0, len(remaining) - 1))]
        kind = data.draw(st.sampled_from(["merge", "rejoin", "split", "part", "hold"]))
        others = [each for each in remaining if each is not one]
        if kind == "hold" and not one.held:
            held(one)
        elif kind in ("merge", "rejoin") and others:
            join = stewardship.merge if kind == "merge" else rejoin
            join(one, others[data.draw(st.integers(0, len(others) - 1))], RULING)
        elif kind in ("split", "part") and len(one.records) > 1:
            found = stewardship.records_to_split(one, {data.draw(st.sampled_from(sorted(one.records)))})
            assert not isinstance(found, Refusal)
            whose = {str(each.id): each for each in children if str(each.id) in one.absorbed}
            versions = dict.fromkeys(found.records, 1)
            if kind == "split":
                back = whose.get(found.absorbed or "")
                ruled = stewardship.split(one, found, versions, back, uuid4(), RULING)
            else:
                ruled = part(one, frozenset(found.records), versions, whose, uuid4(), RULING)
            children += [each for each in ruled.children if all(each is not known for known in children)]
        kept |= {record for each in children if each.held for record in each.records}
        assert all(each.held for each in children if kept & each.records)


def test_what_was_asked_about_one_hold_is_not_confirmed_for_another_that_came_later() -> None:
    child, later = held(child_with("a")), held(child_with("b"))
    hold.lift(child, [], manager("one"))
    stewardship.merge(child, later, RULING)
    assert not isinstance(hold.lift(child, [later], manager("another")), Refusal)
    assert (child.held, later.held) == (True, True)
    hold.lift(child, [later], manager("one"))
    assert (child.held, later.held) == (False, False)


def test_a_child_that_leaves_a_held_one_is_not_let_out_by_what_was_asked_before_they_were_merged() -> None:
    survivor, child = held(child_with("a")), held(child_with("b"))
    hold.lift(child, [], manager("one"))
    stewardship.merge(survivor, child, RULING)
    found = stewardship.records_to_split(survivor, None)
    assert not isinstance(found, Refusal)
    stewardship.split(survivor, found, {"b": 1}, child, uuid4(), RULING)
    hold.lift(child, [], manager("another"))
    assert child.held


@pytest.mark.parametrize(("late", "confirmed"), [(timedelta(), False), (timedelta(seconds=-1), True)])
def test_what_was_asked_waits_no_longer_than_a_week(late: timedelta, confirmed: bool) -> None:
    child = child_with("a")
    second = manager("another")._replace(recorded_at=NOW + timedelta(days=7) + late)
    hold.place(child, [], manager("one"))
    hold.place(child, [], second)
    assert child.held is confirmed
    kept = held(child_with("b"))
    hold.lift(kept, [], manager("one"))
    hold.lift(kept, [], second)
    assert kept.held is not confirmed
    hold.lift(kept, [], second._replace(decided_by="third"))
    assert not kept.held or confirmed


def refusal(result: Any) -> str | None:
    return result.code if isinstance(result, Refusal) else None
