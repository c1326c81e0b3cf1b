"""Destruction at the registrar, on a real Postgres: keys, rows, what is refused, and what a failure leaves."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from domain.agency import Agency
from domain.event import RegisterEvent
from domain.matching import features_of
from domain.vocabulary import AgencyKind
from services.registrar import erasing
from services.registrar.budgets import Limits
from services.registrar.decide_in_order import Effect, decide_in_order
from services.registrar.receipts import Answer
from services.registrar.store import ErasureRow
from services.submission_contract.decisions import DecisionType
from streams.clock import utc_now
from streams.crypto.keys import FENCES_READ_S, KeyRing, fences_of, reader_of
from streams.crypto.sealing import SealBroken
from streams.store.database import DatabaseAway
from tests.pipeline.test_decided_again import BETWEEN, COUNCIL, HOSTILE, PRACTICE, number_of, send_as
from tests.pipeline.test_suspension import codes_of, indexed, rebuilt, resume, set_aside, suspend
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.examples import KEY_ENCRYPTION_KEY
from tests.support.steward import TIME, Steward, somebody


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def erase(desk: Steward, child: str, subject: str | None = None) -> Answer:
    named = {} if subject is None else {"record": {"source": AUTHORITY.urn, "subject": subject}}
    return desk.decide(DecisionType.ERASE, child=child, **named)


def keys_of(desk: Steward) -> dict[str, bool]:
    """Whether there is a wrapped key, by stream."""
    return dict(desk.rows("select stream::text, wrapped <> '' from register.data_keys"))


def stream_of(desk: Steward, subject: str) -> str:
    ((stream,),) = desk.rows(f"select stream::text from register.record_keys where key = '{subject}'")
    return str(stream)


def dump(desk: Steward) -> str:
    """Every row of every table of the register, as text."""
    tables = desk.rows("select table_name from information_schema.tables where table_schema = 'register'")
    return "\n".join(
        str(row) for (table,) in tables for row in desk.rows(f"select t::text from register.{table} t")
    ).lower()


def test_one_user_destroys_no_more_within_a_day_than_is_allowed(desk: Steward) -> None:
    now = utc_now()
    desk.limits, desk.clock = Limits(destructions=2), lambda: now
    desk.open()
    children = desk.register("S1", "S2", "S3", "S4")
    answers = [erase(desk, child) for child in (children[0], children[0], *children[1:3])]
    assert codes_of(answers) == [
        ("accepted", []),
        ("refused", ["unknown-child"]),
        ("accepted", []),
        ("refused", ["too-many-destroyed"]),
    ]
    look = desk.look(DecisionType.ERASE, "another", child=children[2])
    another = desk.decide(DecisionType.ERASE, look, child=children[2], decided_by="another")
    assert another.outcome == "accepted"
    desk.clock = lambda: now + timedelta(days=1)
    desk.open()
    assert erase(desk, children[3]).outcome == "accepted"
    assert "a-steward" not in dump(desk)


def test_one_user_removes_records_and_opens_shields_no_more_within_a_day_than_is_allowed(desk: Steward) -> None:
    now = utc_now()
    desk.limits, desk.clock = Limits(removals=1, opened_shields=1), lambda: now
    desk.open()
    first, second, third = desk.register("S1", "S2", "S3")

    def remove(child: str, subject: str) -> Answer:
        record = {"source": AUTHORITY.urn, "subject": subject}
        return desk.decide(DecisionType.RECORD_REMOVE, child=child, record=record)

    answers = [remove(first, "S2"), remove(first, "S1"), remove(second, "S2")]
    assert [code for _, code in codes_of(answers)] == [["record-not-in-child"], [], ["too-many-today"]]
    for child in (second, third):
        assert desk.decide(DecisionType.SHIELD_APPLY, child=child, custodian="E06999001").outcome == "accepted"
    handed = desk.decide(DecisionType.SHIELD_HAND_OVER, child=second, custodian="E06999002")
    lifted = desk.decide(DecisionType.SHIELD_LIFT, child=third)
    assert [code for _, code in codes_of([handed, lifted])] == [[], ["too-many-today"]]


def test_what_a_destroyed_child_did_to_others_is_rebuilt(desk: Steward) -> None:
    shielded, other = desk.register("S1", "S2")
    ruled = desk.decide(DecisionType.SHIELD_APPLY, child=shielded, custodian="E06999001")
    answers = [desk.merge(shielded, other), desk.split(shielded), erase(desk, shielded)]
    assert [each.outcome for each in (ruled, *answers)] == ["accepted"] * 4
    kept = "select record::text, child::text from register.shielded_records order by 1"
    before = desk.rows(kept)
    assert before == [(stream_of(desk, "S2"), other)]
    assert indexed(desk) == rebuilt(desk)
    assert desk.rows(kept) == before


def test_children_that_were_merged_count_one_by_one(desk: Steward) -> None:
    desk.limits = Limits(destructions=2)
    desk.open()
    children = desk.register("S1", "S2", "S3")
    for each in children[1:]:
        assert desk.merge(children[0], each).outcome == "accepted"
    assert codes_of([erase(desk, children[0])]) == [("refused", ["too-many-destroyed"])]
    assert erase(desk, children[0], "S1").outcome == "accepted"


def test_a_record_that_is_opened_and_destroyed_at_once_is_in_no_index(desk: Steward) -> None:
    child, _ = desk.register("S1", "S2")
    stream = stream_of(desk, "S1")
    opened = Effect([], indexed={stream: (child, features_of(somebody("S1"), TIME, source=AUTHORITY.urn), [1])})
    erased = Effect([], erasures=[ErasureRow(str(uuid4()), {stream: []}, [child])])
    effects = iter((opened, erased))
    look = {"child": child, "record": {"source": AUTHORITY.urn, "subject": "S1"}}
    messages = [desk.decision(kind, **look) for kind in (DecisionType.RECORD_OPEN, DecisionType.ERASE)]
    result = decide_in_order(messages, {}, utc_now(), lambda *_: next(effects))
    assert not result.changes.index.put


def test_all_of_a_child_is_destroyed_and_its_neighbour_stays_as_it_is(desk: Steward) -> None:
    child, neighbour = desk.register("S1", "S2")
    desk.send(numbered(2, "involvement.started", subject="S1"), numbered(2, "flag.raised", subject="S1"))
    gone, stays, names = stream_of(desk, "S1"), stream_of(desk, "S2"), somebody("S1")
    about = [row for row in indexed(desk) if row[0] == stays]
    before = dump(desk)
    assert names["family_name"].lower() in before
    assert erase(desk, child).outcome == "accepted"
    after = dump(desk)
    assert not {names["family_name"].lower(), names["given_name"].lower(), "'s1'", "s1/1"} & set(after.split('"'))
    assert names["family_name"].lower() not in after
    assert (keys_of(desk)[gone], keys_of(desk)[stays]) == (False, True)
    assert [row for row in indexed(desk) if row[0] == stays] == about
    assert desk.members() == {neighbour: {"S2"}}
    assert desk.types()[-3:] == ["ErasureDecided.v1", "ErasureFenced.v1", "ChildDestroyed.v1"]
    assert indexed(desk) == rebuilt(desk)


def test_nothing_can_be_said_of_a_destroyed_record_ever_again(desk: Steward) -> None:
    (child,) = desk.register("S1")
    erase(desk, child)
    for _ in range(2):
        desk.open()
        again = numbered(7, "child.registered", data=somebody("S1")) | {"id": f"new-{uuid4()}"}
        amended = numbered(8, "child.amended") | {"id": f"new-{uuid4()}"}
        assert codes_of(desk.send(again, amended)) == [("refused", ["record-erased"])] * 2
    assert codes_of(desk.send(numbered(1, data=somebody("S1")))) == [("duplicate", [])]
    assert codes_of([erase(desk, child), desk.merge(child, child)]) == [("refused", ["unknown-child"])] * 2


def test_one_record_is_destroyed_and_the_child_goes_on(desk: Steward) -> None:
    child, other = desk.register("S1", "S2")
    desk.merge(child, other)
    gone = stream_of(desk, "S2")
    assert erase(desk, child, "S2").outcome == "accepted"
    desk.open()
    assert (desk.members(), keys_of(desk)[gone]) == ({child: {"S1"}}, False)
    assert codes_of([desk.split(child), erase(desk, child, "S2")]) == [
        ("refused", ["nothing-to-undo"]),
        ("refused", ["record-not-in-child"]),
    ]
    assert indexed(desk) == rebuilt(desk)


def test_what_was_merged_away_removed_or_set_aside_is_destroyed_too(desk: Steward) -> None:
    child, absorbed = desk.register("S1", "S2")
    desk.merge(child, absorbed)
    desk.decide(DecisionType.RECORD_REMOVE, child=child, record={"source": AUTHORITY.urn, "subject": "S2"})
    desk.decide(DecisionType.AGENCY_SUSPEND, agency=AUTHORITY.code, set_aside=True)
    while desk.registrar.set_aside():
        pass
    assert erase(desk, child).outcome == "accepted"
    fenced = {stream for (stream,) in desk.rows("select stream::text from register.fenced")}
    assert {child, absorbed} < fenced
    assert len(fenced) == 4
    assert not any(there for stream, there in keys_of(desk).items() if stream in fenced)
    assert (desk.count("match_index"), desk.count("match_keys"), desk.count("record_keys")) == (0, 0, 0)


def hold(desk: Steward, child: str) -> None:
    """Two data managers place a hold."""
    for user in ("one", "another"):
        look = desk.look(DecisionType.HOLD_PLACE, user, child=child)
        assert desk.decide(DecisionType.HOLD_PLACE, look, child=child, decided_by=user).outcome == "accepted"


def test_no_merge_split_or_parting_lets_a_record_out_of_a_hold(desk: Steward) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, Agency("school-x", "A school", AgencyKind.SCHOOL_CENSUS), "C", COUNCIL)
    send_as(desk, GP, "B", PRACTICE)
    survivor, child = number_of(desk, "A"), number_of(desk, "B")
    hold(desk, child)
    send_as(desk, HOSTILE, "X", BETWEEN)
    assert desk.members() == {survivor: {"A", "B", "C", "X"}}
    suspend(desk, HOSTILE.code, set_aside=True)
    set_aside(desk)
    assert desk.members()[child] == {"B"}
    held = [("refused", ["held"])]
    assert codes_of([erase(desk, survivor), erase(desk, child)]) == held * 2
    resume(desk, HOSTILE.code)
    set_aside(desk)
    assert desk.members() == {survivor: {"A", "B", "C", "X"}}
    desk.open()
    assert desk.split(survivor, "A").outcome == "accepted"
    assert codes_of([erase(desk, each) for each in desk.members()]) == held * 2


@pytest.mark.parametrize("step", ["destroy_keys", "_forget_numbers", "_forget_matching"])
def test_a_failure_at_any_step_leaves_everything_and_the_next_run_does_it(
    desk: Steward, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (child,) = desk.register("S1")
    whole, last = getattr(erasing, step), len(desk.types())
    before = keys_of(desk), indexed(desk), desk.count("record_keys")

    def cut_off(*given: Any) -> None:
        whole(*given)
        raise DatabaseAway("cut off")

    message = desk.decision(DecisionType.ERASE, child=child)
    with monkeypatch.context() as patched:
        patched.setattr(erasing, step, cut_off)
        with pytest.raises(DatabaseAway):
            desk.registrar.handle([message])
    assert (keys_of(desk), indexed(desk), desk.count("record_keys")) == before
    assert (len(desk.types()), desk.count("fenced"), desk.count("erased_keys")) == (last, 0, 0)
    desk.open()
    assert codes_of(desk.registrar.handle([message])) == [("accepted", [])]
    assert (desk.count("fenced"), desk.count("record_keys")) == (2, 0)


def test_two_at_once_destroy_once(desk: Steward) -> None:
    (child,) = desk.register("S1")
    twice = [desk.decision(DecisionType.ERASE, child=child) for _ in range(2)]
    assert codes_of(desk.registrar.handle(twice)) == [("accepted", []), ("refused", ["unknown-child"])]


def test_a_destroyed_key_stays_destroyed_and_is_not_taken_for_a_lost_one(desk: Steward) -> None:
    (child,) = desk.register("S1")
    stream = stream_of(desk, "S1")
    ((wrapped,),) = desk.rows(f"select wrapped from register.data_keys where stream = '{stream}'")
    erase(desk, child)
    with closing(psycopg2.connect(desk.url)) as connection, connection.cursor() as cursor:
        for change in ("update register.data_keys set wrapped = %s", "delete from register.data_keys"):
            with pytest.raises(psycopg2.errors.RaiseException):
                cursor.execute(f"{change} where stream = '{stream}'", (wrapped,))
            connection.rollback()
        cursor.execute("alter table register.data_keys disable trigger keep_destroyed")
        cursor.execute("update register.data_keys set wrapped = %s where stream = %s", (wrapped, stream))
        cursor.execute("alter table register.data_keys enable trigger keep_destroyed")
        connection.commit()
    for stored in desk.log.recorder.select_events(stream):
        ring = KeyRing(KEY_ENCRYPTION_KEY, reader_of(desk.database, "register"))
        with pytest.raises(KeyError):
            ring.open(stream, stored.originator_version, "AXNl")
        with pytest.raises(KeyError):
            ring.key_for(stream)


def test_a_process_that_keeps_the_key_forgets_it(desk: Steward) -> None:
    (child,) = desk.register("S1")
    stream, now = stream_of(desk, "S1"), [0.0]
    fences, read = fences_of(desk.database, "register"), reader_of(desk.database, "register")
    ring = KeyRing(KEY_ENCRYPTION_KEY, read, fenced=fences, monotonic=lambda: now[0])
    assert ring.key_for(stream).secret
    erase(desk, child)
    now[0] += FENCES_READ_S
    with pytest.raises(KeyError):
        ring.key_for(stream)


def test_who_decided_and_why_can_still_be_read_and_stand_nowhere_in_clear(desk: Steward) -> None:
    (child,) = desk.register("S1")
    erase(desk, child)
    ((erasure,),) = desk.rows("select distinct erasure::text from register.fenced")
    (stored,) = desk.log.recorder.select_events(erasure)
    assert b"a-steward" not in stored.state
    decided: Any = desk.log.mapper.to_domain_event(stored)
    assert isinstance(decided, RegisterEvent)
    assert (decided.decided_by, decided.rule, len(decided.records)) == ("a-steward", "decision", 1)
    with pytest.raises((KeyError, SealBroken)):
        list(map(desk.log.mapper.to_domain_event, desk.log.recorder.select_events(decided.records[0])))
