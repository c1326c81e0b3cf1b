"""A child's shield, given/when/then: applied, kept, lifted, and never lost by a merge or a split."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.child import Child, Ruling, shielding, stewardship
from domain.child.events import ChildrenMerged, RecordLinked, ShieldApplied, ShieldedChildListed
from domain.child.shield import Shield, next_review, stricter
from domain.child.whereabouts import without_whereabouts
from domain.source_record import Refusal
from tests.domain_rules.test_child import replayed
from tests.support.entitlements import NORTH, SOUTH

EVERY = (shielding.apply, shielding.review, shielding.hand_over, shielding.lift)


def ruling(day: str = "2026-11-24") -> Ruling:
    """A steward's decision of a day."""
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return Ruling("a-steward", "a refuge was named", at, at.isoformat(timespec="microseconds")[:-6] + "Z")


def child_with(*records: str) -> Child:
    return Child.split_off(uuid4(), dict.fromkeys(records, 1), ruling(), None)


def shielded(*records: str, day: str = "2026-11-24") -> Child:
    child = child_with(*records)
    assert shielding.apply(child, NORTH, ruling(day)) is child
    return child


def types_of(child: Child) -> list[type]:
    return [type(event) for event in child.pending_events]


@pytest.mark.parametrize(
    ("decided", "due"),
    [
        ("2026-11-24", "2027-05-24"),
        ("2026-06-30", "2026-12-30"),
        ("2026-07-31", "2027-01-31"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-29", "2028-02-29"),
    ],
)
def test_a_review_is_due_six_months_later(decided: str, due: str) -> None:
    assert next_review(date.fromisoformat(decided)) == due


def test_a_shield_is_applied_kept_and_lifted() -> None:
    child = shielded("a")
    assert child.shield == Shield("2026-11-24T00:00:00.000000Z", "2027-05-24", NORTH)
    shielding.review(child, None, ruling("2027-05-20"))
    assert child.shield == Shield("2026-11-24T00:00:00.000000Z", "2027-11-20", NORTH)
    shielding.lift(child, None, ruling("2027-06-01"))
    assert child.shield is None
    assert replayed(child).shield is None


def test_a_shield_that_is_handed_over_is_in_anothers_care_and_otherwise_the_same() -> None:
    child = shielded("a")
    shielding.hand_over(child, SOUTH, ruling("2026-12-01"))
    assert child.shield == Shield("2026-11-24T00:00:00.000000Z", "2027-05-24", SOUTH)
    shielding.review(child, None, ruling("2027-05-20"))
    assert child.shield == replayed(child).shield == Shield("2026-11-24T00:00:00.000000Z", "2027-11-20", SOUTH)


def test_of_two_shields_the_one_that_stood_first_says_who_takes_care() -> None:
    first, later = shielded("a", day="2026-03-01"), shielded("b", day="2026-06-01")
    shielding.hand_over(later, SOUTH, ruling())
    stewardship.merge(later, first, ruling())
    assert later.shield == Shield("2026-03-01T00:00:00.000000Z", "2026-09-01", NORTH)


def test_what_is_refused_changes_nothing() -> None:
    gone, plain, hidden = child_with("a"), child_with("b"), shielded("c")
    stewardship.merge(plain, gone, ruling())
    before = [len(each.pending_events) for each in (gone, plain, hidden)]
    refused = [
        *(decide(None, SOUTH, ruling()) for decide in EVERY),
        *(decide(gone, SOUTH, ruling()) for decide in EVERY),
        shielding.apply(hidden, SOUTH, ruling()),
        shielding.lift(plain, None, ruling()),
        shielding.review(plain, None, ruling()),
        shielding.hand_over(plain, SOUTH, ruling()),
        shielding.hand_over(hidden, NORTH, ruling()),
    ]
    assert [(each.field, each.code) for each in refused if isinstance(each, Refusal)] == [
        *[("child", "unknown-child")] * 4,
        *[("child", "superseded")] * 4,
        ("child", "already-shielded"),
        *[("child", "not-shielded")] * 3,
        ("to", "same-custodian"),
    ]
    assert [len(each.pending_events) for each in (gone, plain, hidden)] == before


def test_the_survivor_is_shielded_before_it_has_what_is_hidden() -> None:
    survivor, absorbed = child_with("a"), shielded("b")
    stewardship.merge(survivor, absorbed, ruling())
    assert survivor.shield == absorbed.shield
    assert types_of(survivor)[-2:] == [ShieldApplied, ChildrenMerged]


def test_of_two_shields_the_stricter_holds() -> None:
    survivor, absorbed = shielded("a", day="2026-06-01"), shielded("b", day="2026-03-01")
    stewardship.merge(survivor, absorbed, ruling())
    assert survivor.shield == Shield("2026-03-01T00:00:00.000000Z", "2026-09-01", NORTH)


def test_a_child_split_off_is_hidden_before_its_records_are_linked() -> None:
    child = shielded("a", "b")
    found = stewardship.records_to_split(child, {"b"})
    assert not isinstance(found, Refusal)
    ruled = stewardship.split(child, found, {"b": 1}, None, uuid4(), ruling())
    _, other = ruled.children
    assert types_of(other) == [ShieldedChildListed, ShieldApplied, RecordLinked]
    assert other.shield == child.shield


def test_the_entry_that_a_shield_leaves_says_who_the_child_is_and_nothing_of_where() -> None:
    identity = {
        "child": "c",
        "name": {"given_name": "Tamsin", "family_name": "Orrell"},
        "date_of_birth": "2003-05-17",
        "date_of_birth_estimated": False,
        "gender": "female",
    }
    numbers = {"nhs_number": ["9990000417"], "upn": ["D999417608014"]}
    lists = ("other_names", "addresses", "carers", "involvements", "flags", "records")
    entry = {
        **identity,
        **{name: ["secret"] for name in lists},
        "identifiers": numbers,
        "education": {"status": "placed"},
        "shielded": False,
    }
    assert without_whereabouts({**entry, "position": 9, "as_of": "later"}, 7, "then") == {
        **identity,
        **{name: [] for name in lists},
        "identifiers": {"nhs_number": [], "upn": []},
        "education": None,
        "shielded": True,
        "position": 7,
        "as_of": "then",
    }


SHIELDS = st.none() | st.builds(
    Shield, st.sampled_from(["2026-01-01", "2026-02-01"]), st.sampled_from(["2027-01-01", "2027-02-01"])
)


@for_all(st.lists(SHIELDS, max_size=4), SHIELDS)
def test_more_shields_are_never_less_strict(shields: list[Shield | None], other: Shield | None) -> None:
    one, both = stricter(shields), stricter([*shields, other])
    assert stricter([one, other]) == both
    assert stricter([both, other]) == both
    if one:
        assert both is not None
        assert (both.since, both.review_by) <= (one.since, one.review_by) or both == one


@for_all(st.data())
def test_merges_and_splits_lose_no_shield(data: st.DataObject) -> None:
    """A record that was hidden once stays so whatever is merged and split, as long as nobody lifts a shield."""
    children = [child_with(f"r{n}") for n in range(4)]
    hidden: set[str] = set()
    for _ in range(data.draw(st.integers(1, 10))):
        remaining = [each for each in children if each.superseded_by is None]
        one = remaining[data.draw(st.integers(0, len(remaining) - 1))]
        kind = data.draw(st.sampled_from(["merge", "split", "shield"]))
        if kind == "shield":
            shielding.apply(one, NORTH, ruling())
        elif kind == "merge" and len(remaining) > 1:
            others = [each for each in remaining if each is not one]
            stewardship.merge(one, others[data.draw(st.integers(0, len(others) - 1))], ruling())
        elif kind == "split" and len(one.records) > 1:
            found = stewardship.records_to_split(one, {data.draw(st.sampled_from(sorted(one.records)))})
            assert not isinstance(found, Refusal)
            whose = next((each for each in children if str(each.id) == found.absorbed), None)
            ruled = stewardship.split(one, found, dict.fromkeys(found.records, 1), whose, uuid4(), ruling())
            children += [each for each in ruled.children if all(each is not known for known in children)]
        hidden |= {record for each in children if each.shield for record in each.records}
        assert all(each.shield for each in children if hidden & each.records)
