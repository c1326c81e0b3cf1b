"""What a child's records are without those of a suspended agency, as given, when and then; and what holds for any."""

from collections.abc import Sequence
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
from domain.suspension.parting import Join, joins_of, judge_again, keeper, part, rejoin, was_parted
from services.registrar.matcher_settings import load_settings

COMPARER = Comparer(load_settings())
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
RULING = Ruling("a-steward", "the credential was stolen", BEGUN + timedelta(days=9), "2026-01-10T00:00:00.000000Z")
A, B, X = (str(UUID(int=number)) for number in (1, 2, 3))
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


def at(day: int, record: str) -> RegisterEvent:
    """What a record said on a day."""
    event = object.__new__(RecordAmended)
    moment = BEGUN + timedelta(days=day)
    vars(event).update(originator_id=UUID(record), originator_version=1, timestamp=moment, source="urn:agency:x")
    vars(event).update(restricted=False, time=moment.isoformat())
    return event


def linked(*records: tuple[int, str]) -> tuple[Child, list[RegisterEvent]]:
    """A child to which records were linked on these days, the first of them when it was listed; and its events."""
    day, first = records[0]
    child = Child.listed(CHILD, at(day, first))
    for day, record in records:
        child.link(at(day, record), "m/1", Comparison(first, "certain", 0.99, {}))
    return child, list(child.collect_events())  # type: ignore[arg-type]


def blocks(joins: Sequence[Join], suspended_from: int) -> list[frozenset[str]]:
    suspended = {X: BEGUN + timedelta(days=suspended_from)}
    return list(judge_again(COMPARER, members(), joins, suspended, frozenset(), ()).regrouped.blocks)


def test_what_was_linked_in_the_presence_of_its_record_is_judged_again() -> None:
    _, said = linked((1, A), (2, X), (3, B))
    assert blocks(joins_of(said), suspended_from=2) == [{A}, {B}]


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
    assert keeper(child, [frozenset({B}), frozenset({A})], source_of, ()) == {A}
    result = part(child, frozenset({B}), {A: 1, B: 1}, {str(OTHER): other}, NEW, RULING)
    assert (child.records, other.records, other.superseded_by) == ({A, X}, {B}, None)
    assert result.moved == {B: str(OTHER)}
    assert was_parted(other.collect_events())  # type: ignore[arg-type]
    rejoin(child, other, RULING)
    assert (set(child.records), dict(child.absorbed)) == before
    assert other.superseded_by == str(CHILD)


def test_what_still_speaks_for_one_child_is_found() -> None:
    found = regroup(COMPARER, members(), ())
    pair = found_between(COMPARER, found, *found.blocks)
    assert pair is not None
    assert (pair[0], pair[1].record, pair[1].rule) == (A, B, "possible")


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
