"""A new identity: who may close a child and when, and which records name one that is closed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.child import Child, Ruling, new_identity, shielding, stewardship
from domain.child.identity_events import RecordOpened
from domain.event import RegisterEvent
from domain.matching import Candidate, Comparer, Features, features_of
from domain.matching.closed import ClosedComparison, names_closed
from domain.source_record import Refusal
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.matcher_settings import load_settings
from services.submission_contract.schemas.event_examples import (
    NOBODY_LIKE_IT,
    SURGERY,
    SURGERY_RECORD,
    SURGERY_STORY,
    _record,
)

NUMBERS = [UUID(int=number, version=4) for number in (1, 2)]
AT = datetime(2026, 11, 24, tzinfo=UTC)
ASKED = Ruling("one", "adoption", AT, "2026-11-24T00:00:00.000000Z")
CONFIRMED = ASKED._replace(decided_by="another")
SURGERYS = _record(SURGERY_STORY, SURGERY, SURGERY_RECORD)[0]


def a_child(number: UUID = NUMBERS[0]) -> Child:
    child = Child.listed(number, SURGERYS)
    child.link(SURGERYS, "m/1", NOBODY_LIKE_IT)
    child.collect_events()
    return child


def code(decided: object) -> str | None:
    return decided.code if isinstance(decided, Refusal) else None


def closed() -> Child:
    child = a_child()
    new_identity.request(child, [{"source": "urn:agency:gp", "subject": "G9"}], ASKED)
    new_identity.confirm(child, [str(NUMBERS[1])], CONFIRMED)
    return child


def test_one_asks_and_another_confirms_for_the_same_reason() -> None:
    child = a_child()
    assert code(new_identity.confirm(child, [], CONFIRMED)) == "not-requested"
    assert code(new_identity.request(child, [], ASKED)) is None
    assert code(new_identity.confirm(child, [], ASKED)) == "same-person"
    assert code(new_identity.confirm(child, [], CONFIRMED._replace(reason="gender-recognition"))) == "not-requested"
    assert (child.is_closed, code(new_identity.confirm(child, [], CONFIRMED)), child.is_closed) == (False, None, True)


def test_what_stops_a_new_identity_is_said_of_what_has_to_change() -> None:
    refused = new_identity.NOT_REQUESTED, new_identity.SAME_PERSON, new_identity.NOT_CLOSED
    assert [each.field for each in refused] == ["child", "decided_by", "record"]


def test_what_is_closed_and_nothing_of_who_the_child_is_now_stands_in_clear() -> None:
    asked, given = closed().collect_events()
    assert given.children == [str(NUMBERS[0]), str(NUMBERS[1])]
    assert given.records == [str(SURGERY_RECORD)]
    for event in (asked, given):
        assert isinstance(event, RegisterEvent)
        assert not {"decided_by", "reason", "expected"}.intersection(event.CLEAR)


def test_a_closed_child_is_as_if_there_were_none() -> None:
    child, other = closed(), a_child(NUMBERS[1])
    decided = [
        new_identity.request(child, [], ASKED),
        new_identity.confirm(child, [], CONFIRMED),
        new_identity.open_record(child, "r", 1, [], ASKED),
        shielding.apply(child, None, ASKED),
        shielding.lift(child, None, ASKED),
        stewardship.merge(other, child, ASKED),
        stewardship.merge(child, other, ASKED),
        stewardship.dismiss(other, child, ASKED),
        stewardship.records_to_split(child, None),
    ]
    assert [code(each) for each in decided] == ["unknown-child"] * len(decided)


def test_the_numbers_that_were_announced_are_those_of_the_first_records_to_come() -> None:
    assert closed().expected == {("urn:agency:gp", "G9")}


def test_of_a_child_that_was_merged_nothing_is_asked_and_nothing_opened() -> None:
    child = a_child()
    child.supersede(NUMBERS[1], ASKED)
    decided = [
        new_identity.request(child, [], ASKED),
        new_identity.confirm(child, [], CONFIRMED),
        new_identity.open_record(child, str(SURGERY_RECORD), 1, [], ASKED),
    ]
    assert [code(each) for each in decided] == ["superseded"] * 3


def test_a_closed_record_is_opened_by_a_custodian_who_tells_it_apart_from_all_that_it_named() -> None:
    child, record = a_child(), str(SURGERY_RECORD)
    assert code(new_identity.open_record(child, record, 1, [], ASKED)) == "not-closed"
    child.close_record(SURGERYS, ["b", "a"])
    assert child.closed_for == {record: ("a", "b")}
    named = [a_child(), a_child(NUMBERS[1])]
    named[1].records.add("r2")
    assert new_identity.open_record(child, record, 3, named, ASKED) is child
    assert (child.closed_for, child.opened_for(record)) == ({}, {record, "r2"})
    opened = child.collect_events()[-1]
    assert isinstance(opened, RecordOpened)
    assert (opened.record, opened.record_version, opened.decided_by) == (record, 3, "one")
    assert {"decided_by", "like"}.isdisjoint(RecordOpened.CLEAR)
    child.close_record(SURGERYS, ["c"])
    new_identity.open_record(child, record, 4, [], ASKED)
    assert (child.closed_for, child.opened_for(record)) == ({}, {record, "r2"})


def test_a_record_that_names_nobody_any_more_is_opened_and_told_apart_from_nobody() -> None:
    child, record = a_child(), str(SURGERY_RECORD)
    child.close_record(SURGERYS, ["a"])
    child.open_record(SURGERYS)
    assert (child.closed_for, child.opened_for(record)) == ({}, frozenset())


COMPARER = Comparer(load_settings())
BORN = {"date_of_birth": "2003-05-17", "gender": "female"}
OLD = {"given_name": "Tamsin", "family_name": "Orrell", "nhs_number": "9990000018", **BORN}
NEW = {"given_name": "Tamsin", "family_name": "Lantern", "nhs_number": "9990000034", **BORN}
STRANGER = {"given_name": "Ada", "family_name": "Quaternion", "date_of_birth": "2001-02-03", "gender": "female"}


def features(particulars: dict[str, Any]) -> Features:
    return features_of(particulars, "2026-11-24T00:00:00Z", source="urn:agency:la")


def names_old(
    now: dict[str, Any],
    *,
    was: dict[str, Any] = OLD,
    own: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    expected: bool = False,
    opened: bool = False,
) -> bool:
    others = [Candidate("n", "new", features(own))] if own else []
    old = [Candidate("o", "old", features(was))]
    named = ClosedComparison(old, others, features(before) if before else None, expected, opened)
    return names_closed(COMPARER, "r", features(now), named)


@pytest.mark.parametrize(
    "number",
    [{"nhs_number": OLD["nhs_number"]}, {"former_nhs_numbers": [OLD["nhs_number"]]}],
    ids=["its number", "a former number"],
)
def test_an_old_number_names_the_old_child_whatever_else_is_said(number: dict[str, Any]) -> None:
    for said in (NEW | number, STRANGER | number):
        assert names_old(said)
        assert names_old(said, own=NEW, before=NEW, expected=True)
        assert not names_old(said, opened=True)


def test_the_old_name_names_it_unless_it_was_so_before() -> None:
    old = OLD | {"nhs_number": None}
    assert names_old(old)
    assert names_old(old, own=NEW)
    assert names_old(old, own=NEW, before=NEW)
    assert not names_old(old, before=old)
    assert not names_old(old, expected=True)
    assert not names_old(old, own=old)


def test_the_new_name_and_strangers_do_not() -> None:
    assert not names_old(NEW, own=NEW)
    assert not names_old(NEW, expected=True)
    assert not names_old(STRANGER)


def test_that_neither_has_a_number_is_no_number_in_common() -> None:
    assert not names_old(STRANGER, was=OLD | {"nhs_number": None})


def test_a_record_is_closed_for_the_child_that_it_names_and_for_no_other() -> None:
    was = {"old": OLD, "another": STRANGER}
    remembered = [Candidate(f"record of {name}", name, features(said)) for name, said in was.items()]
    described = Described(OLD, "2026-11-24T00:00:00Z", "urn:agency:la", features(OLD), (), (), remembered)
    placed = BatchMatcher(COMPARER).place("r", described, dict.fromkeys(was, closed()).get)
    assert placed is not None
    assert placed.closed == ["old"]
