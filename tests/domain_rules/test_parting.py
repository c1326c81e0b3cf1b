"""What a child's records are without those of a suspended agency, as given, when and then; and what holds for any."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.child import Absorbed, Child, Comparison, Ruling
from domain.event import RegisterEvent
from domain.matching import Candidate, Comparer, features_of
from domain.matching.regroup import found_between, regroup
from domain.source_record.events import RecordAmended
from domain.suspension.parting import (
    Join,
    joins_of,
    judge_again,
    part,
    rejoin,
    retained_block,
    set_aside_before,
    was_parted,
)
from domain.vocabulary import STEWARDSHIP_SOURCE
from services.registrar.matcher_settings import load_settings

COMPARER = Comparer(load_settings())
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
RULING = Ruling("a-steward", "the credential was stolen", BEGUN + timedelta(days=9), "2026-01-10T00:00:00.000000Z")
A, B, X, C = (str(UUID(int=number)) for number in range(1, 5))
CHILD, OTHER, NEW = (UUID(int=number) for number in (11, 12, 13))
TAMSIN = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03"}
SAID: dict[str, dict[str, Any]] = {
    A: TAMSIN | {"upn": "D999417608014"},
    B: TAMSIN | {"family_name": "Achebe", "nhs_number": "9990000417"},
}


def members(**changes: dict[str, Any]) -> list[Candidate]:
    """The records of A and B, as candidates."""
    said = {A: SAID[A] | changes.get("a", {}), B: SAID[B] | changes.get("b", {})}
    return [
        Candidate(record, str(CHILD), features_of(data, "2008-01-01T00:00:00Z", None, f"urn:agency:{record[-1]}"))
        for record, data in said.items()
    ]


def at(day: int, record: str, version: int = 1, source: str = "urn:agency:x") -> RegisterEvent:
    """What a record said on a day."""
    event = object.__new__(RecordAmended)
    moment = BEGUN + timedelta(days=day)
    vars(event).update(originator_id=UUID(record), originator_version=version, timestamp=moment, source=source)
    vars(event).update(restricted=False, time=moment.isoformat())
    return event


def linked(*records: tuple[int, str]) -> tuple[Child, list[RegisterEvent]]:
    """A child to which records were linked on these days, the first of them when it was listed; and its events."""
    day, first = records[0]
    child = Child.listed(CHILD, at(day, first))
    for day, record in records:
        child.link(at(day, record), "m/1", Comparison(first, "certain", 0.99, {}))
    return child, list(child.collect_events())  # type: ignore[arg-type]


def new_events(child: Child) -> list[RegisterEvent]:
    """What has become of a child since this was asked last."""
    return list(child.collect_events())  # type: ignore[arg-type]


def put_together(events: Iterable[RegisterEvent]) -> list[tuple[set[str], bool]]:
    """Which records were put together, in turn, and whether by a steward."""
    return [(set(join.records), join.by_steward) for join in joins_of(events)]


def blocks(joins: Sequence[Join], suspended_from: int) -> list[frozenset[str]]:
    suspended = {X: BEGUN + timedelta(days=suspended_from)}
    return list(judge_again(COMPARER, members(), joins, suspended, frozenset(), ()).regrouped.blocks)


def test_what_was_linked_in_the_presence_of_its_record_is_judged_again() -> None:
    _, said = linked((1, A), (2, X), (3, B))
    assert blocks(joins_of(said), suspended_from=2) == [{A}, {B}]
    assert blocks(joins_of(said), suspended_from=3) == [{A}, {B}]


def test_what_was_linked_before_its_record_came_stands() -> None:
    _, said = linked((1, A), (2, B), (3, X))
    assert blocks(joins_of(said), suspended_from=3) == [{A, B}]


def test_what_was_linked_before_what_is_set_aside_of_its_record_stands() -> None:
    _, said = linked((1, A), (2, X), (3, B))
    assert blocks(joins_of(said), suspended_from=4) == [{A, B}]


def test_what_is_one_by_itself_stays_one() -> None:
    same = members(b={"family_name": "Okoro"})
    assert judge_again(COMPARER, same, [], {}, frozenset(), ()).regrouped.blocks == [{A, B}]
    apart = judge_again(COMPARER, same, [], {}, {(A, B), (B, A)}, ())
    assert apart.regrouped.blocks == [{A}, {B}]


def test_what_a_steward_joined_with_its_record_in_sight_is_left_to_a_steward() -> None:
    child, said = linked((1, A), (2, X))
    child.merge(RULING, [Absorbed(str(OTHER), [B], "merge", 1.0, None, {})])
    joins = joins_of([*said, *child.collect_events()])  # type: ignore[list-item]
    judged = judge_again(COMPARER, members(), joins, {X: BEGUN}, frozenset(), ())
    assert judged.regrouped.blocks == [{A, B}]
    assert judged.without is not None
    assert judged.without.blocks == [{A}, {B}]


def test_what_falls_apart_gets_its_number_back_and_is_taken_back() -> None:
    child, _ = linked((1, A), (2, X))
    child.merge(at(3, X), [Absorbed(str(OTHER), [B], "certain", 0.99, A, {})], "m/1")
    other = Child.listed(OTHER, at(1, B))
    other.link(at(1, B), "m/1", Comparison(B, "certain", 0.99, {}))
    other.supersede(CHILD, at(3, X))
    before = (set(child.records), dict(child.absorbed))
    source_of = {A: "urn:agency:a", B: "urn:agency:b"}
    assert retained_block(child, [frozenset({B}), frozenset({A})], source_of, ()) == {A}
    result = part(child, frozenset({B}), {A: 1, B: 1}, {str(OTHER): other}, NEW, RULING)
    assert (child.records, other.records, other.superseded_by) == ({A, X}, {B}, None)
    assert result.moved == {B: str(OTHER)}
    assert was_parted(other.collect_events())  # type: ignore[arg-type]
    rejoin(child, other, RULING)
    assert (set(child.records), dict(child.absorbed)) == before
    assert other.superseded_by == str(CHILD)


def test_what_is_like_a_shielded_child_stays_so_wherever_it_goes() -> None:
    child, _ = linked((1, A), (2, X), (3, B))
    child.hold_back(at(3, B), [C], alone=False)
    versions, sources = {A: 1, B: 1, X: 1}, {A: "urn:agency:a", B: "urn:agency:b", X: "urn:agency:b"}
    parted = part(child, frozenset({B, X}), versions, {}, NEW, RULING, sources).children[1]
    assert (parted.like_shielded, parted.held_back, child.like_shielded) == ({B: {C}}, {B}, {})
    rejoin(child, parted, RULING, versions, sources)
    assert (child.like_shielded, child.held_back) == ({B: {C}}, set())


def test_one_agency_that_knows_the_child_beside_the_records_own_is_another_one() -> None:
    child, _ = linked((1, A), (2, B))
    child.hold_back(at(2, B), [C], alone=False)
    suspected = child.suspected({B: 1})
    child.keep_suspicions(suspected, RULING, {A: "urn:agency:a"})
    assert child.held_back == set()
    child.keep_suspicions(suspected, RULING, {B: "urn:agency:b"})
    assert child.held_back == {B}


def test_what_still_speaks_for_one_child_is_found() -> None:
    found = regroup(COMPARER, members(), ())
    pair = found_between(COMPARER, found, *found.blocks)
    assert pair is not None
    assert (pair[0], pair[1].record, pair[1].rule) == (A, B, "possible")


def test_what_was_put_together_is_told_by_the_events_of_the_child() -> None:
    child, said = linked((1, A), (2, B))
    assert put_together(said) == [({A}, False), ({A}, False), ({A, B}, False)]
    child.unlink([B], OTHER, RULING)
    child.merge(at(4, A), [Absorbed(str(OTHER), [X], "certain", 0.99, A, {})], "m/1")
    child.merge(RULING, [Absorbed(str(OTHER), [B], "merge", 1.0, None, {})])
    since = put_together([*said, *new_events(child)])[len(put_together(said)) :]
    assert since == [({A, X}, False), ({A, B, X}, True)]
    child.supersede(OTHER, RULING)
    child.reinstate({A: 1}, RULING, None)
    assert put_together([*said, *new_events(child)])[len(put_together(said)) :] == [({A}, True)]


def test_a_child_that_was_hidden_before_it_had_a_record_is_put_together_by_its_links() -> None:
    child = Child.listed(CHILD, at(1, A), hidden=True)
    child.link(at(2, B), "m/1", Comparison(A, "certain", 0.99, {}))
    assert put_together(new_events(child)) == [({B}, False)]


def test_what_follows_from_a_suspension_puts_nothing_together_by_a_stewards_will() -> None:
    child, _ = linked((1, A), (2, B), (3, X))
    part(child, frozenset({B}), {A: 1, B: 1}, {}, NEW, RULING)
    parted = Child.split_off(NEW, {B: 1}, RULING, None, "without-suspended")
    assert put_together(new_events(parted)) == [({B}, False), ({B}, False)]
    rejoin(child, parted, RULING)
    assert put_together(new_events(child)) == []


def test_a_steward_who_accepts_a_record_says_that_all_of_the_child_is_one() -> None:
    child, said = linked((1, A), (2, B))
    child.set_aside(at(3, B), "m/1")
    child.accept_by_ruling(B, RULING)
    accepted = new_events(child)
    assert put_together([*said, *accepted])[-1] == ({A, B}, True)
    child.set_aside_by_ruling(B, RULING)
    assert put_together([*said, *accepted, *new_events(child)]) == put_together([*said, *accepted])


def test_a_steward_is_asked_only_where_his_decision_alone_holds_records_together() -> None:
    by_steward = Join(frozenset({A, B, X}), BEGUN, by_steward=True)
    by_matcher = by_steward._replace(by_steward=False)
    same = members(b={"family_name": "Okoro"})
    since = {X: BEGUN}

    def judged(records: Sequence[Candidate], *joins: Join) -> tuple[int, int | None]:
        found = judge_again(COMPARER, records, joins, since, frozenset(), ())
        return len(found.regrouped.blocks), len(found.without.blocks) if found.without else None

    assert judged(members(), by_steward) == (1, 2)
    assert judged(members(), by_matcher) == (2, None)
    assert judged(same, by_steward) == (1, None)
    assert judged(members(), by_steward, Join(frozenset({A, B}), BEGUN, by_steward=False)) == (1, None)
    stranger = Candidate(C, str(CHILD), features_of({"given_name": "Kemi", "family_name": "Vane"}, "2008"))
    assert judged([*members(), stranger], by_steward) == (2, None)


def test_the_number_stays_with_those_that_brought_no_other_and_whom_most_ordinary_agencies_know() -> None:
    child, _ = linked((1, A))
    child.merge(RULING, [Absorbed(str(OTHER), [B, X], "merge", 1.0, None, {})])
    one, two, three = (frozenset(each) for each in ([A], [B], [X]))
    source_of = {A: "urn:agency:a", B: "urn:agency:b", X: "urn:agency:clinic"}
    assert retained_block(child, [two, three, one], source_of, ()) == one
    assert retained_block(child, [three, two], source_of, ()) == three
    assert retained_block(child, [three, two], source_of, ["urn:agency:clinic"]) == two
    alone, _ = linked((1, A))
    assert retained_block(alone, [one, two | three], source_of, ()) == two | three
    assert retained_block(alone, [one, two | three], source_of | {X: "urn:agency:b"}, ()) == one


def test_a_block_goes_back_to_the_child_that_brought_most_of_it_and_nothing_else() -> None:
    more, y, z = (str(UUID(int=number)) for number in (5, 6, 7))
    here, gone = UUID(int=14), UUID(int=15)

    def parted(block: set[str], *brought: tuple[UUID, list[str]]) -> str:
        child, _ = linked((1, A), (2, B), (3, X), (4, y), (5, z))
        children = {str(each): Child.listed(each, at(1, records[0])) for each, records in brought}
        child.merge(RULING, [Absorbed(str(each), records, "merge", 1.0, None, {}) for each, records in brought])
        for each in children.values():
            each.supersede(CHILD, RULING)
        children[str(gone)] = Child.listed(gone, at(1, B))
        counting = dict.fromkeys([A, B, X, y, z], 1)
        moved = part(child, frozenset(block), counting, children, NEW, RULING).moved
        assert set(moved) == block
        (to,) = set(moved.values())
        return to

    assert parted({B}) == str(NEW)
    assert parted({B}, (OTHER, [B])) == str(OTHER)
    assert parted({B}, (OTHER, [B, X])) == str(NEW)
    assert parted({B}, (OTHER, [B, more])) == str(OTHER)
    assert parted({B}, (OTHER, [more])) == str(NEW)
    assert parted({B, X, y}, (OTHER, [B]), (here, [X, y])) == str(here)


def test_what_a_suspension_had_believed_again_is_set_aside_from_the_same_version_on() -> None:
    child, _ = linked((1, A), (2, B))
    by_suspension = at(4, A, source=STEWARDSHIP_SOURCE)
    child.accept(by_suspension, "m/1", [X])
    child.set_aside(at(3, B, version=7), "m/1")
    child.accept(by_suspension, "m/1", [B])
    said = new_events(child)
    assert set_aside_before(said) == {B: 7}
    child.set_aside(at(5, B, version=9), "m/1")
    child.accept(at(6, B), "m/1", [B])
    assert set_aside_before([*said, *new_events(child)]) == {}


def test_what_a_parted_child_had_set_aside_stays_so_when_it_is_taken_back() -> None:
    child, _ = linked((1, A))
    parted, _ = linked((1, B), (2, X))
    parted.set_aside(at(3, X, version=4), "m/1")
    new_events(child)
    rejoin(child, parted, RULING)
    assert (child.records, child.aside) == ({A, B, X}, {X: 4})
    (merged,) = vars(new_events(child)[0])["merged"]
    assert merged == Absorbed(str(CHILD), [B, X], "resumed", 1.0, None, {}).as_data()


NAMES = st.sampled_from(["Tamsin", "Ada", "Kemi"])
PEOPLE = st.builds(
    lambda given, family, born, number: (
        TAMSIN | {"given_name": given, "family_name": family, "date_of_birth": born, "nhs_number": number}
    ),
    NAMES,
    st.sampled_from(["Okoro", "Achebe"]),
    st.sampled_from(["2001-02-03", "2005-11-20", None]),
    st.sampled_from([None, "9990000417", "9990000018"]),
)


@for_all(st.lists(PEOPLE, min_size=1, max_size=6), st.data())
def test_blocks_are_a_partition_that_keeps_what_stands_and_does_not_depend_on_the_order(
    people: list[dict[str, Any]], data: st.DataObject
) -> None:
    every = [
        Candidate(str(UUID(int=n)), "c", features_of(each, "2008-01-01T00:00:00Z", None, f"urn:agency:{n}"))
        for n, each in enumerate(people)
    ]
    records = [each.record for each in every]
    together = data.draw(st.lists(st.sets(st.sampled_from(records)), max_size=2))
    found = regroup(COMPARER, every, together).blocks
    assert sorted(record for block in found for record in block) == sorted(records)
    for some in filter(None, together):
        assert len([block for block in found if block & some]) == 1
    again = regroup(COMPARER, data.draw(st.permutations(every)), together).blocks
    assert set(again) == set(found)
