"""The registrar on a real Postgres: what a batch causes, all of it or nothing, whatever is in it."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from domain.agency import Agency
from domain.matching import Comparer, Evidence, Features
from domain.vocabulary import AgencyKind
from services.registrar.dry_run import dry_run
from services.registrar.matcher_settings import load_settings
from services.registrar.receipts import Answer
from services.registrar.store import OffsetMoved
from streams.store.database import Cursor
from tests.support.chance import dice
from tests.support.desk import AUTHORITY, GP, Desk, numbered, open_desk
from tests.support.examples import KEY_ENCRYPTION_KEY


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with open_desk(Desk, database_url) as opened:
        yield opened


def outcomes(answers: list[Answer]) -> list[str]:
    return [answer.outcome for answer in answers]


def codes(answers: list[Answer]) -> list[str]:
    return [reason["code"] for answer in answers for reason in answer.reasons]


def test_a_record_begins_a_child_and_each_later_submission_adds_one_event(desk: Desk) -> None:
    answers = desk.send(numbered(1), numbered(2, "involvement.started"), numbered(3, "involvement.ended"))
    assert outcomes(answers) == ["accepted"] * 3
    assert desk.types() == [
        "RecordRegistered.v2",
        "ChildListed.v1",
        "RecordLinked.v1",
        "InvolvementStarted.v1",
        "InvolvementEnded.v1",
    ]
    assert desk.rows("select array_agg(position order by position) from register.events") == [([1, 2, 3, 4, 5],)]


def test_a_receipt_names_its_message_and_the_position_of_its_last_event_stands_beside_it(desk: Desk) -> None:
    desk.send(numbered(1), numbered(1), b"{not json")
    rows = desk.rows("select value, position from register.outbox where topic = 'receipts.la-x' order by ordinal")
    receipts = [json.loads(bytes(value)) for value, _ in rows]
    assert {receipt["position"] for receipt in receipts} == {None}
    assert [(r["outcome"], position, r["message"]) for r, (_, position) in zip(receipts, rows, strict=True)] == [
        ("accepted", 3, "submissions.la-x/0/0"),
        ("duplicate", None, "submissions.la-x/0/1"),
        ("invalid", None, "submissions.la-x/0/2"),
    ]
    assert receipts[2]["submission"] is None
    assert receipts[2]["source"] == AUTHORITY.urn


def test_what_is_invalid_goes_to_the_dead_letters_capped_and_everything_else_does_not(desk: Desk) -> None:
    desk.send(b"[" * 70_000, numbered(1), numbered(2, "involvement.ended", subject="S2"))
    letters = [
        json.loads(bytes(value))
        for (value,) in desk.rows("select value from register.outbox where topic = 'dead-letters'")
    ]
    assert [(letter["size"], letter["message"]) for letter in letters] == [(70_000, "submissions.la-x/0/0")]
    assert len(letters[0]["raw"]) < 90_000


def test_a_message_that_the_sender_had_to_cut_is_too_large(desk: Desk) -> None:
    (answer,) = desk.registrar.handle([desk.message(b'{"id":"x', oversize=True)])
    assert (answer.outcome, answer.reasons[0]["code"]) == ("invalid", "too-large")


def test_the_same_submission_again_changes_nothing_in_the_same_batch_and_later(desk: Desk) -> None:
    assert outcomes(desk.send(numbered(1), numbered(1))) == ["accepted", "duplicate"]
    events = desk.types()
    desk.open()
    changed = numbered(1, data={"given_name": "Other", "family_name": "Content"})
    answers = desk.send(numbered(1), changed)
    assert (outcomes(answers), codes(answers)) == (["duplicate", "duplicate"], ["id-reused"])
    assert desk.types() == events


REPEATED = [
    "child.registered",
    "child.amended",
    "involvement.started",
    "flag.raised",
    "involvement.ended",
    "record.removed",
]


def test_whatever_was_accepted_is_known_again_and_other_content_is_told(desk: Desk) -> None:
    story = [numbered(number, kind) for number, kind in enumerate(REPEATED)]
    assert set(outcomes(desk.send(*story))) == {"accepted"}
    desk.open()
    again = desk.send(*story)
    assert (set(outcomes(again)), codes(again)) == ({"duplicate"}, [])
    others = [each | {"subject": "S2"} for each in story]
    others += [each | {"time": "2008-10-24T00:00:00Z"} for each in story]
    others += [
        numbered(2, "involvement.started", data={"involvement": "S1/1", "service": "gp"}),
        numbered(4, "involvement.ended", data={"involvement": "x"}),
    ]
    assert codes(desk.send(*others)) == ["id-reused"] * len(others)


def test_a_refused_submission_is_remembered_and_its_repetition_says_so(desk: Desk) -> None:
    assert codes(desk.send(numbered(1, "involvement.started"))) == ["unknown-record"]
    (answer,) = desk.send(numbered(1, "involvement.started"))
    assert (answer.outcome, codes([answer])) == ("duplicate", ["refused-before"])


def test_an_invalid_submission_is_not_remembered_so_that_it_can_be_sent_corrected(desk: Desk) -> None:
    wrong = numbered(1)
    wrong["data"] = wrong["data"] | {"date_of_birth": "2001-02-30"}
    assert outcomes(desk.send(wrong, numbered(1))) == ["invalid", "accepted"]


def test_an_agency_may_only_speak_for_itself_and_cannot_use_up_anothers_ids(desk: Desk) -> None:
    (answer,) = desk.send(numbered(1), owner=GP)
    assert (answer.outcome, answer.source, codes([answer])) == ("refused", GP.urn, ["not-your-source"])
    assert outcomes(desk.send(numbered(1))) == ["accepted"]


def test_what_nobody_has_claimed_is_refused_and_not_remembered(desk: Desk) -> None:
    (answer,) = desk.send(numbered(1), owner=None)
    assert (answer.outcome, answer.source, codes([answer])) == ("refused", None, ["unknown-agency"])
    assert outcomes(desk.send(numbered(1))) == ["accepted"]


def test_an_involvement_reference_is_unique_within_an_agency(desk: Desk) -> None:
    answers = desk.send(
        numbered(1),
        numbered(1, subject="S2"),
        numbered(2, "involvement.started"),
        numbered(2, "involvement.started", subject="S2", data={"involvement": "S1/1", "service": "gp"}),
    )
    assert codes(answers) == ["involvement-of-another-record"]


def test_an_amendment_before_the_registration_is_refused_and_the_order_of_the_agency_kept(desk: Desk) -> None:
    answers = desk.send(numbered(1, "child.amended"), numbered(2), numbered(3, "child.amended"))
    assert outcomes(answers) == ["refused", "accepted", "accepted"]


def test_records_are_linked_within_a_batch_across_batches_and_after_an_amendment(desk: Desk) -> None:
    address = {"postcode": "ZX1 1AA"}
    here = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03", "address": address}
    desk.send(numbered(1, data=here), numbered(1, subject="S2", data=here))
    desk.open()
    renamed = {**here, "family_name": "Achebe"}
    desk.send(numbered(2, "child.amended", data=renamed))
    desk.send(numbered(1, subject="S3", data=renamed), numbered(1, subject="S4", data=here))
    assert desk.rows("select count(distinct child), count(*) from register.match_index") == [(1, 4)]
    assert desk.types().count("ChildListed.v1") == 1


def test_nobody_is_linked_through_a_record_that_was_removed(desk: Desk) -> None:
    here = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03", "nhs_number": "9990000018"}
    removed = numbered(2, "record.removed", data={"reason": "registered-in-error"})
    desk.send(numbered(1, data=here), removed, numbered(1, subject="S2", data=here))
    desk.send(numbered(2, "record.removed", subject="S2", data={"reason": "court-order"}))
    assert desk.count("match_index") == 0
    desk.send(numbered(1, subject="S3", data=here))
    assert desk.types().count("ChildListed.v1") == 3


def test_nothing_of_a_batch_remains_when_its_transaction_fails_and_it_can_be_taken_again(desk: Desk) -> None:
    desk.send(numbered(1))
    before = (desk.types(), desk.count("outbox"), desk.count("submissions"), desk.count("data_keys"))
    with desk.database.transaction() as cursor:
        cursor.execute("update register.offsets set next_offset = 99")
    messages = [desk.message(numbered(1, subject="S2")), desk.message(numbered(2, "involvement.started"))]
    with pytest.raises(OffsetMoved):
        desk.registrar.handle(messages)
    assert (desk.types(), desk.count("outbox"), desk.count("submissions"), desk.count("data_keys")) == before
    with desk.database.transaction() as cursor:
        cursor.execute("update register.offsets set next_offset = 1")
    assert outcomes(desk.registrar.handle(messages)) == ["accepted", "accepted"]


class FailingComparer(Comparer):
    """Cannot compare one name."""

    def compare(self, one: Features, other: Features) -> Evidence:
        if ("unlucky", "okoro") in one.names:
            raise ZeroDivisionError
        return super().compare(one, other)


def test_a_submission_that_makes_the_deciding_fail_costs_only_itself_and_is_kept(desk: Desk) -> None:
    desk.comparer = FailingComparer(load_settings())
    desk.open()
    unlucky = numbered(
        1, subject="S2", data={"given_name": "Unlucky", "family_name": "Okoro", "date_of_birth": "2001-02-03"}
    )
    answers = desk.send(numbered(1), unlucky, numbered(2, "involvement.started"))
    assert outcomes(answers) == ["accepted", "refused", "accepted"]
    assert codes(answers) == ["not-processed"]
    assert desk.rows("select count(*) from register.outbox where topic = 'dead-letters'") == [(1,)]
    desk.comparer = Comparer(load_settings())
    desk.open()
    assert outcomes(desk.send(unlucky)) == ["accepted"]


def test_however_a_feed_is_cut_into_batches_it_has_the_same_effect(desk: Desk) -> None:
    rng = dice()
    feed = [
        numbered(number, kind, subject=f"S{child}")
        for child in range(20)
        for number, kind in enumerate(
            ["child.registered", "involvement.started", "flag.raised", "involvement.ended", "child.amended"]
        )
    ]
    feed += [numbered(0, subject=f"S{rng.randrange(20)}") for _ in range(20)]
    assert Counter(outcomes(desk.send(*feed))) == {"accepted": 100, "duplicate": 20}
    whole = Counter(desk.types())
    with desk.database.transaction() as cursor:
        empty(cursor)
    desk.ends.clear()
    desk.open()
    rest = list(feed)
    while rest:
        size = rng.randint(1, 9)
        desk.send(*rest[:size])
        rest = rest[size:]
        if rng.random() < 0.3:
            desk.open()
    assert Counter(desk.types()) == whole


def empty(cursor: Cursor) -> None:
    cursor.execute(
        "truncate register.events, register.submissions, register.record_keys, register.match_index, register.offsets,"
        " register.match_keys, register.outbox, register.data_keys; update register.counter set last = 0"
    )


def test_no_personal_value_stands_in_clear_in_the_events(desk: Desk) -> None:
    subject = "OWN-NUMBER-1"
    kinds = ("child.registered", "involvement.started", "flag.raised")
    answers = desk.send(*(numbered(n, kind, subject) for n, kind in enumerate(kinds)))
    assert outcomes(answers) == ["accepted"] * 3
    stored = b"".join(bytes(state) for (state,) in desk.rows("select state from register.events"))
    for value in (b"Tamsin", b"Okoro", b"2001-02-03", subject.encode(), b"A Person", b"common-assessment"):
        assert value not in stored


def test_a_sensitive_agency_is_not_named_in_clear(desk: Desk) -> None:
    clinic = Agency("clinic-x", "A clinic", AgencyKind.SENSITIVE_SERVICE)
    consent = {"given_by": "child", "explicit": True, "on": "2008-01-01"}
    involvement = {"involvement": "I1", "service": "sexual-health", "consent": consent}
    answers = desk.send(
        numbered(1, source=clinic.urn),
        numbered(2, "involvement.started", source=clinic.urn, data=involvement),
        owner=clinic,
    )
    assert outcomes(answers) == ["accepted", "accepted"]
    states = [json.loads(bytes(state)) for (state,) in desk.rows("select state from register.events")]
    assert {state["source"] for state in states} == {"urn:agency:restricted"}
    assert not any("clinic" in json.dumps(state) or "sexual" in json.dumps(state) for state in states)


def test_a_dry_run_answers_as_the_registrar_would_and_keeps_nothing(desk: Desk) -> None:
    desk.send(numbered(1), numbered(2, "involvement.started"), numbered(3, subject="S2"))
    desk.send(numbered(4, "record.removed", subject="S2"))
    stored = "select (select count(*) from register.events), (select count(*) from register.submissions)"
    before = desk.rows(stored)
    feed = [
        numbered(1),
        numbered(1, data={"given_name": "Other", "family_name": "Content"}),
        numbered(5),
        numbered(6, "child.amended", subject="S2"),
        numbered(7, "child.amended", subject="S3"),
        numbered(8, subject="S3"),
        numbered(9, "child.amended", subject="S3"),
        numbered(10, "involvement.ended"),
        numbered(11, "involvement.ended"),
        numbered(12, "flag.raised") | {"source": GP.urn},
        b"{",
    ]
    messages = [desk.message(each if isinstance(each, bytes) else json.dumps(each).encode()) for each in feed]
    told = dry_run(desk.url, KEY_ENCRYPTION_KEY, messages)
    assert desk.rows(stored) == before
    taken = desk.registrar.handle(messages)
    assert [(each.outcome, each.reasons) for each in told] == [(each.outcome, each.reasons) for each in taken]
    assert set(outcomes(told)) == {"accepted", "duplicate", "refused", "invalid"}
