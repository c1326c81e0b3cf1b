"""What a projection cannot take is kept by its position, and everything else goes on."""

from typing import Any

import pytest

from projections.audit_history.project import HISTORY
from projections.catalogue import LOGS, RECEIPTS_LOG
from projections.directory.project import FACT, LINK
from projections.engine import failures, schema
from projections.receipts.project import RECEIPTS
from projections.search.project import SEARCH
from streams.projecting.reader import decode_receipt
from tests.support.postgres_views import clear, rows, take, writing
from tests.support.story import Seals, Story, receipt


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    schema.create(database_url)
    return database_url


def counts(database: str, story: Story, *, without: int | None = None) -> tuple[list[Any], dict[str, int]]:
    """What failed when a story was applied as one batch, and how many rows each table has then."""
    events: list[Any] = story.events
    if without is not None:
        events[without] = None
    with writing(database) as cursor:
        clear(cursor)
        failed = take(cursor, events)
        found = {table.name: len(rows(cursor, table)) for table in (FACT, LINK, SEARCH, HISTORY)}
    return [(failure.offset, failure.projection, failure.code) for failure in failed], found


def test_an_unreadable_message_fails_for_every_projection(database: str) -> None:
    story = Story()
    story.ada()
    story.ada()
    failed, found = counts(database, story, without=2)
    assert failed == [
        (2, name, "unreadable")
        for name in ("directory", "search", "duplicates", "shields", "chronology", "audit_history")
    ]
    assert found == {"fact": 1, "link": 2, "search": 1, "history": 3}


def test_what_one_projection_cannot_take_the_others_can(database: str) -> None:
    story = Story()
    record = story.registered()
    story.says(story.new_id(), "ChildListed", {"record_version": 1})
    story.says(record, "RecordAmended", {}, {"subject": "S1"})
    failed, found = counts(database, story)
    assert failed == [(1, "directory", "KeyError"), (2, "search", "KeyError"), (2, "chronology", "KeyError")]
    assert found == {"fact": 1, "link": 0, "search": 1, "history": 3}


def test_a_broken_seal_is_a_failure_of_the_views_that_open_it(database: str) -> None:
    story = Story()
    story.ada()
    story.values[0] = story.values[0].replace(b'"sealed":"', b'"sealed":"!')
    failed, found = counts(database, story)
    assert failed == [(0, "search", "Error"), (0, "chronology", "Error")]
    assert found == {"fact": 1, "link": 1, "search": 0, "history": 2}


def test_a_destroyed_key_is_no_failure_and_leaves_nothing_to_find(database: str) -> None:
    story = Story()
    record = story.registered()
    story.listed(record)
    story.seals.destroyed.add(record)
    failed, found = counts(database, story)
    assert failed == []
    assert found == {"fact": 1, "link": 1, "search": 1, "history": 2}
    with writing(database) as cursor:
        assert rows(cursor, SEARCH) == [(record, 1, *[None] * 10, 1)]


@pytest.mark.parametrize("number", [10**12, "many", {"k": 1}])
def test_what_postgres_refuses_is_a_failure_of_that_message_alone(database: str, number: Any) -> None:
    story = Story()
    record = story.registered()
    story.listed(record)
    story.says(record, "InvolvementEnded", {"number": number}, {"ended_on": "2009-01-01"})
    story.flagged(record)
    failed, found = counts(database, story)
    assert [(offset, projection) for offset, projection, _ in failed] == [(2, "directory"), (2, "chronology")]
    assert found == {"fact": 2, "link": 1, "search": 1, "history": 4}


def test_an_event_of_a_type_that_is_not_known_is_history_only(database: str) -> None:
    story = Story()
    story.says(story.new_id(), "ChildForgotten", {"into": story.new_id()})
    assert counts(database, story) == ([], {"fact": 0, "link": 0, "search": 0, "history": 1})


def test_a_receipt_that_is_published_again_changes_nothing(database: str) -> None:
    values = [receipt("a", "submissions.gp/0/0"), receipt("b", "submissions.gp/0/1", "refused")]
    receipts = [decode_receipt(value, Seals()) for value in values]
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, receipts, LOGS[RECEIPTS_LOG]) == []
        first = rows(cursor, RECEIPTS)
        assert take(cursor, [*receipts, *receipts], LOGS[RECEIPTS_LOG]) == []
        assert rows(cursor, RECEIPTS) == first
    assert len(first) == 2


def test_values_that_copy_has_signs_for_are_kept_as_they_are(database: str) -> None:
    odd = ["\\N", "a\\b", "a\tb", "a\nb", "\\.", ""]
    values = [receipt(name, f"submissions.gp/0/{offset}") for offset, name in enumerate(odd)]
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, [decode_receipt(value, Seals()) for value in values], LOGS[RECEIPTS_LOG]) == []
        cursor.execute("select submission from receipts order by message_offset")
        assert [submission for (submission,) in cursor.fetchall()] == odd


def test_failures_are_kept_once_and_forgotten(database: str) -> None:
    story = Story()
    story.ada()
    with writing(database) as cursor:
        clear(cursor)
        failed = take(cursor, [None])
        failures.record(cursor, failed)
        failures.record(cursor, failed)
        assert failures.count(cursor) == 1
        assert sorted(failures.kept(cursor, None, 10)) == sorted(failed)
        first = failures.kept(cursor, None, 1)[0]
        assert failures.kept(cursor, first, 10) == sorted(failed)[1:]
        failures.forget(cursor, first)
        assert len(failures.kept(cursor, None, 10)) == len(failed) - 1
