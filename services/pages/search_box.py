"""What was typed into the one box of a search, or into its form, as criteria; nothing of it is left out in silence."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.submission_contract.submission import NhsNumber, Upn

FIELDS = ("given_name", "family_name", "date_of_birth", "postcode", "nhs_number", "upn")
DAY_PARTS = ("day", "month", "year")
LONGEST = 200
"""Characters of the box."""

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR_FIRST = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b", re.ASCII)
_DAY_FIRST = re.compile(r"\b(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})\b", re.ASCII)
_IN_WORDS = re.compile(
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[a-z]{3,9})\.?,?\s+(?P<year>\d{4})\b", re.ASCII | re.IGNORECASE
)
_UPN = re.compile(r"\b[A-Z]\d{11}[0-9A-Z]\b", re.ASCII | re.IGNORECASE)
_NHS = re.compile(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b", re.ASCII)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.ASCII | re.IGNORECASE)
_LABELS = {"nhs": "nhs_number", "upn": "upn", "dob": "date_of_birth"}
"""Words that are written before what they name, and are no names beside it."""
_NUMBERS = {"nhs_number": TypeAdapter(NhsNumber), "upn": TypeAdapter(Upn)}


class Understood(NamedTuple):
    """Criteria, and what was given and can't be one: codes by the field that has it.

    `left` are the parts of the box that are nothing known here.
    """

    criteria: Mapping[str, str]
    wrong: Mapping[str, str]
    left: Sequence[str] = ()


def read_box(text: str) -> Understood:
    """The criteria that a line of names, dates, postcodes and numbers holds, in any order."""
    if len(text) > LONGEST:
        return Understood({}, {"box": "long"})
    criteria: dict[str, str] = {}
    left: list[str] = []

    def take(field: str, pattern: re.Pattern[str], rest: str) -> str:
        def taken(found: re.Match[str]) -> str:
            value = _day_of(found) if field == "date_of_birth" else found[0]
            if value is None or field in criteria:
                left.append(found[0])
            else:
                criteria[field] = value
            return " "

        return pattern.sub(taken, rest)

    rest = text
    for field, pattern in (
        ("upn", _UPN),
        ("date_of_birth", _YEAR_FIRST),
        ("date_of_birth", _DAY_FIRST),
        ("date_of_birth", _IN_WORDS),
        ("nhs_number", _NHS),
        ("postcode", _POSTCODE),
    ):
        rest = take(field, pattern, rest)
    words = [word for word in rest.split() if _LABELS.get(word.strip(":").casefold()) not in criteria]
    left += [word for word in words if any(letter.isdigit() for letter in word)]
    criteria |= _names(" ".join(word for word in words if not any(letter.isdigit() for letter in word)))
    checked = _checked(criteria)
    return checked._replace(left=left)


def read_fields(given: Mapping[str, str]) -> Understood:
    """The criteria of a form that has a field for each, and three for a day."""
    criteria = {name: value for name in FIELDS if (value := _one_line(given.get(name, "")))}
    parts = [given.get(part, "").strip() for part in DAY_PARTS]
    if not any(parts):
        return _checked(criteria)
    day = _day(*parts)
    if day is None:
        checked = _checked(criteria)
        return checked._replace(wrong={**checked.wrong, "date_of_birth": "no-day"})
    return _checked({**criteria, "date_of_birth": day})


def as_fields(criteria: Mapping[str, str]) -> Mapping[str, str]:
    """The fields of the form, filled with criteria."""
    filled = {name: criteria.get(name, "") for name in FIELDS if name != "date_of_birth"}
    year, month, day = (criteria.get("date_of_birth") or "--").split("-")
    return {**filled, "day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}


def _checked(criteria: Mapping[str, str]) -> Understood:
    good, wrong = {name: criteria[name] for name in FIELDS if name in criteria}, {}
    for field, kind in _NUMBERS.items():
        if field in good:
            try:
                good[field] = kind.validate_python(good[field])
            except ValidationError as error:
                wrong[field] = error.errors(include_url=False)[0]["type"]
    return Understood(good, wrong)


def _names(text: str) -> dict[str, str]:
    family, comma, given = (part.strip() for part in text.partition(","))
    if not comma:
        given, _, family = text.rpartition(" ")
    found = {"given_name": given.strip(" ,"), "family_name": family.strip(" ,")}
    return {name: value for name, value in found.items() if value}


def _day_of(found: re.Match[str]) -> str | None:
    month = found["month"]
    number = month if month.isdigit() else str(_month(month))
    return _day(found["day"], number, found["year"])


def _month(word: str) -> int:
    """The number of a month that is written in words, 0 for a word that is none."""
    begins = word[:3].lower()
    return _MONTHS.index(begins) + 1 if begins in _MONTHS else 0


def _day(day: str, month: str, year: str) -> str | None:
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in (day, month, year)) or len(year) != 4:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _one_line(text: str) -> str:
    return " ".join(text.split())
