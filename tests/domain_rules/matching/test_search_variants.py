"""What is a letter or a digit off, against all there is about it, and names without vowels."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from domain.matching.search_variants import (
    are_alike_without_vowels,
    close_dates,
    close_postcodes,
    close_words,
    consonants,
    has_no_vowels,
)
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


@pytest.mark.parametrize(
    ("day", "looked_up", "not_looked_up"),
    [
        ("2003-05-17", ["2003-05-17", "1998-05-17", "2003-01-01"], ["1997-05-17", "2003-09-30"]),
        ("2006-05-22", ["2011-05-22", "2006-06-01"], ["2012-05-22", "2006-06-02"]),
        ("2006-06-05", ["2006-05-26", "2006-05-06"], ["2006-05-25"]),
        ("2003-01-01", ["2003-07-14", "2003-12-31", "2002-12-22"], ["2004-01-02", "2002-12-21"]),
        ("2012-05-11", ["2021-05-11", "2102-05-11", "0212-05-11", "2012-05-10"], ["2022-05-12"]),
        ("2004-01-01", ["2004-12-31"], []),
        ("2003-12-31", ["2004-12-31", "1998-12-31"], ["1997-12-31"]),
        ("2004-02-29", ["2004-02-28", "2000-02-29", "2008-02-29"], ["2003-02-29", "1999-02-29"]),
    ],
)
def test_few_dates_are_looked_up_for_one(day: str, looked_up: list[str], not_looked_up: list[str]) -> None:
    close = set(close_dates(day))
    assert close.issuperset(looked_up)
    assert close.isdisjoint(not_looked_up)


@given(st.text("abyz", min_size=1, max_size=5), st.text("abyz", min_size=1, max_size=6))
def test_every_word_with_one_letter_off_is_looked_up_and_no_other(word: str, other: str) -> None:
    assert (other in set(close_words(word))) == (OSA.distance(word, other) == 1 or other == word)


@pytest.mark.parametrize("other", ["ZX47Q", "ZX47QT9", "ZX47QZ", "ZX74QT", "ZX47TQ", "0ZX47QT", "X47QT"])
def test_postcodes_with_one_character_off_are_looked_up(other: str) -> None:
    assert other in set(close_postcodes("ZX47QT"))


def test_of_a_long_word_or_postcode_the_beginning_is_looked_up() -> None:
    assert max(map(len, close_words("ab" * 20))) == 17
    assert max(map(len, close_postcodes("AB" * 20))) == 9
    assert "" not in {*close_words("a"), *close_postcodes("A")}


@pytest.mark.parametrize(
    ("name", "letters", "is_bare"),
    [
        ("muhammad", "mmd", False),
        ("mhmd", "mmd", True),
        ("hannah", "n", False),
        ("aaron", "rn", False),
        ("why", "", True),
    ],
)
def test_a_script_without_vowels_writes_the_consonants(name: str, letters: str, is_bare: bool) -> None:
    assert (consonants(name), has_no_vowels(name)) == (letters, is_bare)


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("mhmd", "muhammad", True),
        ("mhmd", "mhmmd", True),
        ("muhammad", "mahmoud", False),
        ("mhmd", "ahmed", False),
        ("y", "why", False),
        ("", "", False),
    ],
)
def test_a_name_written_without_vowels_is_like_that_with_them(one: str, other: str, are_alike: bool) -> None:
    assert are_alike_without_vowels(one, other) is are_alike_without_vowels(other, one) is are_alike
