"""A child that may be a shielded one, given/when/then: hidden until a steward has told it apart from each of those."""

from uuid import UUID, uuid4

import pytest

from domain.child import Child, Comparison, stewardship
from domain.child.child import Suspected
from domain.child.events import RecordHeldBack, RecordLinked, ShieldedChildListed
from domain.child.stewardship import RulingResult
from domain.erasure import erase_record
from domain.erasure.decide import Erased
from domain.event import RegisterEvent
from tests.domain_rules.test_child import RULING, child_with, registered_record, replayed
from tests.domain_rules.test_destruction import TERMS, record
from tests.support.examples import RECORD, given, sent

NOBODY = Comparison("", "first-record", 0.0, {})
PROBE = str(RECORD)
FENELLA, GRACE = "fenella", "grace"
"""The records of two shielded children."""


def another_record() -> RegisterEvent:
    """The event that registers a second record."""
    (event,) = given(sent("child.registered"), stream=UUID(int=2)).events
    return event


def held_back(*like: str, alone: bool = True) -> Child:
    """A child that is listed for a record that is like these of shielded children."""
    cause = registered_record()
    child = Child.listed(uuid4(), cause, hidden=True)
    child.hold_back(cause, like, alone=alone)
    child.link(cause, "m/1", NOBODY)
    return child


def suspicions(child: Child) -> tuple[dict[str, frozenset[str]], set[str]]:
    """Which records are like which of shielded children, and for which of them the child is hidden."""
    return child.like_shielded, child.held_back


def test_a_child_that_may_be_a_shielded_one_is_hidden_before_its_record_is_linked() -> None:
    child = held_back(GRACE, FENELLA)
    assert child.is_held_back
    listed, hidden, linked = child.collect_events()
    assert (type(listed), type(hidden), type(linked)) == (ShieldedChildListed, RecordHeldBack, RecordLinked)
    assert isinstance(hidden, RecordHeldBack)
    assert (hidden.record, hidden.records, hidden.restricted) == (PROBE, [FENELLA, GRACE], False)


def test_a_child_that_other_agencies_know_waits_for_a_steward_and_is_not_hidden() -> None:
    child = held_back(FENELLA, alone=False)
    assert (child.is_held_back, child.like_shielded) == (False, {PROBE: {FENELLA}})


def test_a_child_that_another_agency_came_to_know_is_hidden_no_longer() -> None:
    child = held_back(FENELLA)
    child.hold_back(registered_record(), [FENELLA], alone=False)
    assert (child.is_held_back, child.like_shielded) == (False, {PROBE: {FENELLA}})


@pytest.mark.parametrize("named_first", [True, False])
def test_it_is_shown_once_a_steward_has_told_it_apart_from_every_child_that_it_is_like(named_first: bool) -> None:
    child = held_back(FENELLA, GRACE)
    for shielded, is_held in ((child_with(FENELLA), True), (child_with(GRACE), False)):
        assert child.is_held_back
        pair = (child, shielded) if named_first else (shielded, child)
        ruled = stewardship.dismiss(*pair, RULING)
        assert isinstance(ruled, RulingResult)
        assert (ruled.children, ruled.moved, ruled.cannot_link) == (pair[: 1 if named_first else 2], {}, True)
        assert child.is_held_back is is_held
    assert child.like_shielded == replayed(child).like_shielded == {}


def test_that_it_is_not_somebody_else_changes_nothing() -> None:
    child = held_back(FENELLA)
    stewardship.dismiss(child, child_with("somebody"), RULING)
    assert suspicions(child) == ({PROBE: {FENELLA}}, {PROBE})


def test_a_record_that_says_otherwise_now_is_like_nobody() -> None:
    child = held_back(FENELLA, GRACE)
    child.end_suspicion(registered_record(), [GRACE])
    assert suspicions(child) == ({PROBE: {FENELLA}}, {PROBE})
    child.end_suspicion(registered_record(), [FENELLA])
    assert suspicions(child) == ({}, set())


@pytest.mark.parametrize("is_destroyed", [True, False])
def test_a_record_that_leaves_or_is_destroyed_hides_the_child_no_longer(is_destroyed: bool) -> None:
    child, other = held_back(FENELLA), another_record()
    child.hold_back(other, [GRACE], alone=True)
    child.link(other, "m/1", NOBODY)
    if is_destroyed:
        assert isinstance(erase_record(child, [], record(), uuid4(), TERMS, RULING), Erased)
    else:
        child.unlink([PROBE], uuid4(), RULING)
    left = str(other.originator_id)
    assert suspicions(child) == suspicions(replayed(child)) == ({left: {GRACE}}, {left})


def known_before(*agencies: str) -> tuple[Child, dict[str, str]]:
    """A child with a record of each of these agencies, and whose each is."""
    child = child_with(*agencies)
    return child, {agency: f"urn:agency:{agency}" for agency in agencies}


def like(record: str, *others: str) -> Suspected:
    return Suspected(record, 1, frozenset(others), alone=False)


@pytest.mark.parametrize(
    ("suspected", "hides"),
    [
        ([like("school", FENELLA)], False),
        ([like("school", FENELLA), like("gp", FENELLA)], True),
        ([like("school", FENELLA), like("gp", GRACE)], False),
        ([like("school", FENELLA, GRACE), like("gp", FENELLA)], True),
    ],
)
def test_a_shield_hides_a_child_that_was_there_if_each_of_its_agencies_has_a_record_that_is_like_the_shielded_ones(
    suspected: list[Suspected], hides: bool
) -> None:
    child, sources = known_before("school", "gp")
    child.collect_events()
    child.follow_shields(suspected, frozenset({FENELLA}), RULING, sources)
    assert child.is_held_back is hides
    assert child.like_shielded == {each.record: each.like for each in suspected}
    assert len(child.collect_events()) == len(suspected)
    child.follow_shields(suspected, frozenset({FENELLA}), RULING, sources)
    assert not child.collect_events()
    child.follow_shields(suspected, frozenset(), RULING, sources)
    assert not child.is_held_back


def test_a_record_that_does_not_count_neither_hides_a_child_that_another_agency_knows_nor_shows_one() -> None:
    child, sources = known_before("school", "gp")
    for counting, hides in (({"gp": sources["gp"]}, False), ({}, True), ({"school": sources["school"]}, True)):
        child.follow_shields([like("school", FENELLA)], frozenset({FENELLA}), RULING, counting)
        assert child.is_held_back is hides


def test_two_who_are_held_back_and_merged_stay_so() -> None:
    child, sources = known_before("school", "gp")
    child.keep_suspicions([like("school", FENELLA), like("gp", GRACE)], RULING, sources)
    assert child.held_back == {"school", "gp"}
