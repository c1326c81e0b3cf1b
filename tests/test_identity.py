"""Which records are one child, by the deterministic rules, and how texts are made comparable."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.identity import (
    Candidate,
    Decision,
    DeterministicMatcher,
    features_of,
    normalise_name,
    normalise_postcode,
)
from tests.examples import PARTICULARS

OTHER_NHS_NUMBER = "9990000425"
BARE: dict[str, Any] = {"nhs_number": None, "upn": None, "carers": [], "address": {}}
"""The changes that leave nothing but name, date of birth and gender."""
ADDRESS = {"address": PARTICULARS["address"]}
CARERS = {"carers": PARTICULARS["carers"]}


def candidate(child: str, changes: dict[str, Any] | None = None, record: str = "") -> Candidate:
    return Candidate(record or f"record of {child}", child, features_of(PARTICULARS | (changes or {})))


def decision(changes: dict[str, Any], *candidates: Candidate) -> Decision:
    return DeterministicMatcher().decide(features_of(PARTICULARS | changes), candidates)


def linked(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    """By which rule two records are one child; None where they are not."""
    there, back = decision(one, candidate("c", other)), decision(other, candidate("c", one))
    assert (there.child, there.rule, there.explanation) == (back.child, back.rule, back.explanation)
    return there.rule if there.child else None


def test_the_first_record_is_a_child_of_its_own() -> None:
    assert decision({}) == Decision(None, "first-record", "deterministic/1", 0.0, {})


def test_a_shared_nhs_number_links_whatever_the_names() -> None:
    other = BARE | {"given_name": "Someone", "family_name": "Else", "gender": "unknown"}
    assert linked({}, other | {"nhs_number": PARTICULARS["nhs_number"]}) == "nhs-number"


def test_a_shared_upn_links_whatever_the_names() -> None:
    other = BARE | {"given_name": "Someone", "family_name": "Else"}
    assert linked({}, other | {"upn": PARTICULARS["upn"]}) == "upn"


@pytest.mark.parametrize("number", ["nhs_number", "upn"])
def test_a_shared_number_links_unless_dates_of_birth_contradict(number: str) -> None:
    shared = BARE | {number: PARTICULARS[number]}
    assert linked({}, shared | {"date_of_birth": "2003-05-18"}) is None
    assert linked({}, shared | {"date_of_birth": None})


def test_equal_name_birth_and_gender_link_when_the_postcode_agrees() -> None:
    assert linked(BARE | ADDRESS, BARE | {"address": {"postcode": "zx4  7qt"}}) == "name-and-postcode"
    assert linked(BARE | ADDRESS, BARE | {"address": {"postcode": "ZX4 7QA"}}) is None


def test_equal_name_birth_and_gender_link_when_a_carer_agrees() -> None:
    two = {"carers": [{"name": "Someone Else"}, {"name": "ruth  ORRELL"}]}
    assert linked(BARE | CARERS, BARE | two) == "name-and-carer"
    assert linked(BARE | CARERS, BARE | {"carers": [{"name": "Rita Orrell"}, {"phone": "01632 960417"}]}) is None


def test_equal_name_birth_and_gender_alone_do_not_link() -> None:
    assert linked(BARE, BARE) is None
    assert linked(BARE | ADDRESS, BARE | CARERS) is None


@pytest.mark.parametrize(
    "change",
    [{"given_name": "Tamsyn"}, {"family_name": "Orwell"}, {"date_of_birth": "2003-05-18"}, {"gender": "male"}],
    ids=lambda change: next(iter(change)),
)
def test_one_difference_in_name_birth_or_gender_keeps_two_apart(change: dict[str, str]) -> None:
    assert linked(BARE | ADDRESS | CARERS, BARE | ADDRESS | CARERS | change) is None


def test_a_date_of_birth_that_is_not_known_agrees_with_nothing() -> None:
    unknown = BARE | ADDRESS | {"date_of_birth": None}
    assert linked(unknown, unknown) is None


def test_twins_are_two_children() -> None:
    twin = {"given_name": "Tobias", "gender": "male", "nhs_number": OTHER_NHS_NUMBER, "upn": None}
    assert linked({}, twin) is None
    assert linked({}, twin | {"gender": "female"}) is None


@pytest.mark.parametrize(
    ("one", "other"), [("किरण", "करण"), ("ธันวา", "ธนวา"), ("がい", "かい"), ("李小龍", "李小龙")], ids=ascii
)
def test_twins_whose_names_differ_in_a_vowel_sign_or_a_stroke_are_two_children(one: str, other: str) -> None:
    assert linked(BARE | ADDRESS | {"given_name": one}, BARE | ADDRESS | {"given_name": other}) is None


def test_strangers_of_one_name_and_birthday_are_two_children() -> None:
    stranger = {
        "nhs_number": OTHER_NHS_NUMBER,
        "upn": None,
        "address": {"postcode": "ZX71 1AA"},
        "carers": [{"name": "Jo Orrell"}],
    }
    assert linked({}, stranger) is None


def test_a_child_registered_twice_under_two_numbers_is_one_child() -> None:
    assert linked({}, {"nhs_number": OTHER_NHS_NUMBER, "upn": None}) == "name-and-postcode"


def test_the_decision_explains_each_field() -> None:
    other: dict[str, Any] = {"given_name": "Tam", "upn": None, "carers": [], "address": {"postcode": "ZX9 9ZZ"}}
    assert decision(other, candidate("c")) == Decision(
        "c",
        "nhs-number",
        "deterministic/1",
        1.0,
        {
            "given_name": "differs",
            "family_name": "agrees",
            "date_of_birth": "agrees",
            "gender": "agrees",
            "nhs_number": "agrees",
            "upn": "absent",
            "postcode": "differs",
            "carers": "absent",
        },
    )


def test_the_strongest_rule_wins_and_among_equals_the_first_child_in_order() -> None:
    by_name = candidate("a", {"nhs_number": None, "upn": None})
    by_number = candidate("z", BARE | {"nhs_number": PARTICULARS["nhs_number"]})
    same = candidate("y", BARE | {"nhs_number": PARTICULARS["nhs_number"]})
    found = {
        (each.child, each.rule)
        for order in permutations([by_name, by_number, same, candidate("b", BARE | {"given_name": "No"})])
        for each in [decision({}, *order)]
    }
    assert found == {("y", "nhs-number")}


VARIANTS = st.fixed_dictionaries(
    {
        "nhs_number": st.sampled_from([None, PARTICULARS["nhs_number"], OTHER_NHS_NUMBER]),
        "given_name": st.sampled_from(["Tamsin", "tamsín", "Tam"]),
        "date_of_birth": st.sampled_from([None, "2003-05-17", "2003-05-18"]),
        "carers": st.sampled_from([[], PARTICULARS["carers"]]),
    }
)


@for_all(VARIANTS, st.lists(st.tuples(st.sampled_from("abc"), VARIANTS), max_size=6), st.randoms())
def test_the_order_of_candidates_does_not_matter(changes: Any, others: list[Any], random: Any) -> None:
    candidates = [candidate(child, variant, record=f"{number}") for number, (child, variant) in enumerate(others)]
    shuffled = random.sample(candidates, len(candidates))
    first, second = decision(changes, *candidates), decision(changes, *shuffled)
    assert (first.child, first.rule) == (second.child, second.rule)
    assert first == second


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
        ("Strauß", "strauss"),
        ("İpek", "ipek"),
        ("Ｔａｍｓｉｎ", "tamsin"),
        ("ΆΝΝΑ", "αννα"),
        ("Алёна", "алена"),
        ("李小龍", "李小龍"),
        ("محمد", "محمد"),
        ("مُحَمَّد", "محمد"),
        ("किरण", "किरण"),
        ("-", "-"),
        ("J2", "j2"),
    ],
)
def test_names_lose_case_accents_and_punctuation_never_the_script(name: str, comparable: str) -> None:
    assert normalise_name(name) == normalise_name(comparable)
    if name.isascii() or comparable.isascii():
        assert normalise_name(name) == comparable


@for_all(st.text(min_size=1))
def test_what_is_comparable_stays_as_it_is(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once


@for_all(st.text(min_size=1))
def test_a_name_with_something_in_it_never_becomes_nothing(name: str) -> None:
    assume(name.strip())
    assert normalise_name(name)


def test_postcodes_lose_case_and_spaces() -> None:
    assert normalise_postcode(" zx4 7qt ") == normalise_postcode("ZX47QT") == "ZX47QT"
