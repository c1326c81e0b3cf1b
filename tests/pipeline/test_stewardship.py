"""A data steward's decisions at the registrar, on a real Postgres: merge, split, dismiss, and what is refused."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.agency import Agency
from services.registrar.batch import STEWARDS_TOPIC, Message
from services.registrar.receipts import Answer
from services.registrar.steward_looks import OLDEST
from services.registrar.store import OffsetMoved
from services.submission_contract.decisions import DecisionType, decision
from streams.clock import utc_now
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.steward import TIME, Steward


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def outcome_of(answer: Answer) -> tuple[str, list[str]]:
    return answer.outcome, [reason["code"] for reason in answer.reasons]


def test_a_merge_gives_the_survivor_everything_and_says_so_on_both_streams(desk: Steward) -> None:
    left, right = desk.register("S1", "S2")
    assert outcome_of(desk.merge(left, right)) == ("accepted", [])
    assert desk.members() == {left: {"S1", "S2"}}
    assert desk.types()[-2:] == ["ChildrenMerged.v1", "ChildSuperseded.v1"]
    (receipt,) = desk.receipts()
    assert (receipt["source"], receipt["position"]) == ("urn:contactpoint:stewardship", len(desk.types()))


def test_who_decided_and_why_is_not_in_clear(desk: Steward) -> None:
    desk.merge(*desk.register("S1", "S2"))
    stored = b"".join(bytes(state) for (state,) in desk.rows("select state from register.events"))
    assert b"a-steward" not in stored
    assert b"looked at both" not in stored


def test_a_split_without_records_undoes_the_latest_merge(desk: Steward) -> None:
    one, two, three = desk.register("S1", "S2", "S3")
    before = desk.members()
    desk.merge(one, two)
    desk.merge(one, three)
    desk.open()
    assert outcome_of(desk.split(one)) == ("accepted", [])
    assert desk.members() == {one: {"S1", "S2"}, three: {"S3"}}
    assert desk.types()[-3:] == ["RecordUnlinked.v1", "ChildReinstated.v1", "RecordLinked.v1"]
    assert outcome_of(desk.split(one)) == ("accepted", [])
    assert desk.members() == before
    assert outcome_of(desk.split(one)) == ("refused", ["nothing-to-undo"])


def test_a_split_undoes_the_merge_of_the_child_that_it_names(desk: Steward) -> None:
    one, two, three = desk.register("S1", "S2", "S3")
    for absorbed in (two, three):
        desk.merge(one, absorbed)

    def undo(absorbed: str) -> tuple[str, list[str]]:
        return outcome_of(desk.decide(DecisionType.SPLIT, child=one, undone=absorbed))

    assert undo(two) == ("accepted", [])
    assert desk.members() == {one: {"S1", "S3"}, two: {"S2"}}
    assert [undo(each) for each in (two, NOBODY)] == [("refused", ["nothing-to-undo"])] * 2


def test_a_split_by_record_reinstates_the_child_that_brought_just_these(desk: Steward) -> None:
    one, two, three = desk.register("S1", "S2", "S3")
    desk.merge(two, three)
    desk.merge(one, two)
    assert outcome_of(desk.split(one, "S3", "S2")) == ("accepted", [])
    assert desk.members() == {one: {"S1"}, two: {"S2", "S3"}}
    assert outcome_of(desk.split(two)) == ("accepted", [])
    assert desk.members() == {one: {"S1"}, two: {"S2"}, three: {"S3"}}


def test_a_split_of_other_records_lists_a_new_child(desk: Steward) -> None:
    one, two, three = desk.register("S1", "S2", "S3")
    desk.merge(two, three)
    desk.merge(one, two)
    assert outcome_of(desk.split(one, "S2")) == ("accepted", [])
    members = desk.members()
    assert members.pop(one) == {"S1", "S3"}
    ((new, held),) = members.items()
    assert (held, new in {two, three}) == ({"S2"}, False)
    assert outcome_of(desk.split(one)) == ("accepted", [])
    assert desk.members()[one] == {"S1"}


def test_what_was_dismissed_or_split_is_kept_apart_until_a_steward_merges_it(desk: Steward) -> None:
    one, two, three = desk.register("S1", "S2", "S3")
    desk.merge(one, two)
    assert outcome_of(desk.dismiss(three, one)) == ("accepted", [])
    assert desk.types()[-1] == "MatchDismissed.v1"
    assert desk.apart() == {("S1", "S3"), ("S3", "S1"), ("S2", "S3"), ("S3", "S2")}
    desk.split(one)
    assert {("S1", "S2"), ("S2", "S1")} < desk.apart()
    desk.merge(one, two)
    assert ("S1", "S2") not in desk.apart()
    desk.merge(one, three)
    assert desk.apart() == set()


def test_decisions_of_one_batch_hold_in_their_order(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    pair = {"left": one, "right": two}
    messages = [desk.decision(kind, **pair) for kind in (DecisionType.DISMISS, DecisionType.MERGE)]
    answers = desk.registrar.handle([*messages, desk.message(numbered(1, subject="S9"))])
    assert sorted(answer.outcome for answer in answers) == ["accepted"] * 3
    assert (desk.apart(), desk.members()[one]) == (set(), {"S1", "S2"})


NOBODY = "00000000-0000-4000-8000-000000000000"


def test_what_is_refused_has_a_reason_and_changes_nothing(desk: Steward) -> None:
    one, two, three = desk.register("S1", "S2", "S3")
    (record,) = desk.rows("select stream::text from register.record_keys where key = 'S1'")[0]
    desk.merge(one, two)
    events, members = desk.types(), desk.members()
    refused = [
        (desk.merge(one, NOBODY), "unknown-child"),
        (desk.merge(NOBODY, one), "unknown-child"),
        (desk.merge(one, record), "unknown-child"),
        (desk.merge(one, one), "same-child"),
        (desk.merge(one, two), "superseded"),
        (desk.dismiss(two, three), "superseded"),
        (desk.dismiss(one, one), "same-child"),
        (desk.split(two), "superseded"),
        (desk.split(NOBODY, "S1"), "unknown-child"),
        (desk.split(one, "S3"), "record-not-in-child"),
        (desk.split(one, "never-heard-of"), "record-not-in-child"),
        (desk.split(one, "S1", "S2"), "nothing-to-split"),
        (desk.split(three), "nothing-to-undo"),
    ]
    assert [outcome_of(answer) for answer, _ in refused] == [("refused", [code]) for _, code in refused]
    desk.open()
    assert (desk.types(), desk.members()) == (events, members)


def test_a_decision_delivered_again_changes_nothing(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    pair = {"left": one, "right": two}
    look = desk.look(DecisionType.MERGE, **pair)
    assert desk.decide(DecisionType.MERGE, look, **pair).outcome == "accepted"
    assert desk.decide(DecisionType.MERGE, look, **pair).outcome == "duplicate"


def test_a_decision_that_follows_from_no_look_of_its_user_is_refused_and_changes_nothing(desk: Steward) -> None:
    merge, (one, two, three) = DecisionType.MERGE, desk.register("S1", "S2", "S3")
    pair = {"left": one, "right": two}
    events, members = desk.types(), desk.members()
    genuine = desk.look(merge, **pair)
    stream, version = genuine.split(".")
    long_ago = utc_now() - OLDEST - timedelta(minutes=1)
    forged = [
        ("made-up", "look-unknown"),
        (f"{NOBODY}.1", "look-unknown"),
        (f"{stream}.{int(version) + 50}", "look-unknown"),
        (f"{stream}.99999999999", "look-unknown"),
        (desk.look(merge, "another-steward", **pair), "look-of-another"),
        (desk.look(merge, left=one, right=three), "look-elsewhere"),
        (desk.look(merge, left=one), "look-elsewhere"),
        (desk.look(DecisionType.DISMISS, **pair), "look-elsewhere"),
        (desk.look(merge, at=lambda: long_ago, **pair), "look-too-old"),
    ]
    for look, code in forged:
        assert outcome_of(desk.decide(merge, look, **pair)) == ("refused", [code])
    assert (desk.types(), desk.members()) == (events, members)
    assert outcome_of(desk.decide(merge, genuine, **pair)) == ("accepted", [])


def test_who_guesses_the_next_look_does_not_use_it_up(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    pair = {"left": one, "right": two}
    stream, version = desk.look(DecisionType.DISMISS, **pair).split(".")
    guessed = f"{stream}.{int(version) + 1}"
    assert desk.decide(DecisionType.DISMISS, guessed, **pair).outcome == "refused"
    assert desk.look(DecisionType.DISMISS, **pair) == guessed
    assert desk.decide(DecisionType.DISMISS, guessed, **pair).outcome == "accepted"


def test_a_look_gives_no_second_decision(desk: Steward) -> None:
    """A steward lifts a shield and applies it again: whoever has read the lift from Kafka can't send it once more."""
    (child,) = desk.register("S1")
    assert desk.decide(DecisionType.SHIELD_APPLY, child=child, custodian=None).outcome == "accepted"
    lift = desk.decision(DecisionType.SHIELD_LIFT, child=child)
    assert desk.registrar.handle([lift])[0].outcome == "accepted"
    assert desk.decide(DecisionType.SHIELD_APPLY, child=child, custodian=None).outcome == "accepted"
    again = desk.decision(DecisionType.SHIELD_LIFT, str(lift.reading.id), child=child)
    assert desk.registrar.handle([again])[0].outcome == "duplicate"
    assert desk.types()[-1] == "ShieldApplied.v2"


def test_after_a_failed_save_nothing_of_a_decision_is_believed(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    message = desk.decision(DecisionType.MERGE, left=one, right=two)
    with desk.database.transaction() as cursor:
        cursor.execute("insert into register.offsets values (%s, 0, 99)", (STEWARDS_TOPIC,))
    with pytest.raises(OffsetMoved):
        desk.registrar.handle([message])
    assert desk.members() == {one: {"S1"}, two: {"S2"}}
    with desk.database.transaction() as cursor:
        cursor.execute("update register.offsets set next_offset = 0 where topic = %s", (STEWARDS_TOPIC,))
    assert desk.registrar.handle([message])[0].outcome == "accepted"
    assert desk.members() == {one: {"S1", "S2"}}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"{", "not-json"),
        (decision("d1", DecisionType.MERGE, "x", TIME, {"left": NOBODY}), "missing"),
        (decision("d1", DecisionType.MERGE, "x", TIME, {"left": "1", "right": NOBODY}), "pattern"),
        (json.dumps(numbered(1)).encode(), "unknown-type"),
    ],
)
def test_what_is_no_decision_is_a_dead_letter(desk: Steward, value: bytes, code: str) -> None:
    (answer,) = desk.registrar.handle([Message(STEWARDS_TOPIC, 0, 0, value, None)])
    assert answer.outcome == "invalid"
    assert code in {reason["code"] for reason in answer.reasons}
    assert desk.rows("select count(*) from register.outbox where topic = 'dead-letters'") == [(1,)]
    assert desk.receipts()[0]["source"] == "urn:contactpoint:stewardship"


def test_an_agency_can_not_decide(desk: Steward) -> None:
    one, two = desk.register("S1", "S2")
    wanted = desk.decision(DecisionType.MERGE, left=one, right=two).value
    assert outcome_of(desk.send(wanted)[0])[0] == "invalid"
    assert desk.members() == {one: {"S1"}, two: {"S2"}}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6), st.booleans())
def test_merge_then_split_is_the_identity(desk: Steward, wanted: list[tuple[int, int]], reopened: bool) -> None:
    first = len(desk.types())
    children = desk.register(*(f"P{first}-{number}" for number in range(5)))
    before = {child: held for child, held in desk.members().items() if child in children}
    merges = [
        children[left]
        for left, right in wanted
        if left != right and desk.merge(children[left], children[right]).outcome == "accepted"
    ]
    for survivor in reversed(merges):
        if reopened:
            desk.open()
        assert outcome_of(desk.split(survivor)) == ("accepted", [])
    assert {child: held for child, held in desk.members().items() if child in children} == before


FLORA = {"given_name": "Flora", "family_name": "Tansley", "date_of_birth": "2002-04-06", "nhs_number": "9990000034"}
WOLFGANG = {**FLORA, "given_name": "Wolfgang", "date_of_birth": "1999-11-30", "gender": "male"}
MOVED = {"lines": ["9 Far Street"], "postcode": "ZY9 9ZY", "authority": "E06999002"}


def test_what_a_steward_accepts_is_believed_until_its_identity_changes_or_that_is_taken_back(desk: Steward) -> None:
    def follows_from(number: int, data: dict[str, Any], owner: Agency = GP) -> list[str]:
        """The events that follow from what the agency says of its record now."""
        kind, day = ("child.registered" if number == 1 else "child.amended"), f"2010-01-{number:02}T09:00:00Z"
        before = len(desk.types())
        sent_now = numbered(number, kind, subject=owner.code, source=owner.urn, data=data, time=day)
        assert [answer.outcome for answer in desk.send(sent_now, owner=owner)] == ["accepted"]
        return desk.types()[before + 1 :]

    follows_from(1, FLORA, AUTHORITY)
    follows_from(1, FLORA)
    (child,) = desk.members()
    ours = {"child": child, "record": {"source": GP.urn, "subject": GP.code}}

    def ruled(kind: DecisionType) -> tuple[str, list[str]]:
        desk.open()
        return outcome_of(desk.decide(kind, **ours))

    assert ruled(DecisionType.RECORD_ACCEPT) == ("refused", ["not-set-aside"])
    assert "RecordsSetAside.v1" in follows_from(2, WOLFGANG)
    assert ruled(DecisionType.RECORD_SET_ASIDE) == ("refused", ["not-accepted"])
    assert ruled(DecisionType.RECORD_ACCEPT) == ("accepted", [])
    assert follows_from(3, WOLFGANG) == []
    assert follows_from(4, {**WOLFGANG, "address": MOVED}) == []
    assert follows_from(2, {**FLORA, "address": MOVED}, AUTHORITY) == []
    assert ruled(DecisionType.RECORD_SET_ASIDE) == ("accepted", [])
    assert ruled(DecisionType.RECORD_ACCEPT) == ("accepted", [])
    assert "RecordsSetAside.v1" in follows_from(5, {**WOLFGANG, "given_name": "Ottoline"})
    assert ruled(DecisionType.RECORD_SET_ASIDE) == ("refused", ["not-accepted"])
    assert "RecordsAccepted.v1" in follows_from(6, FLORA)
