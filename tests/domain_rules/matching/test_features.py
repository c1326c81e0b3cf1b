"""What of a record is compared, and how texts are made comparable."""

from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.matching import features_of, has_name, normalise_name, normalise_postcode
from domain.matching.features import MOST_HOMES, MOST_NAMES
from domain.matching.normalise import latin_name
from tests.domain_rules.matching.people import HOME, ONE_NUMBER, OTHER_NUMBER, TAMSIN, TIME, record


@pytest.mark.parametrize(
    ("name", "comparable"),
    [
        ("Tamsin", "tamsin"),
        ("  Mary   Jane ", "mary jane"),
        ("O’Malley", "omalley"),
        ("O'Malley", "omalley"),
        ("OʼMalley", "omalley"),
        ("O´Malley", "omalley"),
        ("O`Malley", "omalley"),
        ("Zoë‑Anaïs", "zoe anais"),
        ("Zoë-Anaïs", "zoe anais"),
        ("St. John", "st john"),
        ("Nguyễn", "nguyen"),
        ("Þórdís", "thordis"),
        ("Łukasz", "lukasz"),
        ("Søren Ærø", "soren aero"),
        ("Đorđe Ðuro", "dorde duro"),
        ("Œil Işıl", "oeil isil"),
        ("Ħal Ŧor", "hal tor"),
        ("Strauß", "strauss"),
        ("İpek", "ipek"),
        ("Ｔａｍｓｉｎ", "tamsin"),
        ("ΆΝΝΑ", "αννα"),
        ("Алёна", "алена"),
        ("李小龍", "李小龍"),
        ("محمد", "محمد"),
        ("مُحَمَّد", "محمد"),
        ("किरण", "किरण"),
        ("שָׁלוֹם", "שלום"),
        ("שְׁלֹמֹה", "שלמה"),
        ("\u0710\u0711", "\u0710"),
        ("❤\ufe00a", "a"),
        ("❤\ufe0fa", "a"),
        ("a\U000e0100b", "ab"),
        ("-", "-"),
        ("J2", "j2"),
    ],
)
def test_names_lose_case_accents_and_punctuation_never_the_script(name: str, comparable: str) -> None:
    assert normalise_name(name) == normalise_name(comparable)
    if name.isascii() or comparable.isascii():
        assert normalise_name(name) == comparable


@pytest.mark.parametrize(
    ("one", "other"), [("กิ่ง", "กง"), ("が", "か"), ("কি", "ক"), ("किरण", "करण"), ("क्ष", "कष")], ids=ascii
)
def test_a_mark_that_is_no_accent_makes_another_name(one: str, other: str) -> None:
    assert normalise_name(one) != normalise_name(other)


@for_all(st.text(min_size=1))
def test_what_is_comparable_stays_as_it_is(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once


@for_all(st.text(min_size=1))
def test_a_name_with_something_in_it_never_becomes_nothing(name: str) -> None:
    assume(name.strip())
    assert normalise_name(name)


def test_names_of_another_script_are_compared_in_latin_letters() -> None:
    assert latin_name("Кузнецов") == "kuznetsov"
    assert latin_name("Γιώργος") == "giorgos"
    assert latin_name("李") == "li"


def test_a_record_of_no_named_agency_is_of_none() -> None:
    assert features_of(TAMSIN, TIME).source == ""


def test_postcodes_lose_case_and_spaces() -> None:
    assert normalise_postcode(" zx4 7qt ") == normalise_postcode("ZX47QT") == "ZX47QT"


@pytest.mark.parametrize("given", ["UNKNOWN", "Baby Girl", "Not Known", "Unnamed Male", "N/K", "Twin", "xx", "-"])
def test_a_placeholder_is_no_name(given: str) -> None:
    assert record(given_name=given).names == (("", "orrell"),)
    assert record(given_name=given, family_name="unknown").names == ()


@pytest.mark.parametrize(
    ("particulars", "has"),
    [
        ({"given_name": "Tamsin"}, True),
        ({"family_name": "Orrell"}, True),
        ({"given_name": "Baby", "family_name": "Unknown"}, False),
        ({"other_names": [{"given_name": "Tamsin"}]}, False),
        ({}, False),
    ],
)
def test_a_name_that_is_known_now_is_the_first(particulars: dict[str, Any], has: bool) -> None:
    assert has_name(particulars) is has


def test_a_family_name_of_any_name_stands_for_one_that_is_not_known() -> None:
    vane = [{"given_name": "Tammy", "family_name": "Vane"}]
    assert record(family_name="-", other_names=vane).names == (("tamsin", "vane"), ("tammy", "vane"))
    assert record(family_name="-").names == (("tamsin", ""),)


def test_what_an_agency_says_beside_names_and_numbers() -> None:
    one = record("urn:agency:gp", gender="male", date_of_birth_estimated=True)
    assert (one.source, one.gender, one.estimated) == ("urn:agency:gp", "male", True)
    assert not one.may_care_for_many
    assert (one.homes, one.carers) == ((("ZX47QT", "4 larkspur row, westmarch"),), ("ruth orrell",))
    assert [record(gender=gender).gender for gender in ("female", "other", "unknown", None)] == ["female", "", "", ""]
    assert record(carers=[{"name": "Mrs Orrell"}]).carers == ()
    assert (record().estimated, record(address={}).homes) == (False, ())


def test_what_was_named_later_is_no_longer_without_a_name() -> None:
    baby = record(given_name="Baby")
    assert features_of(TAMSIN, TIME, baby).names == (("tamsin", "orrell"),)
    assert features_of(TAMSIN | {"given_name": "Twin 1"}, TIME, features_of(TAMSIN, TIME)).names == (
        ("tamsin", "orrell"),
    )


def test_a_former_family_name_was_borne_with_the_given_name() -> None:
    former = [{"family_name": "Vane"}, {"given_name": "Tammy"}]
    assert record(other_names=former).names == (("tamsin", "orrell"), ("tamsin", "vane"), ("tammy", "orrell"))


def test_numbers_of_before_are_former_ones_with_those_that_the_agency_states() -> None:
    first = record(nhs_number=ONE_NUMBER, upn="D999417608014", former_nhs_numbers=["9999999999"])
    assert (first.former_nhs_numbers, first.former_upns) == ((), ())
    changes = {"nhs_number": OTHER_NUMBER, "former_nhs_numbers": ["9990000433"], "former_upns": ["A999417608014"]}
    second = features_of(TAMSIN | changes, TIME, first)
    assert (second.nhs_number, second.former_nhs_numbers) == (OTHER_NUMBER, ("9990000433", ONE_NUMBER))
    assert (second.upn, second.former_upns) == (None, ("A999417608014", "D999417608014"))
    third = features_of(TAMSIN | {"nhs_number": ONE_NUMBER}, TIME, second)
    assert third.former_nhs_numbers == (OTHER_NUMBER, "9990000433")


def test_a_given_name_that_is_the_carers_family_name_was_swapped() -> None:
    assert record(given_name="Orrell", family_name="Tamsin").names == (("tamsin", "orrell"),)
    assert record(given_name="Orrell", family_name="Tamsin", carers=[]).names == (("orrell", "tamsin"),)
    assert record(given_name="Orrell", family_name="Orrell").names == (("orrell", "orrell"),)


def test_other_names_and_those_of_before_are_kept_with_homes_of_before() -> None:
    former = {"given_name": "Tamsin", "family_name": "Vane", "kind": "former"}
    before = features_of(TAMSIN | {"other_names": [former]}, TIME)
    moved = {"lines": ["1 New Street"], "postcode": "ZX9 9ZZ"}
    now = features_of(TAMSIN | {"family_name": "Penrose", "address": moved}, TIME, before)
    assert now.names == (("tamsin", "penrose"), ("tamsin", "orrell"), ("tamsin", "vane"))
    assert [postcode for postcode, _ in now.homes] == ["ZX99ZZ", "ZX47QT"]


@for_all(st.lists(st.sampled_from("abcdefghijklmnop"), max_size=30))
def test_however_often_a_record_is_amended_its_features_are_bounded(letters: list[str]) -> None:
    features = record()
    for letter in letters:
        changes: dict[str, Any] = {"family_name": letter * 4, "address": {"postcode": f"Z{letter}"}}
        features = features_of(TAMSIN | changes, TIME, features)
    assert len(features.names) <= MOST_NAMES
    assert len(features.homes) <= MOST_HOMES


def test_who_is_older_than_a_child_is_grown_up() -> None:
    assert not record().grown_up
    assert not record(date_of_birth="1990-01-01").grown_up
    assert record(date_of_birth="1989-12-31").grown_up
    assert not record(date_of_birth=None).grown_up


def test_contacts_are_compared_without_the_way_they_are_written() -> None:
    phones = [
        {"phone": "01632 960417"},
        {"phone": "+44 1632-960417"},
        {"email": " Ruth@Example.org"},
        {"phone": "99999"},
    ]
    assert record(carers=phones, address=HOME).contacts == ("1632960417", "ruth@example.org")
    assert record(carers=[{"phone": "960417"}]).contacts == ("960417",)
