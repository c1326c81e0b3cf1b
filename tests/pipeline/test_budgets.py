"""Invalid messages: so many of an agency are kept within an hour, and a run of them is answered by one receipt."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eventsourcing.persistence import ProgrammingError
from hypothesis import given
from hypothesis import strategies as st

from services.registrar.budgets import Limits
from services.registrar.fence import FenceLost
from services.registrar.receipts import Answer, runs
from tests.support.desk import AUTHORITY, GP, Desk, numbered, open_desk

NOW = datetime(2026, 11, 23, 10, 40, tzinfo=UTC)
JUNK = b"{not json"
CAUGHT = b"[]"
REASONS = [({"field": "", "code": code, "message": code},) for code in ("not-json", "too-deep")]


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with open_desk(Desk, database_url) as opened:
        opened.clock = lambda: NOW
        opened.limits = Limits(invalid=3)
        opened.open()
        yield opened


def receipts(desk: Desk, agency: str = AUTHORITY.code) -> list[tuple[str, int, int, str]]:
    """Of each receipt the outcome, the first and the last offset that it answers, and the first reason's code."""
    values = desk.rows(f"select value from register.outbox where topic = 'receipts.{agency}' order by ordinal")
    return [_in_short(json.loads(bytes(value))) for (value,) in values]


def _in_short(receipt: dict[str, Any]) -> tuple[str, int, int, str]:
    last = int(receipt["message"].rpartition("/")[2])
    first = int(receipt.get("first", receipt["message"]).rpartition("/")[2])
    assert receipt.get("messages", 1) == last - first + 1
    return receipt["outcome"], first, last, "".join(reason["code"] for reason in receipt["reasons"][:1])


def spent(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.rows("select agency, extract(hour from since at time zone 'UTC')::int, within, beyond"
                     " from register.budgets order by 1, 2")  # fmt: skip


def letters(desk: Desk) -> int:
    return int(desk.rows("select count(*) from register.outbox where topic = 'dead-letters'")[0][0])


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(1, 3), st.booleans(), st.booleans()), max_size=30))
def test_each_message_is_in_one_run_of_what_is_wrong_in_one_way(
    sent: list[tuple[int, int, bool, bool]],
) -> None:
    answers, offset = [], 0
    for kind, step, named, counted in sent:
        offset += step
        id_ = f"id-{offset}" if named else None
        answers.append(Answer(f"t/0/{offset}", "a", "urn:a", id_, "invalid", REASONS[kind], None, counted))
    found = list(runs(answers))
    begin = 0
    for run in found:
        each = answers[begin : begin + run.messages]
        begin += run.messages
        assert run.answer.message == each[-1].message
        assert all(one.reasons == run.answer.reasons for one in each)
        offsets = [int(one.message.rpartition("/")[2]) for one in each]
        assert offsets == list(range(offsets[0], offsets[0] + len(each)))
        if len(each) > 1:
            assert run.answer.submission is None
            assert all(one.counted or one.submission is None for one in each)
        else:
            assert run.answer == each[0]
    assert begin == len(answers)


def test_a_run_of_unreadable_lines_has_one_receipt_and_each_is_kept(desk: Desk) -> None:
    desk.send(JUNK, JUNK, CAUGHT, numbered(1))
    assert receipts(desk) == [
        ("invalid", 0, 1, "not-json"),
        ("invalid", 2, 2, "not-an-object"),
        ("accepted", 3, 3, ""),
    ]
    assert letters(desk) == 3


def test_beyond_its_budget_an_agency_is_told_until_when_and_what_is_valid_is_taken(desk: Desk) -> None:
    wrong = numbered(2, subject="S2", data={"given_name": 5})
    desk.send(JUNK, JUNK, JUNK, JUNK, wrong, wrong, numbered(1), JUNK)
    assert receipts(desk) == [
        ("invalid", 0, 2, "not-json"),
        ("invalid", 3, 5, "budget-used"),
        ("accepted", 6, 6, ""),
        ("invalid", 7, 7, "budget-used"),
    ]
    ((value,),) = desk.rows(
        "select value from register.outbox where topic = 'receipts.la-x' order by ordinal desc limit 1"
    )
    assert "until 2026-11-23 11:00 UTC" in json.loads(bytes(value))["reasons"][0]["message"]
    assert letters(desk) == 3
    assert spent(desk) == [("la-x", 10, 3, 4)]


def test_each_agency_has_a_budget_of_its_own_and_each_hour_a_new_one(desk: Desk) -> None:
    desk.send(*[JUNK] * 5)
    desk.send(JUNK, owner=GP)
    desk.send(JUNK, owner=None)
    moment = NOW + timedelta(minutes=20)
    desk.clock = lambda: moment
    desk.open()
    desk.send(JUNK)
    assert spent(desk) == [("gp-x", 10, 1, 0), ("la-x", 10, 3, 2), ("la-x", 11, 1, 0), ("unclaimed", 10, 1, 0)]
    moment += timedelta(days=8)
    desk.send(JUNK)
    assert [(agency, within) for agency, _, within, _ in spent(desk)] == [("la-x", 1)]


def test_what_is_taken_again_after_a_failure_or_by_another_registrar_counts_once(desk: Desk) -> None:
    desk.send(JUNK, JUNK)
    batch = [desk.message(JUNK), desk.message(numbered(1)), desk.message(JUNK)]
    with desk.database.transaction() as cursor:
        cursor.execute("alter table register.outbox_counter rename to elsewhere")
    with pytest.raises(ProgrammingError):
        desk.registrar.handle(batch)
    with desk.database.transaction() as cursor:
        cursor.execute("alter table register.elsewhere rename to outbox_counter")
    assert spent(desk) == [("la-x", 10, 2, 0)]
    before = desk.registrar
    desk.open().handle(batch)
    with pytest.raises(FenceLost):
        before.handle(batch)
    assert (spent(desk), letters(desk)) == ([("la-x", 10, 3, 1)], 3)
