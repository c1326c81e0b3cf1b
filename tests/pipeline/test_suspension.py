"""An agency that is suspended at the registrar, on a real Postgres: nothing is taken from it, until it is resumed."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from services.contract.decisions import DecisionType
from services.registrar.receipts import Answer
from services.registrar.reindex import build_match_index
from streams.crypto.keys import KeyRing, reader_of
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.examples import KEY_ENCRYPTION_KEY
from tests.support.steward import Steward, somebody
from tests.support.world import submission


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def indexed(desk: Steward) -> list[tuple[Any, ...]]:
    """The match index, with the keys of each record."""
    return desk.rows(
        "select i.record, child, features, array(select key from register.match_keys k where k.record = i.record"
        " order by 1) from register.match_index i order by 1"
    )


def rebuilt(desk: Steward) -> list[tuple[Any, ...]]:
    """The match index as the log gives it."""
    with desk.database.transaction() as cursor:
        cursor.execute("truncate register.match_index_format")
    keys = KeyRing(KEY_ENCRYPTION_KEY, reader_of(desk.database, "register"))
    build_match_index(desk.log, desk.database, keys, desk.fence, Event())
    return indexed(desk)


def suspend(desk: Steward, agency: str = AUTHORITY.code) -> Answer:
    return desk.decide(DecisionType.AGENCY_SUSPEND, agency=agency)


def resume(desk: Steward, agency: str = AUTHORITY.code) -> Answer:
    return desk.decide(DecisionType.AGENCY_RESUME, agency=agency)


def codes_of(answers: list[Answer]) -> list[tuple[str, list[str]]]:
    return [(answer.outcome, [reason["code"] for reason in answer.reasons]) for answer in answers]


def test_a_suspended_agencys_submissions_are_refused_and_may_be_sent_again(desk: Steward) -> None:
    desk.register("S1")
    assert suspend(desk).outcome == "accepted"
    amended, new = numbered(2, "child.amended"), numbered(1, subject="S2", data=somebody("S2"))
    for _ in range(2):
        assert codes_of(desk.send(amended, new)) == [("refused", ["agency-suspended"])] * 2
    of_another = submission("child.registered", "G1", somebody("G1"), GP.code)
    assert codes_of(desk.send(of_another, owner=GP)) == [("accepted", [])]
    assert resume(desk).outcome == "accepted"
    assert codes_of(desk.send(amended, new)) == [("accepted", [])] * 2


def test_a_suspension_outlives_the_registrar_and_is_told_by_the_log_without_saying_of_whom(desk: Steward) -> None:
    suspend(desk)
    desk.open()
    assert codes_of(desk.send(numbered(1))) == [("refused", ["agency-suspended"])]
    assert codes_of([suspend(desk), resume(desk), resume(desk)]) == [
        ("refused", ["already-suspended"]),
        ("accepted", []),
        ("refused", ["not-suspended"]),
    ]
    desk.open()
    assert suspend(desk).outcome == "accepted"
    assert desk.types() == ["AgencySuspended.v1", "AgencyResumed.v1", "AgencySuspended.v1"]
    assert desk.rows("select count(distinct stream) from register.events") == [(1,)]
    stored = b"".join(bytes(state) for (state,) in desk.rows("select state from register.events"))
    assert b"la-x" not in stored
    assert b"a-steward" not in stored


def test_a_decision_takes_effect_between_the_batches_around_it(desk: Steward) -> None:
    answers = desk.registrar.handle(
        [desk.message(numbered(1)), desk.decision(DecisionType.AGENCY_SUSPEND, agency=AUTHORITY.code)]
    )
    assert codes_of(answers) == [("accepted", [])] * 2
    assert codes_of(desk.send(numbered(2, "child.amended"))) == [("refused", ["agency-suspended"])]


def remove(desk: Steward, child: str, subject: str, source: str = AUTHORITY.urn) -> Answer:
    return desk.decide(DecisionType.RECORD_REMOVE, child=child, record={"source": source, "subject": subject})


def test_a_record_that_a_steward_removes_is_gone_for_its_agency_and_the_matcher(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    assert codes_of([remove(desk, one, "S2"), remove(desk, one, "S3")]) == [("refused", ["record-not-in-child"])] * 2
    assert remove(desk, one, "S1").outcome == "accepted"
    assert desk.members() == {two: {"S2"}}
    assert desk.rows("select count(distinct record) from register.match_keys") == [(1,)]
    desk.open()
    assert codes_of([remove(desk, one, "S1")]) == [("refused", ["record-gone"])]
    assert codes_of(desk.send(numbered(2, "child.amended"), numbered(3))) == [("refused", ["record-removed"])] * 2
    assert desk.types()[-1] == "RecordRemovedBySteward.v1"
    before = indexed(desk)
    assert rebuilt(desk) == before
    assert len(before) == 1
