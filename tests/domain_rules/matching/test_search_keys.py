"""Keys of any name and postcode can be handed to Postgres as one text."""

from hypothesis import given
from hypothesis import strategies as st

from domain.matching import Searcher, features_of, search_keys
from projections.base.parameters import SEPARATOR
from services.registrar.matcher_settings import load_settings

_SEARCHER = Searcher(load_settings())
_TEXT = st.text(max_size=12) | st.sampled_from(["\n", "a\nb", "Al\r\nHassan", "\x85", "\u2028x", "'\n'"])


@given(_TEXT, _TEXT, _TEXT)
def test_no_key_holds_what_separates_keys(given_name: str, family_name: str, postcode: str) -> None:
    criteria = {"given_name": given_name, "family_name": family_name, "postcode": postcode}
    keys = _SEARCHER.query(criteria).keys
    recorded = search_keys(features_of({**criteria, "address": {"postcode": postcode}}, "0000"))
    assert not any(SEPARATOR in key for key in (*keys.exact, *keys.wide, *recorded))
