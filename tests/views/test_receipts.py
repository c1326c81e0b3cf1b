"""What became of submissions, listed and counted."""

from collections.abc import Iterator

import pytest

from projections.catalogue import LOGS, RECEIPTS_LOG
from projections.receipts.query import Offsets, outcomes, receipt_of, receipts
from streams.projecting.reader import decode_receipt
from streams.store.database import Cursor
from tests.support.postgres_views import clear, empty_views, take, writing
from tests.support.story import receipt


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


@pytest.fixture
def cursor(database: str) -> Iterator[Cursor]:
    values = [
        receipt("a", "submissions.gp/0/2"),
        receipt("b", "submissions.gp/0/10", "refused"),
        receipt("a", "submissions.gp/0/11", "duplicate"),
        receipt("a", "submissions.la/0/0", "accepted", "urn:agency:la"),
        receipt("x", "submissions.unclaimed/0/7", "invalid", None),
    ]
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, [decode_receipt(value, 1) for value in values], LOGS[RECEIPTS_LOG]) == []
        yield cursor


def test_receipts_are_listed_in_the_order_of_their_messages(cursor: Cursor) -> None:
    assert [r["message"] for r in receipts(cursor)] == [
        "submissions.gp/0/2",
        "submissions.gp/0/10",
        "submissions.gp/0/11",
        "submissions.la/0/0",
        "submissions.unclaimed/0/7",
    ]


def test_a_receipt_is_shown_as_it_was_published(cursor: Cursor) -> None:
    accepted, refused = receipts(cursor, source="urn:agency:gp", limit=2)
    assert accepted == {
        "source": "urn:agency:gp",
        "submission": "a",
        "outcome": "accepted",
        "reasons": [],
        "message": "submissions.gp/0/2",
        "recorded_at": "2026-11-23T10:00:00.000000Z",
        "position": 1,
    }
    assert refused["reasons"][0]["code"] == "no-consent"
    assert receipts(cursor, outcome="invalid")[0]["source"] is None


def test_receipts_are_chosen_by_submission_source_and_outcome(cursor: Cursor) -> None:
    assert len(receipts(cursor, submission="a")) == 3
    assert len(receipts(cursor, submission="a", source="urn:agency:gp")) == 2
    assert [r["message"] for r in receipts(cursor, submission="a", source="urn:agency:gp", outcome="duplicate")] == [
        "submissions.gp/0/11"
    ]


def test_receipts_go_on_after_one_of_them(cursor: Cursor) -> None:
    assert [r["message"] for r in receipts(cursor, source="urn:agency:gp", after="submissions.gp/0/2")] == [
        "submissions.gp/0/10",
        "submissions.gp/0/11",
    ]
    assert len(receipts(cursor, after="submissions.gp/0/-1")) == 5
    with pytest.raises(ValueError, match="invalid literal"):
        receipts(cursor, after="submissions.gp/0/last")


def test_outcomes_are_counted_for_the_messages_asked(cursor: Cursor) -> None:
    assert outcomes(cursor, "submissions.gp", [Offsets(0, 0, 2), Offsets(0, 10, 10)]) == {"accepted": 1, "refused": 1}
    assert outcomes(cursor, "submissions.gp", [Offsets(0, 0, 100)]) == {"accepted": 1, "refused": 1, "duplicate": 1}
    assert outcomes(cursor, "submissions.gp", [Offsets(1, 0, 100)]) == {}
    assert outcomes(cursor, "submissions.gp", []) == {}


def test_one_receipt_answers_each_message_of_a_run(cursor: Cursor) -> None:
    run = receipt(None, "submissions.gp/0/120", "invalid", first="submissions.gp/0/101", messages=20)
    assert take(cursor, [decode_receipt(run)], LOGS[RECEIPTS_LOG]) == []
    assert outcomes(cursor, "submissions.gp", [Offsets(0, 11, 103)]) == {"duplicate": 1, "invalid": 3}
    assert outcomes(cursor, "submissions.gp", [Offsets(0, 110, 111), Offsets(0, 119, 150)]) == {"invalid": 4}
    (told,) = receipts(cursor, source="urn:agency:gp", after="submissions.gp/0/109")
    assert (told["first"], told["message"], told["messages"]) == ("submissions.gp/0/101", "submissions.gp/0/120", 20)
    assert receipts(cursor, source="urn:agency:gp", after=told["message"]) == []
    found = [receipt_of(cursor, "submissions.gp", 0, offset) for offset in (100, 101, 120, 121)]
    assert found == [None, told, told, None]
