"""No criterion of a search is dropped in silence: it is used, or the answer says that it was not, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching import Searcher, missing_criteria
from domain.matching.search_unused import CALLED, in_a_sentence
from services.registrar.matcher_settings import load_settings

SEARCHER = Searcher(load_settings())
WORDS = st.text(max_size=20).map(str.strip)
CRITERIA = st.fixed_dictionaries(
    {},
    optional={
        "given_name": WORDS | st.sampled_from(["Ada", "Unknown", "Baby", "Twin 1", "-", "FNU", "Baby of Mary"]),
        "family_name": WORDS | st.sampled_from(["Orrell", "Not stated", ".", "LNU", "N/K"]),
        "date_of_birth": st.dates().map(str) | st.just("2001-01-01"),
        "gender": st.sampled_from(["female", "male", "other", "unknown"]),
        "postcode": WORDS | st.sampled_from(["LE1 1AA", "LE1", "ZZ99 3VZ", "XX1 1XX", "00000", "-"]),
        "nhs_number": WORDS | st.sampled_from(["9434765919", "0000000000", "--"]),
        "upn": WORDS | st.sampled_from(["A820432110001", "- -"]),
    },
)


@given(CRITERIA)
def test_each_criterion_is_used_or_said_not_to_be(criteria: dict[str, str]) -> None:
    query = SEARCHER.query(criteria)
    unused = [each.criterion for each in query.unused]
    assert sorted([*query.criteria, *unused]) == sorted(name for name, value in criteria.items() if value)
    assert SEARCHER.query({name: criteria[name] for name in query.criteria}).criteria == query.criteria
    for each in query.unused:
        sentence = missing_criteria((), query.unused) or ""
        assert f"the {CALLED[each.criterion]} is not used: {each.message}" in sentence


@pytest.mark.parametrize(
    ("criterion", "value", "code"),
    [
        ("given_name", "Unknown", "stands-for-unknown"),
        ("given_name", "Baby", "stands-for-unknown"),
        ("family_name", "Not stated", "stands-for-unknown"),
        ("family_name", "?", "stands-for-unknown"),
        ("gender", "unknown", "stands-for-unknown"),
        ("postcode", "zz99 3vz", "stands-for-unknown"),
        ("postcode", "LE1", "incomplete"),
        ("nhs_number", "000 000 0000", "stands-for-unknown"),
        ("upn", "-", "stands-for-unknown"),
    ],
)
def test_what_stands_for_not_knowing_is_named_and_its_value_is_not_repeated(
    criterion: str, value: str, code: str
) -> None:
    (unused,) = SEARCHER.query({criterion: value}).unused
    assert (unused.criterion, unused.code) == (criterion, code)
    assert value not in unused.message


def test_what_is_not_used_is_called_as_a_user_calls_it() -> None:
    criteria = {"given_name": "Baby", "family_name": "?", "gender": "other", "postcode": "LE1", "upn": "-"}
    query = SEARCHER.query({**criteria, "nhs_number": "0000000000"})
    name, number = "such a name is written where none is known", "such a number is written where none is known"
    assert in_a_sentence(query.unused) == (
        f"the given name is not used: {name}; the family name is not used: {name}; "
        "the gender is not used: only female and male tell children apart; "
        "the postcode is not used: thousands live in a part of a postcode; give the whole one; "
        f"the NHS number is not used: {number}; the UPN is not used: {number}"
    )


def test_an_empty_criterion_is_none() -> None:
    number = {"upn": "A820432110001"}
    assert SEARCHER.query({**dict.fromkeys(CALLED, ""), **number}) == SEARCHER.query(number)


def test_the_first_of_january_is_searched_for_as_any_day() -> None:
    query = SEARCHER.query({"family_name": "Orrell", "date_of_birth": "2001-01-01"})
    assert (query.criteria, query.unused) == ({"family_name", "date_of_birth"}, ())
