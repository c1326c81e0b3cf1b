"""A shield that comes while a record stands removed, and the removal that is taken back afterwards."""

from collections.abc import Iterator

import pytest

from domain.agency import Agency
from services.submission_contract.decisions import DecisionType
from tests.pipeline.test_hidden_index import ELSEWHERE, HOME, SCHOOL, UPN, child_of, send_one, shield
from tests.pipeline.test_shield_comes_late import AT_THE_REFUGE, HER, agrees_with_the_log, is_held_back, lift
from tests.pipeline.test_shielded_records import kept
from tests.pipeline.test_suspension import HOSPITAL, codes_of, now_of, remove, resume, set_aside, suspend
from tests.support.desk import AUTHORITY, GP, numbered, open_desk
from tests.support.steward import Steward, somebody


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def known_twice(desk: Steward, **more: str) -> tuple[str, str]:
    """She, whom a school knows, and the child of the authority's record, which the matcher has queued as a pair."""
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE}, SCHOOL)
    refuge = send_one(desk, "R", AT_THE_REFUGE | more)
    assert refuge != hers
    assert desk.types().count("MatchSuspected.v1") == 1
    return hers, refuge


def is_removed(desk: Steward, subject: str, of: Agency) -> str:
    """The agency's credential removes a record; gives the moment before."""
    since = now_of(desk)
    sent = numbered(
        desk.count("events"), "record.removed", subject, source=of.urn, data={"reason": "registered-in-error"}
    )
    assert codes_of(desk.send(sent, owner=of)) == [("accepted", [])]
    return since


def is_taken_back(desk: Steward, of: Agency, since: str) -> None:
    """The agency is suspended, and what it removed since that moment is restored."""
    assert suspend(desk, of.code, set_aside=True, since=since).outcome == "accepted"
    set_aside(desk)
    assert desk.types().count("RecordRestored.v1") == 1


def test_a_record_that_was_removed_when_the_shield_came_is_held_back_once_it_is_restored(desk: Steward) -> None:
    hers, refuge = known_twice(desk, upn=UPN)
    since = is_removed(desk, "R", AUTHORITY)
    shield(desk, hers)
    is_taken_back(desk, AUTHORITY, since)
    assert child_of(desk, "R", AUTHORITY) == refuge
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)
    assert send_one(desk, "G", AT_THE_REFUGE | {"family_name": "Thackeray", "upn": UPN}, GP) not in (hers, refuge)


def test_a_record_that_was_removed_when_the_shield_was_lifted_is_joined_once_it_is_restored(desk: Steward) -> None:
    hers, refuge = known_twice(desk)
    shield(desk, hers)
    since = is_removed(desk, "R", AUTHORITY)
    lift(desk, hers)
    is_taken_back(desk, AUTHORITY, since)
    assert not is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)
    assert send_one(desk, "G", AT_THE_REFUGE, GP) == refuge


@pytest.mark.parametrize("also", [(), ("S2",)])
def test_who_a_shielded_child_is_by_a_record_restored_under_the_shield_is_found(
    desk: Steward, also: tuple[str, ...]
) -> None:
    hers, *others = desk.register("S1", *also)
    for other in others:
        assert desk.merge(hers, other).outcome == "accepted"
    since = is_removed(desk, "S1", AUTHORITY)
    shield(desk, hers)
    assert kept(desk) == [*also]
    is_taken_back(desk, AUTHORITY, since)
    assert kept(desk) == ["S1", *also]
    send_one(desk, "R", somebody("S1") | {"address": HOME}, SCHOOL)
    assert desk.types().count("RecordHeldBack.v1") == 1


def test_who_it_is_stays_known_when_the_record_is_removed_again_and_ends_with_the_shield(desk: Steward) -> None:
    (hers,) = desk.register("S1")
    since = is_removed(desk, "S1", AUTHORITY)
    shield(desk, hers)
    is_taken_back(desk, AUTHORITY, since)
    assert resume(desk).outcome == "accepted"
    set_aside(desk)
    assert desk.types()[-1] == "RecordRemovedAgain.v1"
    assert kept(desk) == ["S1"]
    assert suspend(desk, set_aside=True, since=since).outcome == "accepted"
    set_aside(desk)
    assert kept(desk) == ["S1"]
    lift(desk, hers)
    assert kept(desk) == []


@pytest.mark.parametrize("by_a_steward", [False, True])
def test_a_removed_record_of_a_child_that_is_shielded_no_more_holds_nobody_back(
    desk: Steward, by_a_steward: bool
) -> None:
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE, "nhs_number": "9990000018"})
    home = {"lines": ["2 Dale End"], "postcode": "ZX3 3CC"}
    theirs = {"date_of_birth": "2003-07-18", "nhs_number": "9990000026", "address": home}
    second = send_one(desk, "T", HER | theirs, GP)
    refuge = send_one(desk, "R", AT_THE_REFUGE, SCHOOL)
    for child in (hers, second):
        shield(desk, child)
    if by_a_steward:
        assert remove(desk, hers, "S").outcome == "accepted"
    else:
        is_removed(desk, "S", AUTHORITY)
    removed = desk.rows("select record, child from register.removed_records")
    assert agrees_with_the_log(desk)
    assert desk.rows("select record, child from register.removed_records") == removed
    for child in (hers, second):
        assert is_held_back(desk, refuge)
        lift(desk, child)
    assert not is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)


def of_two(desk: Steward) -> tuple[str, str]:
    """She, and a child whom a school's record shows, beside the authority's, which is like her."""
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE}, GP)
    refuge = send_one(desk, "B", somebody("else") | {"address": HOME}, SCHOOL)
    assert send_one(desk, "R", somebody("else") | {"address": HOME}) == refuge
    send_one(desk, "R", AT_THE_REFUGE, kind="amended")
    assert child_of(desk, "R") == refuge
    return hers, refuge


def test_who_is_like_a_shielded_child_is_held_back_while_the_other_agency_is_set_aside(desk: Steward) -> None:
    hers, refuge = of_two(desk)
    assert suspend(desk, SCHOOL.code, set_aside=True).outcome == "accepted"
    set_aside(desk)
    shield(desk, hers)
    assert is_held_back(desk, refuge)
    assert resume(desk, SCHOOL.code).outcome == "accepted"
    set_aside(desk)
    assert not is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)
    assert suspend(desk, SCHOOL.code, set_aside=True).outcome == "accepted"
    set_aside(desk)
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)


def test_a_restored_record_that_is_like_her_holds_its_child_back_for_its_agencys_other_ones(desk: Steward) -> None:
    """While it is removed, the other record of its agency shows the child."""
    hers, refuge = known_twice(desk)
    send_one(desk, "B", somebody("else") | {"address": HOME})
    assert desk.merge(refuge, child_of(desk, "B")).outcome == "accepted"
    since = is_removed(desk, "R", AUTHORITY)
    shield(desk, hers)
    assert not is_held_back(desk, refuge)
    is_taken_back(desk, AUTHORITY, since)
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)


def test_a_restored_record_is_like_her_also_in_the_child_that_absorbed_its_own_meanwhile(desk: Steward) -> None:
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE}, SCHOOL)
    survivor = send_one(desk, "H", {"given_name": "Unknown", "family_name": "Unknown"}, HOSPITAL)
    same = somebody("else") | {"nhs_number": "9990000018"}
    absorbed = send_one(desk, "G", same, GP)
    assert send_one(desk, "R", same) == absorbed
    send_one(desk, "R", AT_THE_REFUGE, kind="amended")
    since = is_removed(desk, "R", AUTHORITY)
    assert send_one(desk, "H", same, HOSPITAL, "amended") == survivor
    shield(desk, hers)
    is_taken_back(desk, AUTHORITY, since)
    assert child_of(desk, "R") == survivor
    assert desk.types()[-2:] == ["RecordLinked.v1", "RecordHeldBack.v1"]
    assert agrees_with_the_log(desk)
    for other in (GP, HOSPITAL):
        assert not is_held_back(desk, survivor)
        assert suspend(desk, other.code, set_aside=True).outcome == "accepted"
        set_aside(desk)
    assert is_held_back(desk, child_of(desk, "R"))
    assert agrees_with_the_log(desk)


@pytest.mark.parametrize("how", ["removed", "removed by a steward", "destroyed"])
def test_who_is_like_a_shielded_child_is_held_back_once_the_other_agencys_record_is_gone(
    desk: Steward, how: str
) -> None:
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE}, GP)
    refuge = send_one(desk, "B", somebody("else") | {"address": HOME})
    assert send_one(desk, "R", somebody("else") | {"address": HOME}, SCHOOL) == refuge
    send_one(desk, "R", AT_THE_REFUGE, SCHOOL, "amended")
    shield(desk, hers)
    assert not is_held_back(desk, refuge)
    if how == "removed":
        is_removed(desk, "B", AUTHORITY)
    elif how == "destroyed":
        record = {"source": AUTHORITY.urn, "subject": "B"}
        assert desk.decide(DecisionType.ERASE, child=refuge, record=record).outcome == "accepted"
    else:
        assert remove(desk, refuge, "B").outcome == "accepted"
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)
    lift(desk, hers)
    assert not is_held_back(desk, refuge)


def test_what_a_batch_of_decisions_removes_before_its_shield_shows_nobody(desk: Steward) -> None:
    hers, refuge = of_two(desk)
    record = {"source": SCHOOL.urn, "subject": "B"}
    removal = desk.decision(DecisionType.RECORD_REMOVE, child=refuge, record=record)
    shielding = desk.decision(DecisionType.SHIELD_APPLY, child=hers, custodian=None)
    assert [answer.outcome for answer in desk.registrar.handle([removal, shielding])] == ["accepted", "accepted"]
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)
