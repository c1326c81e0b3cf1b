"""Under which keys a record meets others: for every agency's way to report a child, and for one that reports little."""

from typing import Any

import pytest

from domain.matching import Candidate, MatchIndex, blocking_keys
from domain.matching.blocking import MOST_CHILDREN, MOST_IN_A_BLOCK, sound
from tests.domain_rules.matching.people import BARE, HOME, ONE_NUMBER, record

UNKNOWN = {"given_name": "Unknown", "family_name": "Unknown"}
NO_BIRTHDAY: dict[str, Any] = {"date_of_birth": None}
NO_CARERS: dict[str, Any] = {"carers": []}
NUMBERS = {"nhs_number": ONE_NUMBER, "upn": "D999417608014"}


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        (
            {},
            "t1632960417 eZX47QT,4larkspurrow,westmarch "
            "yORLTMSN500 yORLTMSN/501 d2003-05-17ORL pZX47QTOR a4LRKSOR d2003-05-17TMSN pZX47QTTM "
            "a4LRKSTM",
        ),
        (BARE | NUMBERS, f"n{ONE_NUMBER} uD999417608014 yORLTMSN500 yORLTMSN/501 d2003-05-17ORL d2003-05-17TMSN"),
        (NO_BIRTHDAY, "t1632960417 eZX47QT,4larkspurrow,westmarch zORLTMSN pZX47QTOR a4LRKSOR pZX47QTTM a4LRKSTM"),
        (
            BARE,
            "yORLTMSN500 yORLTMSN/501 d2003-05-17ORL d2003-05-17TMSN zORLTMSN fORL.T fTMSN.O i2003-05OT wORL vORL2003 "
            "mORL05-17 wTMSN vTMSN2003 mTMSN05-17 b2003-05-17",
        ),
        (BARE | NO_BIRTHDAY, "zORLTMSN fORL.T fTMSN.O wORL wTMSN"),
        (
            NO_CARERS,
            "eZX47QT,4larkspurrow,westmarch "
            "yORLTMSN500 yORLTMSN/501 d2003-05-17ORL pZX47QTOR a4LRKSOR d2003-05-17TMSN pZX47QTTM a4LRKSTM zORLTMSN "
            "fORL.T fTMSN.O i2003-05OT wORL vORL2003 mORL05-17 hZXORL wTMSN vTMSN2003 mTMSN05-17 hZXTMSN b2003-05-17 "
            "rZX47 qZX47QT2003 oZX2003-05-17 l4LRKS sLRKSWSORL k4LRKS2003",
        ),
        (
            NO_CARERS | NO_BIRTHDAY,
            "eZX47QT,4larkspurrow,westmarch "
            "zORLTMSN pZX47QTOR a4LRKSOR pZX47QTTM a4LRKSTM fORL.T fTMSN.O wORL hZXORL wTMSN hZXTMSN rZX47 l4LRKS "
            "sLRKSWSORL",
        ),
        (
            NO_CARERS | UNKNOWN,
            "eZX47QT,4larkspurrow,westmarch rZX47 qZX47QT2003 oZX2003-05-17 l4LRKS sLRKSWS k4LRKS2003",
        ),
        (
            NO_CARERS | {"address": {"lines": HOME["lines"]}} | UNKNOWN,
            "e,4larkspurrow,westmarch l4LRKS sLRKSWS k4LRKS2003",
        ),
        (NO_CARERS | {"address": {"lines": ["Larkspur House"]}} | UNKNOWN, "e,larkspurhouse lLRKS sLRKSHS kLRKS2003"),
        (
            {"address": {"lines": ["Larkspur House"]}, "given_name": "Unknown"},
            "t1632960417 e,larkspurhouse d2003-05-17ORL aLRKSOR",
        ),
        (
            {"address": {"postcode": "ZX4 7QT"}, "given_name": "Unknown"},
            "t1632960417 d2003-05-17ORL pZX47QTOR",
        ),
        (
            NO_CARERS | {"address": {"lines": ["Larkspur House"]}, "given_name": "Unknown"},
            "e,larkspurhouse d2003-05-17ORL aLRKSOR wORL vORL2003 mORL05-17 b2003-05-17 lLRKS sLRKSHSORL kLRKS2003",
        ),
        (
            {"nhs_number": ONE_NUMBER, "carers": [], "given_name": "Unknown"},
            f"n{ONE_NUMBER} eZX47QT,4larkspurrow,westmarch d2003-05-17ORL pZX47QTOR a4LRKSOR",
        ),
        (
            {"upn": "D1", "carers": [], "given_name": "Unknown"},
            "uD1 eZX47QT,4larkspurrow,westmarch d2003-05-17ORL pZX47QTOR a4LRKSOR",
        ),
    ],
)
def test_the_keys_of_a_record(changes: dict[str, Any], keys: str) -> None:
    assert blocking_keys(record(**changes)) == keys.split()


def test_a_family_name_that_is_the_given_name_makes_each_key_once() -> None:
    keys = blocking_keys(record(given_name="Orrell"))
    assert len(keys) == len(set(keys)) == len(blocking_keys(record())) - 3


@pytest.mark.parametrize("year", range(2000, 2004))
def test_of_one_name_those_meet_whose_years_of_birth_are_two_apart_at_most(year: int) -> None:
    of_year = [
        {key for key in blocking_keys(record(date_of_birth=f"{year + later}-05-17")) if key[0] == "y"}
        for later in range(5)
    ]
    assert [bool(of_year[0] & keys) for keys in (*of_year[1:3], of_year[4])] == [True, True, False]


def test_a_house_number_may_stand_on_a_line_of_its_own() -> None:
    one, other = (
        blocking_keys(record(address={"lines": lines})) for lines in (["4 Larkspur Row"], ["4", "Larkspur Row"])
    )
    assert [key for key in one if key[0] == "a"] == [key for key in other if key[0] == "a"] == ["a4LRKSOR", "a4LRKSTM"]


def test_a_street_meets_the_current_family_name() -> None:
    former = [{"given_name": "Tamsin", "family_name": "Vane", "kind": "former"}]
    keys = blocking_keys(record(other_names=former, carers=[]))
    assert [key for key in keys if key[0] == "s"] == ["sLRKSWSORL"]


def test_current_names_homes_and_contacts_make_keys_and_no_more_than_a_few() -> None:
    names = [{"given_name": "Tamsin", "family_name": family} for family in ("Vane", "Basu", "Quill")]
    carers = [{"name": "Ruth Orrell", "phone": f"01632 96041{n}"} for n in range(3)]
    features = record(other_names=names, carers=carers)
    keys = blocking_keys(features._replace(homes=tuple((f"ZX{n}", "") for n in range(4))))
    assert [key for key in keys if key[0] == "t"] == ["t1632960410", "t1632960411", "t1632960412"]
    assert {key[1:3] for key in keys if key[0] == "y"} == {"OR", "FN", "BS"}
    assert {key[:4] for key in keys if key[0] == "p"} == {"pZX0", "pZX1", "pZX2"}


def test_records_that_report_little_meet_at_a_few_homes_too() -> None:
    homes = tuple((f"ZX{n}", "") for n in range(4))
    keys = blocking_keys(record(**BARE)._replace(homes=homes))
    assert [key for key in keys if key[0] == "q"] == ["qZX02003", "qZX12003", "qZX22003"]


def test_a_name_sounds_like_its_first_word_or_is_spelt_where_it_has_no_sound() -> None:
    assert sound("tamsin mary") == sound("tamsyn") == "TMSN"
    assert sound("alexandrina") == "ALKS"
    assert sound("李小龍國民") == "李小龍國"
    assert sound("") == ""


def test_a_key_of_more_records_than_a_block_holds_finds_nobody() -> None:
    index, features = MatchIndex(), record()
    for number in range(MOST_IN_A_BLOCK):
        index.put(Candidate(str(number), "crowd", features), ["shared"])
    assert len(index.candidates(["shared"])) == MOST_IN_A_BLOCK
    index.put(Candidate("more", "more", features), ["shared"])
    assert index.candidates(["shared"]) == []


def test_where_a_name_or_a_birthday_is_full_of_records_its_finer_keys_still_find() -> None:
    index = MatchIndex()
    crowd = [record(**BARE, date_of_birth=f"{1990 + n % 40}-0{n % 9 + 1}-11") for n in range(MOST_IN_A_BLOCK + 1)]
    for n, features in enumerate(crowd):
        index.put(Candidate(f"{n}", f"{n}", features._replace(names=((f"x{n}", "orrell"),))), [])
        index.put(Candidate(f"{n}", f"{n}", features), blocking_keys(features._replace(names=(("zed", "orrell"),))))
    sought = record(**BARE, family_name="Orrell", given_name="Tamsin")
    index.put(Candidate("sought", "sought", sought), blocking_keys(sought))
    mistaken = record(**BARE, given_name="Unknown", date_of_birth="2003-05-18")
    assert "sought" not in {each.record for each in index.candidates(["wORL"])}
    assert "sought" in {each.record for each in index.candidates(blocking_keys(mistaken))}


def test_of_many_children_met_those_are_compared_whose_keys_few_share() -> None:
    index, features = MatchIndex(), record()
    for number in range(MOST_CHILDREN):
        index.put(Candidate(f"{number}", f"{number}", features), ["many", "others"])
    index.put(Candidate("rare", "rare", features), ["many", "few"])
    found = {each.record for each in index.candidates(["many", "others", "few"])}
    assert len(found) == MOST_CHILDREN
    assert "rare" in found


def test_a_record_that_is_put_again_or_discarded_is_found_under_its_old_keys_no_more() -> None:
    index, features = MatchIndex(), record()
    index.put(Candidate("one", "one", features), ["old"])
    index.put(Candidate("other", "other", features), ["old"])
    index.put(Candidate("one", "one", features), ["new"])
    assert [each.record for each in index.candidates(["old"])] == ["other"]
    index.discard("other")
    assert index.candidates(["old"]) == index.candidates([], "other") == []
    assert (len(index), index.get("other"), index.children()) == (1, None, {"one": "one"})


def test_a_child_that_is_moved_brings_its_records() -> None:
    index, features = MatchIndex(), record()
    for name, child in (("b", "left"), ("a", "left"), ("c", "right")):
        index.put(Candidate(name, child, features), [name])
    assert index.move("left", "right") == ["a", "b"]
    assert index.move("nobody", "right") == []
    assert index.children() == dict.fromkeys("abc", "right")
    assert sorted(each.record for each in index.candidates(["a"])) == ["a", "b", "c"]
    assert index.members("left") == []


def test_candidates_are_all_records_of_the_children_found_and_named() -> None:
    index, features = MatchIndex(), record()
    for name, child in (("a", "one"), ("b", "one"), ("c", "two"), ("d", "three")):
        index.put(Candidate(name, child, features), [name])
    assert sorted(each.record for each in index.candidates(["a"], "two")) == ["a", "b", "c"]
    assert [each.record for each in index.candidates([], children=["three"])] == ["d"]
