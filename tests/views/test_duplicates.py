"""The queue of possible duplicates, and what an old child number means, after merges and splits."""

from datetime import date
from random import Random
from typing import Any

import pytest

from projections.audit_history.query import history
from projections.base.projection import PublishedEvent
from projections.directory import query as directory
from projections.directory.as_of import AsOf
from projections.duplicates.query import OpenPair, contradictions, latest_split_target, suspected_pairs
from projections.visibility.survivors import family, survivor
from streams.store.database import Cursor
from tests.support.postgres_views import clear, empty_views, take, writing
from tests.support.story import Story

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


@pytest.fixture
def cursor(database: str) -> Any:
    with writing(database) as opened:
        clear(opened)
        yield opened


def shuffled(events: list[PublishedEvent]) -> list[PublishedEvent]:
    """The events as partitions may deliver them: in order within a stream."""
    lanes: dict[str, list[PublishedEvent]] = {}
    for event in events:
        lanes.setdefault(event.stream, []).append(event)
    chance, mixed = Random(7), []
    while any(lanes.values()):
        mixed.append(chance.choice([lane for lane in lanes.values() if lane]).pop(0))
    return mixed


def shown(cursor: Cursor, story: Story) -> list[OpenPair]:
    """The suspected pairs after a story."""
    clear(cursor)
    assert take(cursor, shuffled(story.events)) == []
    return suspected_pairs(cursor, None, 100)


def two() -> tuple[Story, str, str, str, str]:
    """A story of two children of one record each, the second suspected to be the first."""
    story = Story()
    first, second = story.registered(), story.registered("la-north", "L1", given_name="Adah")
    one, other = story.listed(first), story.listed(second)
    story.suspected(other, second, first)
    return story, one, other, first, second


def test_a_suspicion_is_a_pair_of_children_with_its_reasons(cursor: Cursor) -> None:
    story, one, other, _, _ = two()
    (pair,) = shown(cursor, story)
    assert {pair.left, pair.right} == {one, other}
    assert (pair.score, pair.rule, pair.matcher) == (0.7, "possible", "test/1")
    assert pair.why == {"given_name": "close", "date_of_birth": "differs"}


def test_the_best_of_several_suspicions_speaks_for_two_children(cursor: Cursor) -> None:
    story, one, _, _, second = two()
    third = story.registered("gp", "G3")
    story.linked(one, third)
    story.suspected(one, third, second, score=0.8)
    assert [pair.score for pair in shown(cursor, story)] == [0.8]


def test_a_pair_leaves_the_queue_when_it_is_merged_and_comes_back_with_the_split(cursor: Cursor) -> None:
    story, one, other, _, _ = two()
    records = story.merged(one, other)
    assert shown(cursor, story) == []
    story.given_back(one, other, records)
    assert len(shown(cursor, story)) == 1


def test_a_dismissed_pair_stays_dismissed_until_it_is_suspected_again(cursor: Cursor) -> None:
    story, one, other, first, second = two()
    story.dismissed(one, other)
    assert shown(cursor, story) == []
    story.suspected(one, first, second, score=0.6)
    assert [pair.score for pair in shown(cursor, story)] == [0.6]


def test_a_pair_of_which_a_record_is_removed_is_not_shown(cursor: Cursor) -> None:
    story, _, _, first, _ = two()
    story.removed(first)
    assert shown(cursor, story) == []


def test_pairs_come_in_pages_best_first(cursor: Cursor) -> None:
    story = Story()
    records = [story.registered() for _ in range(5)]
    children = [story.listed(record) for record in records]
    for number in range(1, 5):
        story.suspected(children[number], records[number], records[0], score=0.1 * (number // 2))
    whole = shown(cursor, story)
    assert [pair.score for pair in whole] == [0.2, 0.1, 0.1, 0.0]
    paged: list[OpenPair] = []
    while page := suspected_pairs(cursor, paged[-1].place if paged else None, 1):
        paged += page
    assert paged == whole


def test_a_contradiction_stands_until_a_record_is_amended_or_leaves(cursor: Cursor) -> None:
    story, one, other, first, second = two()
    records = story.merged(one, other)
    story.contradicted(one, first, second)
    shown(cursor, story)
    (pair,) = contradictions(cursor, None, 10)
    assert (pair.child, {pair.left, pair.right}) == (one, {first, second})
    story.given_back(one, other, records)
    shown(cursor, story)
    assert contradictions(cursor, None, 10) == []
    story.merged(one, other)
    story.amended(second)
    shown(cursor, story)
    assert contradictions(cursor, None, 10) == []


def test_what_rests_on_a_suspended_record_waits_until_that_counts_again(cursor: Cursor) -> None:
    story, one, other, first, second = two()
    story.merged(one, other)
    between = story.registered("charity")
    story.linked(one, between, "charity")
    story.suspended(between)
    story.contradicted(one, first, second, rule="rests-on-suspended")
    shown(cursor, story)
    (pair,) = contradictions(cursor, None, 10)
    assert (pair.child, {pair.left, pair.right}) == (one, {first, second})
    story.resumed(between)
    shown(cursor, story)
    assert contradictions(cursor, None, 10) == []


def test_an_old_number_means_the_survivor_for_ever(cursor: Cursor) -> None:
    story, one, other, _, _ = two()
    last = story.ada()
    records = story.merged(one, other)
    before = story.events[-1].recorded_at
    story.merged(last, one)
    shown(cursor, story)
    assert [survivor(cursor, child) for child in (one, other, last)] == [last] * 3
    assert set(family(cursor, last)) == {one, other, last}
    entry = directory.entry(cursor, story.seals, other, today=TODAY)
    assert entry is not None
    assert (entry["child"], len(entry["records"])) == (last, 3)
    then = directory.entry(cursor, story.seals, other, AsOf(before), today=TODAY)
    assert then is not None
    assert (then["child"], len(then["records"])) == (one, 2)
    assert len(records) == 1


def test_as_of_a_time_before_the_merge_each_is_what_it_was(cursor: Cursor) -> None:
    story, one, other, _, _ = two()
    before = story.events[-1].recorded_at
    records = story.merged(one, other)
    merged = story.events[-1].recorded_at
    story.given_back(one, other, records)
    shown(cursor, story)

    def known(child: str, at: str | None) -> Any:
        entry = directory.entry(cursor, story.seals, child, AsOf(at), today=TODAY)
        assert entry is not None
        return entry["child"], sorted(each["subject"] for each in entry["records"])

    assert [known(one, before), known(other, before)] == [(one, ["S1"]), (other, ["L1"])]
    assert [known(one, merged), known(other, merged)] == [(one, ["L1", "S1"])] * 2
    assert [known(one, None), known(other, None)] == [(one, ["S1"]), (other, ["L1"])]
    assert latest_split_target(cursor, one, len(story.values)) == other


def test_the_history_of_a_survivor_is_complete_and_names_the_steward(cursor: Cursor) -> None:
    story, one, other, _, _ = two()
    story.merged(one, other)
    shown(cursor, story)
    for number in (one, other):
        events = history(cursor, story.seals, number, cleared=True)
        assert [event["position"] for event in events] == list(range(1, len(story.values) + 1))
    merged = next(event for event in events if event["type"] == "ChildrenMerged.v1")
    assert (merged["source"], merged["caused_by"]) == ("urn:contactpoint:stewardship", None)
    assert (merged["data"]["decided_by"], merged["data"]["reason"]) == ("a-steward", "looked at both")
