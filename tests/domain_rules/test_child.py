"""What a child remembers of the decisions about it: a split gives back just what a merge brought."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.child import Absorbed, Child, Ruling, stewardship
from domain.child.events import ChildListed, ChildrenMerged, RecordLinked, ShieldedChildListed
from domain.event import RegisterEvent
from tests.support.examples import NOW, RECORD, given, sent

RULING = Ruling("a-steward", "the same girl", NOW, "2026-11-23T10:00:00.000000Z")


def child_with(*records: str) -> Child:
    """A child of these records."""
    return Child.split_off(uuid4(), dict.fromkeys(records, 1), RULING, None)


def registered_record() -> RegisterEvent:
    """The event that registers a source record."""
    (event,) = given(sent("child.registered")).events
    return event


def merge(survivor: Child, absorbed: Child) -> None:
    """One absorbs the other."""
    brought = Absorbed(str(absorbed.id), sorted(absorbed.records), "merge", 1.0, None, {})
    survivor.merge(RULING, [brought])
    absorbed.supersede(survivor.id, RULING)


def give_back(survivor: Child, absorbed: Child) -> None:
    """The survivor gives back what the absorbed child brought."""
    records = survivor.absorbed[str(absorbed.id)]
    survivor.unlink(records, absorbed.id, RULING)
    absorbed.reinstate(dict.fromkeys(sorted(records), 1), RULING, survivor)


def replayed(child: Child) -> Child:
    """The child as its events tell it."""
    again = None
    for event in child.collect_events():
        again = event.mutate(again)
    assert isinstance(again, Child)
    return again


def test_a_merge_moves_every_record_to_the_survivor() -> None:
    survivor, absorbed = child_with("a"), child_with("b", "c")
    merge(survivor, absorbed)
    assert survivor.records == {"a", "b", "c"}
    assert (absorbed.records, absorbed.superseded_by) == (set(), str(survivor.id))


def test_a_new_child_of_records_split_off_is_listed_by_the_first_of_them() -> None:
    listed, *linked = child_with("a", "b").collect_events()
    assert isinstance(listed, ChildListed)
    assert listed.record == "a"
    assert [event.record for event in linked if isinstance(event, RecordLinked)] == ["a", "b"]


def test_what_a_steward_decides_names_no_record_event_and_seals_who_and_why() -> None:
    survivor, absorbed = child_with("a"), child_with("b")
    merge(survivor, absorbed)
    merged = survivor.collect_events()[-1]
    assert isinstance(merged, ChildrenMerged)
    assert (merged.record, merged.matcher, merged.source) == (None, "steward", "urn:contactpoint:stewardship")
    assert merged.restricted is False
    assert {"decided_by", "reason"}.isdisjoint(ChildrenMerged.CLEAR)


def test_records_that_come_back_by_a_split_are_linked_by_the_steward_with_certainty() -> None:
    survivor, absorbed = child_with("a"), child_with("b")
    merge(survivor, absorbed)
    give_back(survivor, absorbed)
    linked = absorbed.collect_events()[-1]
    assert isinstance(linked, RecordLinked)
    assert (linked.record, linked.rule, linked.matcher, linked.score) == ("b", "split", "steward", 1.0)


@pytest.mark.parametrize(("hidden", "event"), [({}, ChildListed), ({"hidden": True}, ShieldedChildListed)])
def test_a_child_that_is_hidden_from_the_start_is_listed_by_another_event(hidden: dict[str, bool], event: type) -> None:
    cause = registered_record()
    (listed,) = Child.listed(uuid4(), cause, **hidden).collect_events()
    assert type(listed) is event


def test_a_child_that_inherits_no_stricter_shield_has_no_event_of_it() -> None:
    child, plain = child_with("a"), child_with("b")
    before = len(child.pending_events)
    child.inherit([plain], RULING)
    child.apply_shield("2027-05-23", None, RULING)
    child.inherit([plain], RULING)
    assert len(child.pending_events) == before + 1


def test_what_the_matcher_decides_names_nobody_and_no_reason() -> None:
    child = child_with("a")
    child.merge(registered_record(), [Absorbed("another", ["b"], "certain", 0.9, "b", {})])
    merged = child.collect_events()[-1]
    assert isinstance(merged, ChildrenMerged)
    assert (merged.decided_by, merged.reason, merged.record) == (None, None, str(RECORD))


def test_a_decision_about_too_many_records_is_refused_and_changes_nothing() -> None:
    left, right = child_with(*(f"a{n}" for n in range(101))), child_with(*(f"b{n}" for n in range(100)))
    for decide in (stewardship.merge, stewardship.dismiss):
        assert decide(left, right, RULING) is stewardship.TOO_MANY
    left.absorb("another", (f"c{n}" for n in range(100)))
    assert stewardship.records_to_split(left, None) is stewardship.TOO_MANY
    assert not any(isinstance(event, ChildrenMerged) for event in left.collect_events())


SETS = st.lists(st.sets(st.integers(0, 10**6), min_size=1, max_size=4), min_size=2, max_size=6)


@for_all(SETS, st.data())
def test_merges_undone_in_the_reverse_order_leave_all_as_it_was(sizes: list[set[int]], data: st.DataObject) -> None:
    children = [child_with(*(f"{number}-{n}" for n in records)) for number, records in enumerate(sizes)]
    before = {child.id: set(child.records) for child in children}
    remaining, merges = list(children), []
    while len(remaining) > 1 and data.draw(st.booleans()):
        absorbed = remaining.pop(data.draw(st.integers(0, len(remaining) - 1)))
        survivor = remaining[data.draw(st.integers(0, len(remaining) - 1))]
        merge(survivor, absorbed)
        merges.append((survivor, absorbed))
    for survivor, absorbed in reversed(merges):
        assert list(survivor.absorbed)[-1] == str(absorbed.id)
        give_back(survivor, absorbed)
    assert {child.id: child.records for child in children} == before
    assert not any(child.superseded_by or child.absorbed for child in children)


@for_all(SETS)
def test_a_child_is_what_its_events_tell(sizes: list[set[int]]) -> None:
    survivor, *others = [child_with(*(f"{i}-{n}" for n in records)) for i, records in enumerate(sizes)]
    for other in others:
        merge(survivor, other)
    give_back(survivor, others[0])
    again = replayed(survivor)
    assert (again.records, again.absorbed) == (survivor.records, survivor.absorbed)


def test_every_event_of_a_child_belongs_to_the_register() -> None:
    survivor, absorbed = child_with("a"), child_with("b")
    merge(survivor, absorbed)
    assert all(isinstance(event, RegisterEvent) for event in (*survivor.collect_events(), *absorbed.collect_events()))
    assert isinstance(survivor.id, UUID)
