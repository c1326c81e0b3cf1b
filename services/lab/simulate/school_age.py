"""English school years and the statutory school age, on which the truth about missing education rests."""

from datetime import date, timedelta
from functools import lru_cache


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches an age; 1 March for one born on 29 February."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def first_school_year(born: date) -> int:
    """The year whose September begins the school year in which the child turns five."""
    return born.year + (5 if born.month >= 9 else 4)


@lru_cache(maxsize=128)
def leaving_day(year: int) -> date:
    """The last Friday in June."""
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7)


def statutory_from(born: date) -> date:
    """The first prescribed day (31 March, 31 August, 31 December) on or after the fifth birthday."""
    fifth = birthday(born, 5)
    days = (date(fifth.year, 3, 31), date(fifth.year, 8, 31), date(fifth.year, 12, 31))
    return next(day for day in days if day >= fifth)


def statutory_until(born: date) -> date:
    """The last Friday in June of the school year in which the child turns sixteen; that day is the last."""
    return leaving_day(first_school_year(born) + 12)


def is_of_statutory_age(born: date, on: date) -> bool:
    """Whether a child has to be educated on a day."""
    return statutory_from(born) <= on <= statutory_until(born)
