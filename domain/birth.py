"""A child's date of birth: which may be true at all."""

from datetime import date

MOST_YEARS = 30
"""How many years ago somebody was born, at most, of whom an agency tells: care leavers are in education until 25."""
MOST_YEARS_EVER = 100
"""The same before the directory learns it, whatever time an agency names."""
_most_years = [MOST_YEARS]


def set_most_years(years: int) -> None:
    """Another bound than MOST_YEARS from now on in this process."""
    _most_years[:] = [years]


def most_years() -> int:
    """The bound that is set."""
    return _most_years[0]


def is_plausible(born: str, told_of: date, learnt: date) -> bool:
    """Whether a date of birth, an ISO text, may be that of somebody of whom an agency tells on a day."""
    birth = date.fromisoformat(born)
    return _years(birth, told_of) <= most_years() and _years(birth, learnt) <= MOST_YEARS_EVER


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
