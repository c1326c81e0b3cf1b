"""What a suspended agency's records had put together is parted, or queued, and put together again afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from services.registrar.decided_again import members_that_count
from services.submission_contract.decisions import DecisionType
from streams.clock import utc_now
from tests.pipeline.test_suspension import indexed, rebuilt, resume, set_aside, suspend
from tests.support.desk import AUTHORITY, GP, open_desk
from tests.support.steward import Steward
from tests.support.world import submission

HOSTILE = Agency("vol-x", "A charity", AgencyKind.VOLUNTARY)
UPN, NHS = "D999417608014", "9990000417"
TAMSIN = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03"}
COUNCIL, PRACTICE = TAMSIN | {"upn": UPN}, TAMSIN | {"family_name": "Achebe", "nhs_number": NHS}
YOUNG = PRACTICE | {"date_of_birth": None}
"""As the practice's, but like the council's in nothing that counts."""
BETWEEN = COUNCIL | {
    "nhs_number": NHS,
    "other_names": [{"given_name": "Tamsin", "family_name": "Achebe", "kind": "former"}],
}
"""What makes both one."""


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def send_as(desk: Steward, by: Agency, subject: str, data: dict[str, Any], kind: str = "child.registered") -> None:
    assert [answer.outcome for answer in desk.send(submission(kind, subject, data, by.code), owner=by)] == ["accepted"]


def children(desk: Steward) -> list[set[str]]:
    return sorted(desk.members().values(), key=sorted)


def number_of(desk: Steward, subject: str) -> str:
    return next(child for child, subjects in desk.members().items() if subject in subjects)


def kinds_since(desk: Steward, position: int) -> list[str]:
    return [kind.partition(".")[0] for kind in desk.types()[position:]]


def test_a_merge_that_rested_on_its_record_is_undone_and_made_again(desk: Steward) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, GP, "B", PRACTICE)
    ada, bea = number_of(desk, "A"), number_of(desk, "B")
    send_as(desk, HOSTILE, "X", BETWEEN)
    assert children(desk) == [{"A", "B", "X"}]
    suspend(desk, HOSTILE.code, set_aside=True)
    begun = len(desk.types())
    set_aside(desk)
    assert kinds_since(desk, begun) == [
        *("RecordSuspended", "RecordUnlinked", "ChildReinstated", "RecordLinked", "MatchSuspected")
    ]
    assert {number_of(desk, "A"), number_of(desk, "B")} == {ada, bea}
    assert rebuilt(desk) == indexed(desk)
    desk.open()
    send_as(desk, GP, "B", PRACTICE | {"gender": "female"}, "child.amended")
    assert len(children(desk)) == 2
    resume(desk, HOSTILE.code)
    set_aside(desk)
    assert children(desk) == [{"A", "B", "X"}]
    assert rebuilt(desk) == indexed(desk)


def test_a_link_that_rested_on_its_record_is_undone_and_made_again(desk: Steward) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, HOSTILE, "X", BETWEEN)
    send_as(desk, GP, "B", YOUNG)
    child = number_of(desk, "A")
    assert children(desk) == [{"A", "B", "X"}]
    for other in ("ChildListed", "ChildReinstated"):
        suspend(desk, HOSTILE.code, set_aside=True)
        begun = len(desk.types())
        set_aside(desk)
        assert kinds_since(desk, begun) == ["RecordSuspended", "RecordUnlinked", other, "RecordLinked"]
        assert (number_of(desk, "A"), children(desk)) == (child, [{"A", "X"}, {"B"}])
        resume(desk, HOSTILE.code)
        set_aside(desk)
        assert children(desk) == [{"A", "B", "X"}]
    assert rebuilt(desk) == indexed(desk)


def test_a_merge_on_its_amendment_is_undone_where_that_alone_is_set_aside(desk: Steward) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, GP, "B", PRACTICE)
    send_as(desk, HOSTILE, "X", COUNCIL)
    ((since,),) = desk.rows("select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    send_as(desk, HOSTILE, "X", BETWEEN, "child.amended")
    assert children(desk) == [{"A", "B", "X"}]
    suspend(desk, HOSTILE.code, set_aside=True, since=since)
    set_aside(desk)
    assert children(desk) == [{"A", "X"}, {"B"}]
    assert rebuilt(desk) == indexed(desk)


MERGED_AGO = timedelta(days=400)
"""Longer than a merge can be denied."""


def archived(desk: Steward) -> list[str]:
    return [child for (child,) in desk.rows("select child::text from register.archived order by 1")]


def test_who_is_parted_leaves_the_archive_and_the_log_tells_who_is_in_it(desk: Steward) -> None:
    desk.clock = lambda: utc_now() - MERGED_AGO
    desk.open()
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, GP, "B", PRACTICE)
    send_as(desk, HOSTILE, "X", BETWEEN)
    (stays,) = desk.register("S")
    desk.clock = utc_now
    desk.open()
    both = sorted([number_of(desk, "A"), stays])
    about = {"children": both, "on": desk.clock().date().isoformat(), "act": "archive"}
    look = desk.look(DecisionType.RETENTION_RUN, left=both[0], right=both[1])
    answer = desk.decide(DecisionType.RETENTION_RUN, look, **about)
    assert (answer.outcome, archived(desk)) == ("accepted", both), answer
    suspend(desk, HOSTILE.code, set_aside=True)
    set_aside(desk)
    assert "ChildReturned.v1" in desk.types()
    assert archived(desk) == [stays]
    with desk.database.transaction() as cursor:
        cursor.execute("delete from register.archived")
    rebuilt(desk)
    assert archived(desk) == [stays]


HER = {"given_name": "Wilhelmina", "family_name": "Quillfeather"}


def test_records_are_judged_in_one_order_wherever_postgres_keeps_them(desk: Steward) -> None:
    for agency in (AUTHORITY, GP, HOSTILE):
        send_as(desk, agency, agency.code, COUNCIL)
    (child,) = desk.members()
    records = sorted(record for (record,) in desk.rows("select record::text from register.match_index"))
    for record in records:
        with desk.database.transaction() as cursor:
            cursor.execute("update register.match_index set aside = aside where record = %s::uuid", (record,))
            found = members_that_count(cursor, "child", [child], {})[child]
        assert [each.record for each in found] == records


def test_what_is_parted_and_like_a_shielded_child_is_hidden_and_held_back(desk: Steward) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, Agency("school-x", "A census", AgencyKind.SCHOOL_CENSUS), "P", COUNCIL)
    send_as(desk, GP, "B", PRACTICE)
    send_as(desk, GP, "S", TAMSIN | HER)
    send_as(desk, HOSTILE, "X", BETWEEN)
    shield = {"child": number_of(desk, "S"), "custodian": None}
    assert desk.decide(DecisionType.SHIELD_APPLY, **shield).outcome == "accepted"
    send_as(desk, GP, "B", PRACTICE | {"other_names": [HER | {"kind": "former"}]}, "child.amended")
    assert children(desk) == [{"A", "B", "P", "X"}, {"S"}]
    suspend(desk, HOSTILE.code, set_aside=True)
    set_aside(desk)
    assert children(desk) == [{"A", "P", "X"}, {"B"}, {"S"}]
    child = desk.registrar.aggregates.child(number_of(desk, "B"))
    assert child is not None
    assert child.is_held_back
    hidden = "select child::text from register.hidden_children order by 1"
    stored = desk.rows(hidden)
    assert {number_of(desk, "B"), number_of(desk, "S")} == {each for (each,) in stored}
    assert desk.rows("select count(*) from register.match_keys m join register.hidden_keys using (record)") == [(0,)]
    assert rebuilt(desk) == indexed(desk)
    assert desk.rows(hidden) == stored


@pytest.mark.parametrize("before", [True, False])
def test_what_others_had_put_together_stays(desk: Steward, before: bool) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, GP, "B", TAMSIN if before else PRACTICE)
    if not before:
        desk.merge(number_of(desk, "A"), number_of(desk, "B"))
    send_as(desk, HOSTILE, "X", COUNCIL)
    assert children(desk) == [{"A", "B", "X"}]
    suspend(desk, HOSTILE.code, set_aside=True)
    begun = len(desk.types())
    set_aside(desk)
    assert kinds_since(desk, begun) == ["RecordSuspended"]
    assert children(desk) == [{"A", "B", "X"}]


def test_what_a_steward_decided_with_its_record_before_them_and_a_shielded_child_are_queued(desk: Steward) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, HOSTILE, "X", COUNCIL)
    send_as(desk, GP, "B", YOUNG)
    desk.merge(number_of(desk, "A"), number_of(desk, "B"))
    suspend(desk, HOSTILE.code, set_aside=True)
    begun = len(desk.types())
    set_aside(desk)
    assert kinds_since(desk, begun) == ["RecordSuspended", "RecordContradicted"]
    assert children(desk) == [{"A", "B", "X"}]


@pytest.mark.parametrize("accepted", [False, True])
def test_what_was_set_aside_for_what_its_record_said_is_believed_again(desk: Steward, accepted: bool) -> None:
    send_as(desk, HOSTILE, "X", TAMSIN | {"nhs_number": "9990000018"})
    send_as(desk, GP, "B", TAMSIN)
    send_as(desk, GP, "B", TAMSIN | {"nhs_number": NHS}, "child.amended")
    assert desk.types()[-2:] == ["RecordsSetAside.v1", "RecordContradicted.v1"]
    if accepted:
        named = {"source": GP.urn, "subject": "B"}
        assert desk.decide(DecisionType.RECORD_ACCEPT, child=number_of(desk, "B"), record=named).outcome == "accepted"
    begun = len(desk.types())
    suspend(desk, HOSTILE.code, set_aside=True)
    set_aside(desk)
    resume(desk, HOSTILE.code)
    set_aside(desk)
    believed, doubted = ([], []) if accepted else (["RecordsAccepted"], ["RecordsSetAside"])
    assert kinds_since(desk, begun) == [
        *("AgencySuspended", "RecordSuspended", *believed),
        *("AgencyResumed", "RecordResumed", *doubted),
    ]
    assert children(desk) == [{"B", "X"}]
    assert rebuilt(desk) == indexed(desk)


def test_a_shielded_child_is_parted_by_who_takes_care_of_it_only(desk: Steward) -> None:
    send_as(desk, AUTHORITY, "A", COUNCIL)
    send_as(desk, HOSTILE, "X", BETWEEN)
    send_as(desk, GP, "B", YOUNG)
    child = number_of(desk, "A")
    assert desk.decide(DecisionType.SHIELD_APPLY, child=child, custodian="E06999001").outcome == "accepted"
    suspend(desk, HOSTILE.code, set_aside=True)
    begun = len(desk.types())
    set_aside(desk)
    assert kinds_since(desk, begun) == ["RecordSuspended", "RecordContradicted"]
    assert children(desk) == [{"A", "B", "X"}]
