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
        ({"given_name": "Mary Jane", "date_of_birth": None, "address": {}}, "zMR ORL|zJN ORL|zMRJN ORL"),
    ],
)
def test_the_keys_of_a_record(changes: dict[str, Any], keys: str) -> None:
    assert search_keys(record(**changes)) == keys.split("|")
