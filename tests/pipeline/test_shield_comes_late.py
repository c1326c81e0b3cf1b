"""A record that came before the shield: whom readers see no more, the registrar joins nothing to and counts nowhere."""

from collections.abc import Iterator

import pytest

from domain.agency import Agency
from domain.child.stewardship import MOST_PAIRS
from domain.matching.shared import MOST_FAMILIES
from domain.vocabulary import AgencyKind
from services.registrar import found_like
from services.submission_contract.decisions import DecisionType
from tests.pipeline.test_hidden_index import (
    ELSEWHERE,
    HOME,
    PAIR,
    SCHOOL,
    UPN,
    are_one,
    child_of,
    families,
    is_kept_apart,
    rebuild,
    send_one,
    shield,
    stored,
)
from tests.support.desk import AUTHORITY, GP, open_desk
from tests.support.steward import Steward, somebody

HER = {"given_name": "Ottilie", "family_name": "Orrell", "date_of_birth": "2003-05-17"}
AT_THE_REFUGE = HER | {"date_of_birth": "2003-07-17", "address": HOME}
"""As a school near a refuge writes it down: the matcher is in doubt whether it is she."""
SURGERY = Agency("gp-y", "Another practice", AgencyKind.GP_REGISTRATION)


@pytest.fixture
def desk(database_url: str) -> Iterator[Steward]:
    with open_desk(Steward, database_url) as opened:
        yield opened


def before_the_shield(desk: Steward, **more: str) -> tuple[str, str]:
    """She, whom the council knows, and the child of the school's record, which the matcher has queued as a pair."""
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE})
    refuge = send_one(desk, "R", AT_THE_REFUGE | more, SCHOOL)
    assert refuge != hers
    assert desk.types().count("MatchSuspected.v1") == 1
    return hers, refuge


def lift(desk: Steward, child: str) -> None:
    assert desk.decide(DecisionType.SHIELD_LIFT, child=child).outcome == "accepted"


def is_held_back(desk: Steward, child: str) -> bool:
    known = desk.registrar.aggregates.child(child)
    assert known is not None
    return known.is_held_back


def agrees_with_the_log(desk: Steward) -> bool:
    """Whether the tables are those that the log gives, and the hidden are apart."""
    decided = stored(desk) | {"found_like": desk.rows("select record, other from register.found_like order by 1, 2")}
    rebuild(desk)
    again = stored(desk) | {"found_like": desk.rows("select record, other from register.found_like order by 1, 2")}
    return is_kept_apart(desk) and again == decided


def test_a_home_that_a_record_of_before_the_shield_names_is_shared_by_no_more_for_it(desk: Steward) -> None:
    hers, _ = before_the_shield(desk)
    shield(desk, hers)
    assert are_one(desk, [*families(MOST_FAMILIES - 1), *PAIR], [])
    assert agrees_with_the_log(desk)


def test_nothing_joins_a_record_of_before_the_shield_so_no_second_agency_shows_it(desk: Steward) -> None:
    """A practice knows her by the number that the school gave, under another name that is not like hers."""
    hers, refuge = before_the_shield(desk, upn=UPN)
    shield(desk, hers)
    assert send_one(desk, "G", AT_THE_REFUGE | {"family_name": "Thackeray", "upn": UPN}, GP) not in (hers, refuge)
    assert desk.types().count("RecordHeldBack.v1") == 1
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)


def test_a_new_record_joins_it_again_once_the_shield_is_lifted_and_none_does_when_it_is_back(desk: Steward) -> None:
    hers, refuge = before_the_shield(desk)
    shield(desk, hers)
    lift(desk, hers)
    assert not is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)
    assert send_one(desk, "G", AT_THE_REFUGE, GP) == refuge
    shield(desk, hers)
    assert is_held_back(desk, refuge)
    assert send_one(desk, "H", AT_THE_REFUGE, SURGERY) not in (hers, refuge)
    assert agrees_with_the_log(desk)


def test_a_review_takes_in_what_a_shield_of_an_older_version_left_out(
    desk: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers, refuge = before_the_shield(desk)
    with monkeypatch.context() as older:
        older.setattr("services.registrar.stewardship.follow_shields", lambda *_: [])
        shield(desk, hers)
    assert not is_held_back(desk, refuge)
    assert desk.decide(DecisionType.SHIELD_REVIEW, child=hers).outcome == "accepted"
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)


def test_one_that_two_shielded_children_are_like_waits_until_both_shields_are_lifted(desk: Steward) -> None:
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE, "nhs_number": "9990000018"})
    home = {"lines": ["2 Dale End"], "postcode": "ZX3 3CC"}
    theirs = {"date_of_birth": "2003-07-18", "nhs_number": "9990000026", "address": home}
    second = send_one(desk, "T", HER | theirs, GP)
    refuge = send_one(desk, "R", AT_THE_REFUGE, SCHOOL)
    assert len({hers, second, refuge}) == 3
    for child in (hers, second):
        shield(desk, child)
    for child in (hers, second):
        assert is_held_back(desk, refuge)
        lift(desk, child)
    assert not is_held_back(desk, refuge)


def test_an_amendment_that_says_otherwise_shows_it(desk: Steward) -> None:
    hers, refuge = before_the_shield(desk)
    shield(desk, hers)
    send_one(desk, "R", somebody("else") | {"address": HOME}, SCHOOL, "amended")
    assert desk.types()[-1] == "SuspicionEnded.v1"
    assert not is_held_back(desk, refuge)
    assert not desk.rows(f"select 1 from register.hidden_children where child = '{refuge}'")
    assert agrees_with_the_log(desk)


def test_a_dismissal_shows_it_and_one_from_before_the_shield_hides_nobody(desk: Steward) -> None:
    hers, refuge = before_the_shield(desk)
    shield(desk, hers)
    assert desk.dismiss(refuge, hers).outcome == "accepted"
    assert not is_held_back(desk, refuge)
    lift(desk, hers)
    shield(desk, hers)
    assert not is_held_back(desk, refuge)
    assert desk.types().count("RecordHeldBack.v1") == 1
    assert agrees_with_the_log(desk)


def test_a_child_whom_another_agency_knows_stays_visible_and_is_joined(desk: Steward) -> None:
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE})
    refuge = send_one(desk, "G", somebody("else") | {"address": HOME}, GP)
    assert send_one(desk, "R", somebody("else") | {"address": HOME}, SCHOOL) == refuge
    send_one(desk, "R", AT_THE_REFUGE, SCHOOL, "amended")
    shield(desk, hers)
    assert desk.types()[-2:] == ["ShieldApplied.v2", "RecordHeldBack.v1"]
    assert not is_held_back(desk, refuge)
    assert send_one(desk, "H", somebody("else") | {"address": HOME}, SURGERY) == refuge
    assert agrees_with_the_log(desk)


def test_a_child_all_of_whose_agencies_records_are_like_hers_is_joined_by_none(desk: Steward) -> None:
    """Each of the two is hidden for itself, so the child is: a third agency's record would show it."""
    hers, refuge = before_the_shield(desk)
    assert send_one(desk, "G", AT_THE_REFUGE, GP) == refuge
    assert desk.types().count("MatchSuspected.v1") == 2
    shield(desk, hers)
    assert is_held_back(desk, refuge)
    assert send_one(desk, "H", AT_THE_REFUGE, SURGERY) not in (hers, refuge)
    send_one(desk, "R", AT_THE_REFUGE | {"gender": "female"}, SCHOOL, "amended")
    send_one(desk, "G", AT_THE_REFUGE | {"gender": "female"}, GP, "amended")
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)


def test_the_child_that_was_there_first_is_not_hidden_by_a_record_that_is_like_it(desk: Steward) -> None:
    refuge = send_one(desk, "R", AT_THE_REFUGE, SCHOOL)
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE})
    assert hers != refuge
    shield(desk, hers)
    assert not is_held_back(desk, refuge)
    assert desk.types().count("RecordHeldBack.v1") == 0


def test_who_is_like_one_that_comes_under_a_shield_by_a_merge_is_held_back(desk: Steward) -> None:
    hers, refuge = before_the_shield(desk)
    shielded = send_one(desk, "T", somebody("T"))
    shield(desk, shielded)
    assert desk.merge(shielded, hers).outcome == "accepted"
    assert is_held_back(desk, refuge)
    assert desk.split(shielded).outcome == "accepted"
    lift(desk, shielded)
    assert is_held_back(desk, refuge)
    lift(desk, hers)
    assert not is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)


def test_who_is_merged_into_the_shielded_child_is_held_back_no_more(desk: Steward) -> None:
    hers, refuge = before_the_shield(desk)
    shield(desk, hers)
    assert desk.merge(hers, refuge).outcome == "accepted"
    assert child_of(desk, "R", SCHOOL) == hers
    assert not is_held_back(desk, hers)
    assert agrees_with_the_log(desk)


def test_one_agency_with_very_many_takes_the_place_of_no_other_ones_record(
    desk: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers, refuge = before_the_shield(desk)
    for number, given in enumerate(("Odile", "Otto", "Ottoline")):
        send_one(desk, f"P{number}", HER | {"given_name": given, "address": ELSEWHERE}, GP)
    monkeypatch.setattr(found_like, "_FIND", found_like._FIND.replace(f"limit {MOST_PAIRS}", "limit 2"))
    shield(desk, hers)
    assert is_held_back(desk, refuge)
    assert desk.types().count("RecordHeldBack.v1") == 2


@pytest.mark.parametrize("what", ["lifted", "dismissed"])
@pytest.mark.parametrize("of", [AUTHORITY, GP])
def test_who_is_like_two_of_her_records_waits_although_one_of_them_was_somebody_elses(
    desk: Steward, of: Agency, what: str
) -> None:
    hers = send_one(desk, "S", HER | {"address": ELSEWHERE})
    assert send_one(desk, "S", HER | {"address": ELSEWHERE}, GP) == hers
    shield(desk, hers)
    refuge = send_one(desk, "R", AT_THE_REFUGE, SCHOOL)
    records = [{"source": of.urn, "subject": "S"}]
    assert desk.decide(DecisionType.SPLIT, child=hers, records=records).outcome == "accepted"
    if what == "lifted":
        lift(desk, child_of(desk, "S", of))
    else:
        assert desk.dismiss(refuge, child_of(desk, "S", of)).outcome == "accepted"
    assert is_held_back(desk, refuge)
    assert agrees_with_the_log(desk)
