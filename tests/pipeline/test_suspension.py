"""An agency that is suspended at the registrar, on a real Postgres: nothing is taken from it, until it is resumed."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from services.feeds.convert import Converted, Made
from services.feeds.layout import CHILD
from services.feeds.sent_before import SentBefore
from services.registrar.receipts import Answer
from services.registrar.reindex import build_match_index
from services.submission_contract.decisions import DecisionType
from streams.crypto.keys import KeyRing, reader_of
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.examples import KEY_ENCRYPTION_KEY, agency
from tests.support.steward import Steward, somebody
from tests.support.world import submission

HOSPITAL = agency("hospital", "hospital-x")


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


def suspend(desk: Steward, agency: str = AUTHORITY.code, **how: Any) -> Answer:
    return desk.decide(DecisionType.AGENCY_SUSPEND, agency=agency, **how)


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


def set_aside(desk: Steward, *, killed_after_each_page: bool = False) -> int:
    """Has all records follow; gives how many pages that took."""
    pages = 1
    while desk.registrar.set_aside():
        pages += 1
        if killed_after_each_page:
            desk.open()
    return pages


def test_what_an_agency_said_is_set_aside_in_pages_and_comes_back(
    desk: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.registrar.set_aside.PAGE", 2)
    desk.register("S1", "S2", "S3", "S4", "S5")
    before = indexed(desk)
    assert codes_of([suspend(desk, set_aside=True)]) == [("accepted", [])]
    desk.open()
    assert set_aside(desk, killed_after_each_page=True) == 3
    assert desk.types().count("RecordSuspended.v1") == 5
    assert desk.count("match_keys") == 0
    assert desk.rows("select done, of_records, done_up_to is null from register.suspensions") == [(5, 5, True)]
    assert rebuilt(desk) == indexed(desk)
    like_the_first = submission("child.registered", "G1", somebody("S1"), GP.code)
    assert codes_of(desk.send(like_the_first, owner=GP)) == [("accepted", [])]
    assert len(desk.members()) == 6
    assert resume(desk).outcome == "accepted"
    set_aside(desk, killed_after_each_page=True)
    assert desk.types().count("RecordResumed.v1") == 5
    assert [row for row in indexed(desk) if row[0] in {each[0] for each in before}] == before
    assert rebuilt(desk) == indexed(desk)


def test_only_what_was_recorded_since_a_moment_is_set_aside(desk: Steward) -> None:
    desk.register("S1", "S2")
    before = indexed(desk)
    ((since,),) = desk.rows("select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    desk.send(numbered(2, "child.amended"), numbered(3, "flag.raised"))
    desk.register("S3")
    after = indexed(desk)
    suspend(desk, set_aside=True, since=since)
    assert set_aside(desk) == 1
    assert desk.types()[-2:] == ["RecordSuspended.v1"] * 2
    assert [row for row in indexed(desk) if row[3]] == before
    assert rebuilt(desk) == indexed(desk)
    suspend(desk, set_aside=True)
    set_aside(desk)
    assert desk.count("match_keys") == 0
    resume(desk)
    set_aside(desk)
    assert indexed(desk) == after


def test_a_record_that_is_removed_while_it_is_set_aside_does_not_come_back(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    suspend(desk, set_aside=True)
    set_aside(desk)
    assert remove(desk, one, "S1").outcome == "accepted"
    resume(desk)
    set_aside(desk)
    assert desk.members() == {two: {"S2"}}
    assert desk.types().count("RecordResumed.v1") == 1
    assert rebuilt(desk) == indexed(desk)


def now_of(desk: Steward) -> str:
    """The moment, by the database's clock."""
    ((moment,),) = desk.rows(
        "select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    )
    return str(moment)


def remove_own(desk: Steward, subject: str, reason: str = "registered-in-error") -> list[tuple[str, list[str]]]:
    """The agency's own credential removes a record."""
    number = desk.count("events") + 100
    return codes_of(desk.send(numbered(number, "record.removed", subject=subject, data={"reason": reason})))


def test_what_an_agency_removed_since_a_moment_is_restored_and_removed_again(desk: Steward) -> None:
    one, *_ = desk.register("S1", "S2", "S3")
    assert remove_own(desk, "S3") == [("accepted", [])]
    before = indexed(desk)
    since = now_of(desk)
    desk.send(numbered(2, "child.amended", subject="S1"))
    assert [remove_own(desk, "S1"), remove_own(desk, "S2", "court-order")] == [[("accepted", [])]] * 2
    assert desk.members() == {}
    suspend(desk, set_aside=True, since=since)
    assert set_aside(desk) == 1
    assert desk.members() == {one: {"S1"}}
    assert desk.rows("select done, removals from register.suspensions") == [(3, 1)]
    assert [row for row in before if row[1] == one] == indexed(desk)
    assert rebuilt(desk) == indexed(desk)
    resume(desk)
    set_aside(desk)
    assert (desk.members(), desk.count("match_keys")) == ({}, 0)
    assert rebuilt(desk) == indexed(desk)
    assert remove_own(desk, "S1") == [("refused", ["record-removed"])]
    assert desk.types()[-2:] == ["RecordResumed.v1", "RecordRemovedAgain.v1"]
    suspend(desk, set_aside=True, since=since)
    set_aside(desk)
    assert desk.decide(DecisionType.AGENCY_RESUME, agency=AUTHORITY.code, without_removals=True).outcome == "accepted"
    set_aside(desk)
    desk.open()
    assert desk.members() == {one: {"S1"}}
    assert rebuilt(desk) == indexed(desk)
    assert codes_of(desk.send(numbered(3, "child.amended", subject="S1"))) == [("accepted", [])]
    for how in ({"set_aside": True}, {"set_aside": True, "since": now_of(desk)}):
        suspend(desk, **how)
        set_aside(desk)
        resume(desk)
        set_aside(desk)
        assert desk.members() == {one: {"S1"}}


def test_what_was_removed_before_or_by_others_stays_removed(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    since = now_of(desk)
    assert remove(desk, one, "S1").outcome == "accepted"
    remove_own(desk, "S2")
    for how in ({"set_aside": True}, {"set_aside": True, "since": now_of(desk)}):
        suspend(desk, **how)
        set_aside(desk)
        assert desk.members() == {}
    suspend(desk, set_aside=True, since=since)
    set_aside(desk)
    assert desk.members() == {two: {"S2"}}
    assert remove(desk, two, "S2").outcome == "accepted"
    desk.decide(DecisionType.AGENCY_RESUME, agency=AUTHORITY.code, without_removals=True)
    set_aside(desk)
    assert desk.members() == {}
    assert remove_own(desk, "S2") == [("refused", ["record-removed"])]
    assert rebuilt(desk) == indexed(desk) == []


def test_a_restored_record_comes_back_to_who_absorbed_its_child(desk: Steward) -> None:
    same = somebody("S1") | {"nhs_number": "9990000018"}
    walk_in = submission("child.registered", "H1", {"given_name": "Unknown", "family_name": "Unknown"}, HOSPITAL.code)
    desk.send(walk_in, owner=HOSPITAL)
    (survivor,) = desk.members()
    desk.send(numbered(1, subject="S1", data=same))
    desk.send(submission("child.registered", "G1", same, GP.code), owner=GP)
    assert sorted(map(sorted, desk.members().values())) == [["G1", "S1"], ["H1"]]
    since = now_of(desk)
    remove_own(desk, "S1")
    desk.send(submission("child.amended", "H1", same, HOSPITAL.code), owner=HOSPITAL)
    assert desk.members() == {survivor: {"G1", "H1"}}
    suspend(desk, set_aside=True, since=since)
    set_aside(desk)
    assert desk.members() == {survivor: {"G1", "H1", "S1"}}
    assert desk.types()[-3:] == ["RecordSuspended.v1", "RecordRestored.v1", "RecordLinked.v1"]
    assert rebuilt(desk) == indexed(desk)


def test_what_a_restored_record_had_told_is_repeated_in_parts(desk: Steward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registrar.removals.LARGEST_CHUNK", 1)
    (one,) = desk.register("S1")
    desk.send(numbered(2, "child.amended"), numbered(3, "flag.raised"))
    before, since = indexed(desk), now_of(desk)
    for removals in (1, 2):
        if removals == 1:
            remove_own(desk, "S1")
        suspend(desk, set_aside=True, since=since)
        set_aside(desk, killed_after_each_page=True)
        assert desk.types().count("RecordRestored.v1") == 3 * removals
        assert (desk.members(), indexed(desk)) == ({one: {"S1"}}, before)
        resume(desk)
        set_aside(desk)
        assert desk.members() == {}
        assert rebuilt(desk) == []


TAMSIN = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03", "nhs_number": "9990000018"}
STRANGER = {"given_name": "Wolfgang", "family_name": "Zuckerl", "date_of_birth": "1996-11-02"} | {
    "nhs_number": "9990000417",
    "gender": "male",
    "address": {"lines": ["9 Far Street"], "postcode": "ZY9 9ZY", "authority": "E06999002"},
}
"""For whom the council uses the child's number again."""


def reused(desk: Steward) -> tuple[str, str]:
    """A child of two records, of which the council's tells of a stranger, and is set aside, since a moment."""
    desk.send(numbered(1, subject="S1", data=TAMSIN))
    desk.send(submission("child.registered", "G1", TAMSIN, GP.code), owner=GP)
    (child,), since = desk.members(), now_of(desk)
    desk.send(numbered(2, "child.amended", subject="S1", data=STRANGER))
    assert desk.types()[-2:] == ["RecordsSetAside.v1", "RecordContradicted.v1"]
    return child, since


def aside_in(desk: Steward, child: str) -> set[str]:
    """The records that are set aside in a child, by number."""
    desk.open()
    found = desk.registrar.aggregates.child(child)
    assert found is not None
    keys = dict(desk.rows("select stream::text, key from register.record_keys where kind = 'subject'"))
    return {keys[record] for record in found.aside}


def amend_gender(desk: Steward) -> None:
    """The practice says a little more, so that the child's records are judged again."""
    told = TAMSIN | {"gender": "female"}
    desk.send(submission("child.amended", "G1", told, GP.code), owner=GP)


@pytest.mark.parametrize("without", [False, True])
def test_a_restored_record_that_was_set_aside_is_not_believed(desk: Steward, without: bool) -> None:
    child, _ = reused(desk)
    before, since = indexed(desk), now_of(desk)
    assert remove_own(desk, "S1") == [("accepted", [])]
    suspend(desk, set_aside=True, since=since)
    set_aside(desk)
    assert indexed(desk) == before
    assert rebuilt(desk) == before
    amend_gender(desk)
    assert (desk.members(), aside_in(desk, child)) == ({child: {"G1", "S1"}}, {"S1"})
    desk.decide(DecisionType.AGENCY_RESUME, agency=AUTHORITY.code, without_removals=without)
    set_aside(desk)
    assert aside_in(desk, child) == {"S1"}
    assert rebuilt(desk) == indexed(desk)
    if without:
        desk.send(numbered(3, "child.amended", subject="S1", data=STRANGER | {"gender": "unknown"}))
        amend_gender(desk)
        assert aside_in(desk, child) == {"S1"}
        assert rebuilt(desk) == indexed(desk)


def test_a_record_that_was_set_aside_before_is_not_believed_for_being_suspended(desk: Steward) -> None:
    child, _ = reused(desk)
    before, since = indexed(desk), now_of(desk)
    desk.send(numbered(3, "flag.raised", subject="S1"))
    for decided in (suspend(desk, set_aside=True, since=since), None):
        assert (decided or resume(desk)).outcome == "accepted"
        set_aside(desk)
        assert (aside_in(desk, child), indexed(desk)) == ({"S1"}, before)
        assert rebuilt(desk) == before
        amend_gender(desk)
        assert aside_in(desk, child) == {"S1"}
        before = indexed(desk)


@pytest.mark.parametrize("removed", [False, True])
def test_what_made_a_record_unlike_its_child_is_unlike_it_when_it_counts_again(desk: Steward, removed: bool) -> None:
    child, since = reused(desk)
    if removed:
        remove_own(desk, "S1")
    suspend(desk, set_aside=True, since=since)
    set_aside(desk)
    amend_gender(desk)
    assert aside_in(desk, child) == set()
    assert rebuilt(desk) == indexed(desk)
    desk.decide(DecisionType.AGENCY_RESUME, agency=AUTHORITY.code, without_removals=True)
    set_aside(desk)
    assert aside_in(desk, child) == {"S1"}
    assert rebuilt(desk) == indexed(desk)
    amend_gender(desk)
    assert aside_in(desk, child) == {"S1"}


@pytest.mark.parametrize("by_steward", [True, False])
def test_a_restored_record_that_does_not_fit_who_absorbed_its_child_is_set_aside(
    desk: Steward, by_steward: bool
) -> None:
    """A steward had parted the child from the records of its own that it has there."""
    unknown = {"given_name": "Unknown", "family_name": "Unknown"}
    theirs = STRANGER if by_steward else unknown
    desk.send(submission("child.registered", "H1", theirs, HOSPITAL.code), owner=HOSPITAL)
    (survivor,) = desk.members()
    desk.send(numbered(1, subject="S1", data=TAMSIN))
    desk.send(submission("child.registered", "G1", TAMSIN, GP.code), owner=GP)
    (absorbed,) = desk.members().keys() - {survivor}
    since = now_of(desk)
    remove_own(desk, "S1")
    if by_steward:
        assert desk.merge(survivor, absorbed).outcome == "accepted"
    else:
        desk.send(submission("child.amended", "G1", STRANGER, GP.code), owner=GP)
        desk.send(submission("child.amended", "H1", STRANGER, HOSPITAL.code), owner=HOSPITAL)
    assert desk.members() == {survivor: {"G1", "H1"}}
    desk.send(submission("child.registered", "G2", somebody("G2"), GP.code), owner=GP)
    (more,) = desk.members().keys() - {survivor}
    assert desk.merge(survivor, more).outcome == "accepted"
    named = [{"source": GP.urn, "subject": subject} for subject in ("G1", "G2")]
    assert desk.decide(DecisionType.SPLIT, child=survivor, records=named).outcome == "accepted"
    suspend(desk, set_aside=True, since=since)
    set_aside(desk)
    assert desk.members()[survivor] == {"H1", "S1"}
    assert aside_in(desk, survivor) == {"S1"}
    linked = [] if by_steward else ["RecordLinked.v1"]
    begun = desk.types().index("RecordRestored.v1")
    assert desk.types()[begun + 1 :] == [*linked, "RecordsSetAside.v1", "RecordContradicted.v1"]
    assert rebuilt(desk) == indexed(desk)
    desk.send(submission("child.amended", "H1", STRANGER | {"gender": "unknown"}, HOSPITAL.code), owner=HOSPITAL)
    assert aside_in(desk, survivor) == {"S1"}


def test_it_is_not_resumed_without_removals_before_all_of_them_are_taken_back(
    desk: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that no page had reached would stay removed for good, and nothing would say so."""
    monkeypatch.setattr("services.registrar.set_aside.PAGE", 1)
    desk.register("S1", "S2")
    since = now_of(desk)
    remove_own(desk, "S1")
    remove_own(desk, "S2")
    before = desk.decision(DecisionType.AGENCY_SUSPEND, agency=AUTHORITY.code, set_aside=True, since=since)
    without = {"agency": AUTHORITY.code, "without_removals": True}
    refused = ("refused", ["removals-under-way"])
    both = desk.registrar.handle([before, desk.decision(DecisionType.AGENCY_RESUME, **without)])
    assert codes_of(both) == [("accepted", []), refused]
    desk.registrar.set_aside()
    assert codes_of([desk.decide(DecisionType.AGENCY_RESUME, **without)]) == [refused]
    set_aside(desk)
    assert codes_of([desk.decide(DecisionType.AGENCY_RESUME, **without)]) == [("accepted", [])]
    set_aside(desk)
    assert sorted(map(sorted, desk.members().values())) == [["S1"], ["S2"]]


def test_it_is_resumed_with_its_removals_at_any_time(desk: Steward) -> None:
    desk.register("S1")
    since = now_of(desk)
    remove_own(desk, "S1")
    suspend(desk, set_aside=True, since=since)
    assert codes_of([resume(desk)]) == [("accepted", [])]
    set_aside(desk)
    assert desk.members() == {}


def test_a_restored_records_number_is_known_as_that_of_who_it_was(desk: Steward) -> None:
    def is_of_somebody_else() -> bool:
        before = SentBefore(desk.database, KEY_ENCRYPTION_KEY, AUTHORITY.urn, "id")
        told = Made(CHILD, 1, {"data": STRANGER, "time": "2026-11-20T00:00:00Z"})
        return bool(before.errors([Converted(2, "S1", [told], [])]))

    desk.send(numbered(1, subject="S1", data=TAMSIN))
    known, since = [is_of_somebody_else()], now_of(desk)
    remove_own(desk, "S1")
    known.append(is_of_somebody_else())
    for _ in range(2):
        suspend(desk, set_aside=True, since=since)
        set_aside(desk)
        known.append(is_of_somebody_else())
        resume(desk)
        set_aside(desk)
        known.append(is_of_somebody_else())
    assert known == [True, False, True, False, True, False]


def test_a_restored_record_whose_child_was_given_a_new_identity_meanwhile_is_closed(desk: Steward) -> None:
    walk_in = submission("child.registered", "H1", {"given_name": "Unknown", "family_name": "Unknown"}, HOSPITAL.code)
    desk.send(walk_in, owner=HOSPITAL)
    (survivor,) = desk.members()
    desk.send(numbered(1, subject="S1", data=TAMSIN))
    desk.send(submission("child.registered", "G1", TAMSIN, GP.code), owner=GP)
    since = now_of(desk)
    remove_own(desk, "S1")
    desk.send(submission("child.amended", "G1", STRANGER, GP.code), owner=GP)
    desk.send(submission("child.amended", "H1", STRANGER, HOSPITAL.code), owner=HOSPITAL)
    assert desk.members() == {survivor: {"G1", "H1"}}
    closing = {"child": survivor, "reason": "adoption"}
    for kind, user in ((DecisionType.NEW_IDENTITY_REQUEST, "one"), (DecisionType.NEW_IDENTITY_CONFIRM, "another")):
        given = closing | ({"expected": []} if kind == DecisionType.NEW_IDENTITY_REQUEST else {})
        assert desk.decide(kind, desk.look(kind, user, **given), decided_by=user, **given).outcome == "accepted"
    suspend(desk, set_aside=True, since=since)
    set_aside(desk)
    closed = desk.rows(
        "select key, child::text from register.closed_records join register.record_keys on stream = record"
        " where kind = 'subject' order by 1"
    )
    assert closed == [(subject, survivor) for subject in ("G1", "H1", "S1")]
    assert desk.members() == {}
    stored = "select record::text, child::text from register.closed_records order by 1"
    before = desk.rows(stored)
    assert (rebuilt(desk), desk.rows(stored)) == ([], before)
    desk.decide(DecisionType.AGENCY_RESUME, agency=AUTHORITY.code, without_removals=True)
    set_aside(desk)
    desk.send(numbered(3, "child.amended", subject="S1", data=TAMSIN))
    assert desk.members() == {}
