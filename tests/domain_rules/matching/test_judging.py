"""Named cases: which two records are one child, which two are not, and which a person has to look at."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.matching import Features
from domain.matching.clusters import Clusters
from domain.matching.settings import LEVELS
from tests.domain_rules.matching.people import (
    BARE,
    ELSEWHERE,
    HOME,
    ONE_NUMBER,
    OTHER_NUMBER,
    OTHERS,
    RUTH,
    comparer,
    judged,
    record,
)

ONE_CHILD: dict[str, dict[str, Any]] = {
    "the same": {},
    "a nickname": {"given_name": "Tam"},
    "a letter off": {"family_name": "Orell"},
    "an accent": {"given_name": "Tamsín"},
    "a middle name": {"given_name": "Tamsin Mary"},
    "a double name": {"family_name": "Orrell-Vane"},
    "names swapped": {"given_name": "Orrell", "family_name": "Tamsin", "carers": []},
    "day and month swapped": {"date_of_birth": "2003-05-07"},
    "a digit off": {"date_of_birth": "2003-05-16"},
    "a day off": {"date_of_birth": "2003-05-18"},
    "no date of birth": {"date_of_birth": None},
    "an estimated date of birth": {"date_of_birth": "2003-01-01", "date_of_birth_estimated": True},
    "another gender": {"gender": "male"},
    "no postcode": {"address": {"lines": HOME["lines"]}},
    "a postcode a letter off": {"address": HOME | {"postcode": "ZX4 7QZ"}},
    "moved house": {"address": ELSEWHERE},
    "no carers": {"carers": []},
    "another carer": {"carers": OTHERS},
    "no address and no carers": {"address": {}, "carers": []},
    "transliterated": {"given_name": "Тамсин"},
}


@pytest.mark.parametrize("changes", ONE_CHILD.values(), ids=ONE_CHILD)
def test_one_mistake_leaves_one_child(changes: dict[str, Any]) -> None:
    assert judged(record("urn:agency:gp"), record("urn:agency:school", **changes)) == "linked"


def test_an_adopted_child_with_a_new_family_name_is_known_by_the_former_one() -> None:
    former = [{"given_name": "Tamsin", "family_name": "Orrell", "kind": "former"}]
    adopted = {"family_name": "Achebe", "address": ELSEWHERE, "carers": [{"name": "Ngozi Achebe"}]}
    assert judged(record(), record(**adopted, other_names=former)) in ("linked", "queued")
    assert judged(record(nhs_number=ONE_NUMBER), record(**adopted, nhs_number=ONE_NUMBER)) in ("linked", "queued")


def test_a_child_registered_twice_by_one_agency_is_one_child() -> None:
    assert judged(record("urn:gp", nhs_number=ONE_NUMBER), record("urn:gp")) == "linked"


APART: dict[str, dict[str, Any]] = {
    "a sister": {"given_name": "Bronwen", "date_of_birth": "2001-11-02"},
    "a brother": {"given_name": "Idris", "gender": "male", "date_of_birth": "2005-02-28"},
    "a neighbour": {"given_name": "Meera", "family_name": "Basu", "date_of_birth": "2002-09-09", "carers": OTHERS},
    "somebody born on the same day": {
        "given_name": "Meera",
        "family_name": "Basu",
        "address": ELSEWHERE,
        "carers": OTHERS,
    },
}


@pytest.mark.parametrize("changes", APART.values(), ids=APART)
def test_others_are_others(changes: dict[str, Any]) -> None:
    assert judged(record("urn:agency:gp"), record("urn:agency:school", **changes)) == "apart"


@pytest.mark.parametrize("twin", ["Bronwen", "Idris", "Tilda"])
def test_twins_are_never_linked_by_themselves(twin: str) -> None:
    assert judged(record("urn:agency:births"), record("urn:agency:births", given_name=twin)) != "linked"
    assert judged(record("urn:agency:births"), record("urn:agency:gp", given_name=twin)) != "linked"


@pytest.mark.parametrize(("one", "other"), [("Kiran", "Karan"), ("Ella", "Elle"), ("किरण", "करण")], ids=ascii)
def test_twins_of_almost_one_name_are_told_apart_by_the_agency_that_holds_both(one: str, other: str) -> None:
    births = "urn:agency:births"
    assert judged(record(births, given_name=one), record(births, given_name=other)) == "queued"


@pytest.mark.parametrize("number", [{}, {"nhs_number": OTHER_NUMBER}])
def test_namesakes_of_one_birthday_are_never_linked_by_themselves(number: dict[str, Any]) -> None:
    stranger = {"address": ELSEWHERE, "carers": OTHERS} | number
    assert judged(record(nhs_number=ONE_NUMBER), record(**stranger)) != "linked"


def test_one_number_on_two_clearly_different_children_is_queued() -> None:
    other = {"given_name": "Meera", "family_name": "Basu", "date_of_birth": "1999-09-09", "address": ELSEWHERE}
    assert judged(record(nhs_number=ONE_NUMBER), record(**other, carers=OTHERS, nhs_number=ONE_NUMBER)) == "queued"


@pytest.mark.parametrize("name", ["Unknown", "Baby"])
def test_a_placeholder_is_never_agreement(name: str) -> None:
    unknown = {"given_name": name, "family_name": name} | BARE
    assert judged(record(**unknown), record(**unknown)) == "apart"
    levels = comparer().compare(record(**unknown), record(**unknown)).levels
    assert levels[:2] == ("absent", "absent")


def test_an_unnamed_baby_does_not_make_one_child_of_twins() -> None:
    births = "urn:agency:births"
    tamsin, bronwen = record(births), record("urn:agency:gp", given_name="Bronwen")
    baby = record("urn:agency:hv", given_name="Baby")
    for order in permutations({"tamsin": tamsin, "bronwen": bronwen, "baby": baby}.items()):
        directory = Clusters(comparer())
        for name, features in order:
            directory.describe(name, features)
        child_of = directory.child_of()
        assert child_of["tamsin"] != child_of["bronwen"]
        assert len(set(child_of.values())) == 3 or directory.open_pairs()


def test_a_first_of_january_tells_less_than_another_day() -> None:
    alone = {"address": {}, "carers": [], "gender": "unknown"}
    first = record(date_of_birth="2003-01-01", **alone)
    day = record(**alone)
    assert comparer().compare(first, first).probability < comparer().compare(day, day).probability


def test_a_common_name_tells_less_than_a_rare_one() -> None:
    rare = record(**BARE)
    common = record(given_name="Jack", family_name="Smith", **BARE)
    assert comparer().compare(common, common).probability < comparer().compare(rare, rare).probability


def test_in_a_larger_directory_more_strangers_look_alike() -> None:
    one, other = record(**BARE), record(**BARE | {"family_name": "Orell"})
    small, large = comparer().among(1_000), comparer().among(11_000_000)
    assert small.compare(one, other).probability > large.compare(one, other).probability


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "given_name": st.sampled_from(["Tamsin", "Tam", "Tasmin", "Meera", "Unknown", "Т", "Orrell"]),
    "family_name": st.sampled_from(["Orrell", "Orell", "Vane", "Smith"]),
    "date_of_birth": st.sampled_from([None, "2003-05-17", "2003-05-16", "2003-01-01", "1960-05-17"]),
    "gender": st.sampled_from(["female", "male", "unknown"]),
    "nhs_number": st.sampled_from([None, ONE_NUMBER, OTHER_NUMBER]),
    "address": st.sampled_from([{}, HOME, ELSEWHERE]),
    "carers": st.sampled_from([[], RUTH, OTHERS]),
}
RECORDS = st.builds(
    lambda source, changes: record(source, **changes), st.sampled_from(["", "a", "b"]), st.fixed_dictionaries(VALUES)
)


@for_all(RECORDS, RECORDS)
def test_a_comparison_is_the_same_both_ways_and_explains_itself_without_a_value(one: Features, other: Features) -> None:
    evidence = comparer().compare(one, other)
    assert evidence == comparer().compare(other, one)
    assert 0 <= evidence.probability <= 1
    explained = comparer().explain(evidence)
    assert all(weights.partition(":")[0] in LEVELS[name] for name, weights in explained.items())
    text = " ".join(explained.values()).casefold()
    assert not any(value in text for value in ("tamsin", "orrell", "2003", ONE_NUMBER, "larkspur", "ruth"))


@for_all(RECORDS)
def test_a_record_is_never_apart_from_itself(one: Features) -> None:
    assert not comparer().compare(one, one).contradicts
