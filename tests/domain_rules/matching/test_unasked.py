"""A field that a search does not ask for agrees with nothing: a child has the same grade with it and without it."""

from hypothesis import given
from hypothesis import strategies as st

from domain.matching import Searcher, features_of
from projections.search.project import stored_features
from projections.search.query import recorded_features
from services.registrar.matcher_settings import load_settings

SEARCHER = Searcher(load_settings())
CRITERIA = st.fixed_dictionaries(
    {},
    optional={
        "given_name": st.sampled_from(["Ada", "Adah", "Bill"]),
        "family_name": st.sampled_from(["Orrell", "Orell", "Ada"]),
        "date_of_birth": st.sampled_from(["2003-05-07", "2003-07-05", "2003-01-01"]),
        "gender": st.sampled_from(["female", "male"]),
        "postcode": st.sampled_from(["LE1 1AA", "LE1 1AB"]),
        "nhs_number": st.sampled_from(["9434765919", "9000000009"]),
        "upn": st.sampled_from(["A820432110001", "B820432110002"]),
    },
)


@given(CRITERIA, st.lists(CRITERIA.filter(bool), min_size=1, max_size=3), st.booleans())
def test_what_is_not_asked_for_changes_no_grade(
    criteria: dict[str, str], records: list[dict[str, str]], estimated: bool
) -> None:
    query = SEARCHER.query(criteria)
    rows = [_row(record, estimated) for record in records]
    told = recorded_features(query.features, rows)
    assert len(told) <= len(set(map(stored_features, rows)))
    assert SEARCHER.grade(query, told) == SEARCHER.grade(query, set(map(stored_features, rows)))


def _row(record: dict[str, str], estimated: bool) -> list[object]:
    """As a row of the view has it: a list of names, and what else may be compared."""
    of = features_of({**record, "address": {"postcode": record.get("postcode")}}, "2010")
    names = [part for name in of.names for part in name]
    home = of.homes[0][0] if of.homes else None
    return [names, of.date_of_birth, estimated, of.gender, home, of.nhs_number, of.upn]
