"""Keys of any name and postcode can be handed to Postgres as one text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching import Searcher, features_of, search_keys
from projections.base.parameters import SEPARATOR
from services.registrar.matcher_settings import load_settings
from tests.domain_rules.matching.people import ONE_NUMBER, record

_SEARCHER = Searcher(load_settings())
_TEXT = st.text(max_size=12) | st.sampled_from(["\n", "a\nb", "Al\r\nHassan", "\x85", "\u2028x", "'\n'"])


@given(_TEXT, _TEXT, _TEXT)
def test_no_key_holds_what_separates_keys(given_name: str, family_name: str, postcode: str) -> None:
    criteria = {"given_name": given_name, "family_name": family_name, "postcode": postcode}
    keys = _SEARCHER.query(criteria).keys
    recorded = search_keys(features_of({**criteria, "address": {"postcode": postcode}}, "0000"))
    assert not any(SEPARATOR in key for key in (*keys.exact, *keys.wide, *recorded))


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        (
            {"nhs_number": ONE_NUMBER, "upn": "D999417608014"},
            f"n{ONE_NUMBER}|uD999417608014|zORL TMSN|d2003-05-17TMSN|pZX47QTTMSN|d2003-05-17ORL|pZX47QTORL|qZX47QT2003",
        ),
        (
            {"given_name": "Mhmd", "family_name": "Unknown", "date_of_birth_estimated": True, "address": {}},
            "zMHMT MHMT|z-mmd MHMT|z-mmd -mmd|"
            "d2003-05-17MHMT|d2002~MHMT|d2003~MHMT|d2004~MHMT|d2003-05-17-mmd|d2002~-mmd|d2003~-mmd|d2004~-mmd",
        ),
        (
            {"address": {"lines": ["4 Larkspur Row"]}},
            "zORL TMSN|d2003-05-17TMSN|d2003-05-17ORL",
        ),
        ({"given_name": "Mary Jane", "date_of_birth": None, "address": {}}, "zMR ORL|zJN ORL|zMRJN ORL"),
    ],
)
def test_the_keys_of_a_record(changes: dict[str, Any], keys: str) -> None:
    assert search_keys(record(**changes)) == keys.split("|")


@pytest.mark.parametrize(("estimated", "is_found"), [("2002", True), ("2003", True), ("2004", True), ("2005", False)])
def test_a_birthday_finds_whoever_is_about_as_old(estimated: str, is_found: bool) -> None:
    keys = _SEARCHER.query({"family_name": "Orrell", "date_of_birth": "2003-05-17"}).keys.exact
    held = record(date_of_birth=f"{estimated}-01-01", date_of_birth_estimated=True)
    assert keys.isdisjoint(search_keys(held)) is not is_found


@pytest.mark.parametrize(("born", "is_found"), [("2003-11-30", True), ("2004-05-17", True), ("2011-11-30", False)])
def test_a_postcode_and_a_birthday_find_each_other_in_a_year_that_is_close(born: str, is_found: bool) -> None:
    keys = _SEARCHER.query({"postcode": "ZX4 7QT", "date_of_birth": born}).keys
    found = search_keys(record())
    assert (not keys.exact.union(keys.wide).isdisjoint(found)) is is_found


def test_words_of_a_name_are_looked_up_as_one_without_vowels_too() -> None:
    assert "z-mmd ORL" in search_keys(record(given_name="Mh Md"))
    assert "z-mmd ORL" in _SEARCHER.query({"given_name": "Mu Hammad", "family_name": "Orrell"}).keys.exact
