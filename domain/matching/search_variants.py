"""Variants of names, dates and postcodes with a letter or digit off, and names written without vowels."""

import calendar
from collections.abc import Iterator
from datetime import date

from domain.matching.similarity import NEAR_DAYS

_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_VOWELS = frozenset("aeiou")
_HALF_VOWELS = frozenset("aeiouyhw")
_NEAR_YEARS = 5
_LONGEST_WORD, _LONGEST_POSTCODE = 16, 8


def close_words(word: str) -> Iterator[str]:
    """The words at a distance of one letter, or one swap of neighbours, from a word in small Latin letters."""
    return filter(None, _one_off(word[:_LONGEST_WORD], _LETTERS))


def close_postcodes(postcode: str) -> Iterator[str]:
    """The postcodes at a distance of one character, or one swap of neighbours."""
    return filter(None, _one_off(postcode[:_LONGEST_POSTCODE], _LETTERS.upper() + _DIGITS))


def close_dates(day: str) -> Iterator[str]:
    """The ISO dates that `compare_dates` does not call `differs`; the same day of other years only for nearby years."""
    year, month, of_month = day.split("-")
    years = (f"{int(year) + off:04}-{month}-{of_month}" for off in range(-_NEAR_YEARS, _NEAR_YEARS + 1))
    swapped, placeholder = f"{year}-{of_month}-{month}", f"{year}-01-01"
    yield from filter(_is_date, (*_one_digit_off(day), *years, swapped, placeholder))
    about = date.fromisoformat(day).toordinal()
    last = 365 if day == placeholder else NEAR_DAYS
    nearby = range(max(about - NEAR_DAYS, date.min.toordinal()), min(about + last, date.max.toordinal()) + 1)
    yield from (date.fromordinal(each).isoformat() for each in nearby)


def has_no_vowels(name: str) -> bool:
    """Whether a name in Latin letters has none, as one from Arabic or Hebrew script most often has."""
    return _VOWELS.isdisjoint(name)


def consonants(name: str) -> str:
    """The consonants of a name in Latin letters, as a script without vowels has them, no letter twice in a row."""
    kept = (letter for before, letter in zip(" " + name, name, strict=False) if letter != before)
    return "".join(letter for letter in kept if letter not in _HALF_VOWELS)


def are_alike_without_vowels(one: str, other: str) -> bool:
    """Whether one of two names was written without vowels and the other has its consonants: mhmd, muhammad."""
    if not (has_no_vowels(one) or has_no_vowels(other)):
        return False
    letters = consonants(one)
    return bool(letters) and letters == consonants(other)


def _one_off(word: str, alphabet: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        yield from (head + character + tail for character in alphabet)
        if tail:
            yield head + tail[1:]
            yield from (head + character + tail[1:] for character in alphabet)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def _one_digit_off(day: str) -> Iterator[str]:
    """What is as long as an ISO date, one digit of it changed or two neighbours swapped: all that may be one again."""
    for place, own in enumerate(day):
        head, tail = day[:place], day[place + 1 :]
        if own != "-":
            yield from (head + digit + tail for digit in _DIGITS if digit != own)
            if tail and tail[0] not in ("-", own):
                yield head + tail[0] + own + tail[1:]


_DAYS_OF_A_YEAR = frozenset(date.fromordinal(number).isoformat()[4:] for number in range(1, 366))
"""The ends of ISO dates but for 29 February, `-01-01` to `-12-31`: quicker to ask than to read a date."""


def _is_date(text: str) -> bool:
    """Whether a text formed like an ISO date is one."""
    if text[4:] == "-02-29":
        year = int(text[:4])
        return year > 0 and calendar.isleap(year)
    return text[4:] in _DAYS_OF_A_YEAR and "0001" <= text[:4] <= "9999"
