"""Entries composed from the views: now, as of a recorded time, and as of an effective time."""

from datetime import date

import pytest

from domain.vocabulary import RESTRICTED_SOURCE
from projections.audit_history.query import history
from projections.directory import query as directory
from projections.directory.as_of import AsOf
from projections.directory.query import Entry
from tests.support.postgres_views import clear, empty_views, take, writing
from tests.support.story import ADA, Story

TODAY = date(2026, 11, 23)
LATER = "2012-01-01T00:00:00.000000Z"


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


def entry(
    database: str, story: Story, child: str, *, known: str | None = None, true: str | None = None
) -> Entry | None:
    """The entry of a child after a story."""
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, story.events) == []
        return directory.entry(cursor, story.seals, child, AsOf(known, true), today=TODAY)


def test_an_entry_is_composed_of_every_linked_record(database: str) -> None:
    story = Story()
    record = story.registered(subject="G1")
    child = story.listed(record)
    other = story.registered("la-north", "L1", family_name="Quaternion-Hamilton")
    story.linked(child, other)
    story.involved(record)
    story.flagged(other)
    shown = entry(database, story, child)
    assert shown is not None
    assert {(r["source"], r["subject"]) for r in shown["records"]} == {
        ("urn:agency:gp", "G1"),
        ("urn:agency:la-north", "L1"),
    }
    assert [i["service"] for i in shown["involvements"]] == ["gp"]
    assert [f["flag"] for f in shown["flags"]] == ["looked-after"]
    assert shown["position"] == len(story.values)
    assert shown["as_of"] == story.events[-1].recorded_at


def test_what_superseded_an_event_is_what_counts(database: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    story.involved(record, 1)
    story.ended(record, 1)
    story.involved(record, 1, again=True, service="hospital")
    story.flagged(record, 1)
    story.unflagged(record, 1)
    story.deregistered(record)
    story.registered_again(record, given_name="Augusta")
    story.amended(record, given_name="Augusta Ada")
    shown = entry(database, story, child)
    assert shown is not None
    assert shown["name"]["given_name"] == "Augusta Ada"
    assert [(i["service"], i["ended_on"]) for i in shown["involvements"]] == [("hospital", None)]
    assert shown["flags"] == []
    assert "deregistered" not in shown["records"][0]


def test_a_child_without_a_record_left_is_absent_everywhere(database: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    kept = story.ada()
    story.removed(record)
    assert entry(database, story, child) is None
    with writing(database) as cursor:
        assert directory.entries(cursor, story.seals, [child, kept], TODAY) == directory.entries(
            cursor, story.seals, [kept], TODAY
        )
        assert directory.children(cursor, None, 10) == [kept]
        assert history(cursor, story.seals, child) == []
        assert directory.entry(cursor, story.seals, story.new_id(), today=TODAY) is None


def test_a_record_whose_key_is_destroyed_leaves_the_entry(database: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    other = story.registered("la-north", "L1")
    story.linked(child, other)
    story.seals.destroyed.add(record)
    shown = entry(database, story, child)
    assert shown is not None
    assert [r["subject"] for r in shown["records"]] == ["L1"]
    story.seals.destroyed.add(other)
    assert entry(database, story, child) is None


def test_children_come_in_pages(database: str) -> None:
    story = Story()
    children = sorted(story.ada() for _ in range(5))
    entry(database, story, children[0])
    with writing(database) as cursor:
        assert directory.children(cursor, None, 2) == children[:2]
        assert directory.children(cursor, children[1], 10) == children[2:]
        shown = directory.entries(cursor, story.seals, children[::-1], TODAY)
    assert [each["child"] for each in shown] == children[::-1]


def test_the_entry_as_it_was_known(database: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    first = story.events[-1].recorded_at
    story.amended(record, given_name="Augusta")
    other = story.registered("la-north", "L1")
    story.linked(child, other)
    before = entry(database, story, child, known=first)
    assert before is not None
    assert before["name"]["given_name"] == ADA["given_name"]
    assert (len(before["records"]), before["position"], before["as_of"]) == (1, 2, first)
    assert entry(database, story, child, known="2026-01-01T00:00:00.000000Z") is None
    now = entry(database, story, child)
    at_the_end = entry(database, story, child, known="2027-01-01T00:00:00.000000Z")
    assert now is not None
    assert at_the_end is not None
    assert {**at_the_end, "as_of": ""} == {**now, "as_of": ""}


def test_of_a_removed_record_nothing_is_shown_at_any_time(database: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    first = story.events[-1].recorded_at
    other = story.registered("la-north", "L1")
    story.linked(child, other)
    both = story.events[-1].recorded_at
    story.removed(record)
    assert entry(database, story, child, known=first) is None
    shown = entry(database, story, child, known=both)
    assert shown is not None
    assert [each["subject"] for each in shown["records"]] == ["L1"]
    with writing(database) as cursor:
        told = history(cursor, story.seals, child, cleared=True)
    assert record not in {event["stream"] for event in told} | {event["data"].get("record") for event in told}
    assert other in {event["stream"] for event in told}


def test_the_entry_as_it_was_true(database: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    story.involved(record, 1, time=LATER, started_on=LATER[:10])
    before = entry(database, story, child, true="2011-01-01T00:00:00.000000Z")
    after = entry(database, story, child, true=LATER)
    assert before is not None
    assert after is not None
    assert (len(before["involvements"]), len(after["involvements"])) == (0, 1)
    assert entry(database, story, child, true="2001-01-01T00:00:00.000000Z") is None


def test_what_came_true_before_the_record_was_held_is_not_shown_then(database: str) -> None:
    story = Story()
    record = story.registered(time=LATER)
    child = story.listed(record)
    story.involved(record, 1)
    assert entry(database, story, child, true="2011-01-01T00:00:00.000000Z") is None


def test_history_is_complete_and_names_the_true_cause(database: str) -> None:
    story = Story()
    record = story.new_id()
    personal = {"subject": "C1", "particulars": ADA, "source": "urn:agency:clinic", "caused_by": "c-1"}
    story.append(record, "RecordRegistered", {}, personal, "restricted")
    child = story.listed(record, "restricted")
    story.amended(story.registered())
    story.involved(record)
    with writing(database) as cursor:
        clear(cursor)
        take(cursor, story.events)
        events = history(cursor, story.seals, child, cleared=True)
    assert RESTRICTED_SOURCE == "urn:agency:restricted"
    assert [(e["position"], e["type"], e["source"], e["caused_by"]) for e in events] == [
        (1, "RecordRegistered.v1", "urn:agency:clinic", "c-1"),
        (2, "ChildListed.v1", "urn:agency:clinic", "c-1"),
        (5, "InvolvementStarted.v1", "urn:agency:gp", "s-5"),
    ]
    assert events[0]["data"] == {"subject": "C1", "particulars": ADA}
    assert events[1]["data"] == {"record": record, "record_version": 1}
    assert set(events[0]) == {
        "position", "stream", "version", "type", "time", "recorded_at", "source", "data", "caused_by",
    }  # fmt: skip


def test_history_outlives_a_destroyed_key_without_what_was_personal(database: str) -> None:
    story = Story()
    record = story.registered()
    child = story.listed(record)
    story.seals.destroyed.add(record)
    with writing(database) as cursor:
        clear(cursor)
        take(cursor, story.events)
        events = history(cursor, story.seals, child, cleared=True)
    assert [(e["type"], e["data"], e["caused_by"]) for e in events] == [
        ("RecordRegistered.v2", {"kind": None}, None),
        ("ChildListed.v1", {"record": record, "record_version": 1}, None),
    ]
