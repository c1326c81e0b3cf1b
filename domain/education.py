"""Statutory school age in England, and a child's education status (Education Act 1996, section 8).

A child is of compulsory school age from the prescribed day (31 August, 31 December, 31 March) on or next after the
fifth birthday, until the last Friday in June of the school year in which the child becomes sixteen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Status = Literal["placed", "not-reported", "reported-absent", "home-educated", "not-of-age"]

PRESCRIBED_DAYS = ((3, 31), (8, 31), (12, 31))


@dataclass(frozen=True, slots=True)
class Schooling:
    """One involvement in education: `service` is `education` or `home-education`; dates are ISO texts or None."""

    service: str
    started_on: str | None
    ended_on: str | None


@dataclass(frozen=True, slots=True)
class EducationStatus:
    """The status of a child's education, and since when (ISO date, None where unknown)."""

    status: Status
    since: str | None


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches an age; 1 March for one born on 29 February."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def compulsory_from(date_of_birth: date) -> date:
    """The first day of compulsory school age."""
    fifth = birthday(date_of_birth, 5)
    days = (date(year, month, day) for year in (fifth.year, fifth.year + 1) for month, day in PRESCRIBED_DAYS)
    return next(day for day in days if day >= fifth)


def compulsory_until(date_of_birth: date) -> date:
    """The last day of compulsory school age: a school year runs from 1 September to 31 August."""
    sixteenth = birthday(date_of_birth, 16)
    return _last_friday_in_june(sixteenth.year + (1 if sixteenth.month >= 9 else 0))


def is_of_school_age(date_of_birth: date, on: date) -> bool:
    """Whether a child must be in education on a day."""
    return compulsory_from(date_of_birth) <= on <= compulsory_until(date_of_birth)


def education_status(date_of_birth: str | None, schooling: Sequence[Schooling], on: date) -> EducationStatus:
    """The status on a day; a child whose date of birth is not known counts as of school age, lest it be overlooked."""
    day = on.isoformat()
    begun = [s for s in schooling if s.started_on is None or s.started_on <= day]
    current = [s for s in begun if s.ended_on is None or s.ended_on > day]
    for service, status in _CURRENT:
        starts = [s.started_on for s in current if s.service == service]
        if starts:
            return EducationStatus(status, min((start for start in starts if start), default=None))
    born = date.fromisoformat(date_of_birth) if date_of_birth else None
    if born and not is_of_school_age(born, on):
        return EducationStatus("not-of-age", None)
    since = compulsory_from(born).isoformat() if born else None
    if begun:
        ended = max(s.ended_on for s in begun if s.ended_on is not None)
        return EducationStatus("reported-absent", max(ended, since) if since else ended)
    return EducationStatus("not-reported", since)


_CURRENT: tuple[tuple[str, Status], ...] = (("education", "placed"), ("home-education", "home-educated"))


def _last_friday_in_june(year: int) -> date:
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7)
