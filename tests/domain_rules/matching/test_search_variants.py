"""Dates with a digit off, against every date there is about them."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from domain.matching.search_variants import close_dates
from domain.matching.similarity import DIFFERS, compare_dates

_ANY_DAY = st.dates(date(1, 1, 1), date(9999, 12, 31))
_EDGES = st.sampled_from([date(1, 1, 1), date(9999, 12, 31), date(2000, 2, 29), date(1900, 2, 28), date(2010, 10, 10)])


@given(_ANY_DAY | _EDGES)
def test_what_stands_near_a_date_is_a_date(day: date) -> None:
    for close in close_dates(day.isoformat()):
        assert date.fromisoformat(close).isoformat() == close


@given(_ANY_DAY | _EDGES, _ANY_DAY)
def test_every_date_with_one_digit_off_is_looked_up(day: date, other: date) -> None:
    close = set(close_dates(day.isoformat()))
    for month in range(1, 13):
        typed = other.replace(month=month, day=min(other.day, 28))
        for year in {day.year, other.year}:
            near = typed.replace(year=year).isoformat()
            assert near in close or OSA.distance(day.isoformat(), near) > 1


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 9), st.integers(0, 9))
def test_what_agrees_closely_with_a_date_is_looked_up(day: date, place: int, digit: int) -> None:
    text = day.isoformat()
    typed = text[:place] + str(digit) + text[place + 1 :]
    try:
        is_close = compare_dates(text, date.fromisoformat(typed).isoformat()) != DIFFERS
    except ValueError:
        return
    assert not is_close or typed in set(close_dates(text))
