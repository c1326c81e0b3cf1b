"""What a data steward may decide about children, given/when/then, and what is refused."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.child import Absorbed, Child, Comparison, stewardship
from domain.child.events import ChildrenMerged, MatchDismissed, MatchSuspected, RecordContradicted
from domain.child.stewardship import MOST_PAIRS, RulingResult, SplitRecords
from domain.source_record import Refusal
from tests.domain_rules.test_child import RULING, child_with, registered_record, replayed
from tests.support.examples import RECORD


def superseded() -> Child:
    """A child that was merged into another."""
    gone = child_with("gone")
    gone.supersede(uuid4(), RULING)
    return gone


def to_split(child: Child | None, *named: str) -> SplitRecords | Refusal:
    """The records to split, by name or without names those of the latest merge."""
    return stewardship.records_to_split(child, named or None)


def code_of(result: Any) -> tuple[str, str]:
    assert isinstance(result, Refusal)
    return result.field, result.code


def test_the_survivor_of_a_merge_takes_all_records_and_they_may_be_linked_again() -> None:
    survivor, absorbed = child_with("b", "a"), child_with("d", "c")
    ruled = stewardship.merge(survivor, absorbed, RULING)
    moved = dict.fromkeys(["c", "d"], str(survivor.id))
    assert ruled == RulingResult((survivor, absorbed), moved, False, ["a", "b"], ["c", "d"])
    assert (survivor.records, absorbed.superseded_by) == ({"a", "b", "c", "d"}, str(survivor.id))
    merged = survivor.collect_events()[-1]
    assert isinstance(merged, ChildrenMerged)
    assert merged.merged == [
        {
            "child": str(absorbed.id),
            "records": ["c", "d"],
            "rule": "merge",
            "score": 1.0,
            "with": None,
            "explanation": {},
        }
    ]


def test_children_that_are_not_one_keep_their_records_and_cannot_be_linked() -> None:
    left, right = child_with("b", "a"), child_with("c")
    assert stewardship.dismiss(left, right, RULING) == RulingResult((left,), {}, True, ["a", "b"], ["c"])
    assert isinstance(left.collect_events()[-1], MatchDismissed)


def test_records_that_are_split_off_are_a_child_that_cannot_be_linked_with_the_rest() -> None:
    child, new_id = child_with("a", "b", "c"), uuid4()
    found = to_split(child, "c", "b")
    assert found == SplitRecords(frozenset({"b", "c"}), None)
    assert isinstance(found, SplitRecords)
    ruled = stewardship.split(child, found, {"b": 1, "c": 2}, None, new_id, RULING)
    assert (ruled.cannot_link, ruled.left, ruled.right) == (True, ["a"], ["b", "c"])
    assert ruled.moved == dict.fromkeys(["b", "c"], str(new_id))
    assert [each.records for each in ruled.children] == [{"a"}, {"b", "c"}]


def test_the_latest_merge_is_undone_by_bringing_back_the_child_that_was_absorbed() -> None:
    child, first, second = child_with("a"), child_with("b"), child_with("c", "d")
    for absorbed in (first, second):
        stewardship.merge(child, absorbed, RULING)
    found = to_split(child)
    assert found == to_split(child, "c", "d") == SplitRecords(frozenset({"c", "d"}), str(second.id))
    assert to_split(child, "b") == SplitRecords(frozenset({"b"}), str(first.id))
    assert to_split(child, "c") == SplitRecords(frozenset({"c"}), None)
    assert isinstance(found, SplitRecords)
    ruled = stewardship.split(child, found, {"c": 1, "d": 1}, second, uuid4(), RULING)
    assert ruled.children == (child, second)
    assert (second.records, second.superseded_by) == ({"c", "d"}, None)
    assert to_split(child) == SplitRecords(frozenset({"b"}), str(first.id))


def test_what_is_left_of_a_merge_is_a_new_child_where_a_part_has_gone() -> None:
    child, absorbed = child_with("a"), child_with("b", "c")
    stewardship.merge(child, absorbed, RULING)
    child.unlink(["b"], uuid4(), RULING)
    assert to_split(child) == SplitRecords(frozenset({"c"}), None)


def test_any_merge_can_be_undone_by_the_child_that_was_absorbed() -> None:
    child, first, second = child_with("a"), child_with("b"), child_with("c", "d")
    for absorbed in (first, second):
        stewardship.merge(child, absorbed, RULING)
    found = stewardship.records_to_split(child, None, str(first.id))
    assert found == SplitRecords(frozenset({"b"}), str(first.id))
    assert code_of(stewardship.records_to_split(child, None, str(uuid4()))) == ("records", "nothing-to-undo")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (None, "second"),
        ({"b"}, "first"),
        ({"c"}, "second"),
        ({"a"}, None),
        ({"a", "c"}, None),
        ({"x"}, stewardship.NOT_HERE),
        ({"a", "u"}, stewardship.NOT_HERE),
        ({"a", "b", "c"}, stewardship.NOTHING_LEFT),
    ],
)
def test_a_steward_who_is_shown_some_records_splits_off_what_came_with_them(
    named: set[str] | None, expected: str | Refusal | None
) -> None:
    brought = {"first": {"b"}, "second": {"c", "u"}, "third": {"v"}}
    assert stewardship.merge_to_undo({"a", "b", "c"}, brought, named) == expected


SEEN, UNSEEN = st.frozensets(st.sampled_from("abcd")), st.frozensets(st.sampled_from("uvw"))
NAMED = st.frozensets(st.sampled_from("abcdux"), min_size=1)


@given(SEEN, UNSEEN, st.lists(st.tuples(SEEN, UNSEEN), max_size=4), st.none() | NAMED)
def test_what_a_steward_is_not_shown_decides_no_split(
    shown: frozenset[str],
    unseen: frozenset[str],
    brought: list[tuple[frozenset[str], frozenset[str]]],
    named: frozenset[str] | None,
) -> None:
    as_it_is = {str(number): some | more for number, (some, more) in enumerate(brought)}
    without = {str(number): some for number, (some, _) in enumerate(brought)} | {"late": unseen}
    assert stewardship.merge_to_undo(shown, as_it_is, named) == stewardship.merge_to_undo(shown, without, named)


@pytest.mark.parametrize("decide", [stewardship.merge, stewardship.dismiss])
def test_a_decision_about_two_needs_two_children_that_are_there(
    decide: Callable[..., RulingResult | Refusal],
) -> None:
    child = child_with("a")
    for one, other in ((None, child), (child, None), (None, None)):
        assert code_of(decide(one, other, RULING)) == ("child", "unknown-child")
    for one, other in ((superseded(), child), (child, superseded())):
        assert code_of(decide(one, other, RULING)) == ("child", "superseded")
    assert code_of(decide(child, child, RULING)) == ("right", "same-child")
    assert child.records == {"a"}


def test_a_split_needs_a_child_that_has_the_records_and_keeps_one() -> None:
    child = child_with("a", "b")
    refused = [
        to_split(None, "a"),
        to_split(superseded()),
        to_split(child, "a", "c"),
        to_split(child, "a", "b"),
        to_split(child),
    ]
    assert [code_of(each) for each in refused] == [
        ("child", "unknown-child"),
        ("child", "superseded"),
        ("records", "record-not-in-child"),
        ("records", "nothing-to-split"),
        ("records", "nothing-to-undo"),
    ]


@pytest.mark.parametrize(("records", "is_refused"), [(MOST_PAIRS // 100, False), (MOST_PAIRS // 100 + 1, True)])
def test_a_decision_is_about_so_many_pairs_at_most(records: int, is_refused: bool) -> None:
    one, other = (Child.listed(uuid4(), registered_record()) for _ in range(2))
    one.absorb("hundred", (f"a{n}" for n in range(100)))
    other.absorb("many", (f"b{n}" for n in range(records)))
    ruled = stewardship.dismiss(one, other, RULING)
    one.absorb("many", other.records)
    split = to_split(one)
    assert [isinstance(each, Refusal) for each in (ruled, split)] == [is_refused] * 2
    if is_refused:
        assert code_of(ruled) == code_of(split) == ("records", "too-many-records")


def test_how_a_pair_compares_is_kept_in_the_form_of_the_events() -> None:
    compared = {"record": "b", "rule": "possible", "score": 0.5, "explanation": {"gender": "same"}}
    assert Comparison("b", "possible", 0.5, {"gender": "same"}).as_data() == compared
    absorbed = Absorbed("other", ["c", "b"], "certain", 0.9, "b", {"gender": "same"})
    assert absorbed.as_data() == {
        "child": "other",
        "records": ["b", "c"],
        "rule": "certain",
        "score": 0.9,
        "with": "b",
        "explanation": {"gender": "same"},
    }


ASIDE = str(RECORD)


def with_one_set_aside() -> Child:
    """A child of two records, the first of which is set aside."""
    child = child_with(ASIDE, "b")
    child.set_aside(registered_record(), "m/1")
    return child


def ruled(child: Child) -> tuple[dict[str, int], dict[str, int]]:
    """Which records are set aside, and which are believed by a steward's word; the same as its events tell."""
    again = replayed(child)
    assert (again.aside, again.accepted) == (child.aside, child.accepted)
    return child.aside, child.accepted


def test_a_record_that_was_set_aside_is_believed_by_a_stewards_word_until_that_is_taken_back() -> None:
    child = with_one_set_aside()
    assert ruled(child) == ({ASIDE: 1}, {})
    child = with_one_set_aside()
    assert stewardship.accept(child, ASIDE, RULING) is child
    assert code_of(stewardship.accept(child, ASIDE, RULING)) == ("record", "not-set-aside")
    assert stewardship.take_back(child, ASIDE, RULING) is child
    assert code_of(stewardship.take_back(child, ASIDE, RULING)) == ("record", "not-accepted")
    assert ruled(child) == ({ASIDE: 1}, {})


def test_what_a_steward_believed_is_set_aside_anew_by_what_is_said_later() -> None:
    child = with_one_set_aside()
    stewardship.accept(child, ASIDE, RULING)
    child.set_aside(registered_record(), "m/1")
    assert ruled(child) == ({ASIDE: 1}, {})


def test_what_fits_its_child_again_is_believed_by_nobodys_word() -> None:
    child = with_one_set_aside()
    child.accept(registered_record(), "m/1", [ASIDE])
    assert ruled(child) == ({}, {})


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("leaves", [False, True])
def test_whether_a_record_is_believed_is_forgotten_once_it_is_another_childs(accepted: bool, leaves: bool) -> None:
    child = with_one_set_aside()
    if accepted:
        stewardship.accept(child, ASIDE, RULING)
    if leaves:
        child.unlink([ASIDE], uuid4(), RULING)
    else:
        child.supersede(uuid4(), RULING)
    assert ruled(child) == ({}, {})


@pytest.mark.parametrize("decide", [stewardship.accept, stewardship.take_back])
def test_a_decision_about_a_record_needs_a_child_that_has_it(decide: Callable[..., Child | Refusal]) -> None:
    child = with_one_set_aside()
    assert code_of(decide(None, ASIDE, RULING)) == ("child", "unknown-child")
    assert code_of(decide(superseded(), ASIDE, RULING)) == ("child", "superseded")
    assert code_of(decide(child, "c", RULING)) == ("records", "record-not-in-child")
    refused = "not-set-aside" if decide is stewardship.accept else "not-accepted"
    assert code_of(decide(child, "b", RULING)) == ("record", refused)
    assert ruled(child) == ({ASIDE: 1}, {})


def test_what_a_stewards_decision_shows_is_queued_as_the_stewards() -> None:
    found = Comparison("elsewhere", "possible", 0.5, {"gender": "same"})
    child = child_with("a")
    child.suspect_beside("a", 3, "m/1", found, RULING)
    child.doubt("a", 3, "m/1", found, RULING)
    suspected, doubted = child.collect_events()[-2:]
    assert isinstance(suspected, MatchSuspected)
    assert isinstance(doubted, RecordContradicted)
    assert suspected.suspicions == doubted.contradictions == [found.as_data()]
    for each in (suspected, doubted):
        assert (each.record, each.record_version, each.matcher) == ("a", 3, "m/1")
        assert each.source == RULING.provenance["source"]
