"""A child's date of birth: which dates are plausible, and when childhood ends."""

from datetime import date

GROWN_UP = 18
"""The age, in years, from which somebody is no longer a child."""
MOST_YEARS = 30
"""The greatest age, in years, of a person in a submission: care leavers are in education until 25."""
MOST_YEARS_EVER = 100
"""The greatest age, in years, on the day on which a submission is recorded, whatever effective time it names."""
_most_years = [MOST_YEARS]


def set_most_years(years: int) -> None:
    """Another bound than MOST_YEARS from now on in this process."""
    _most_years[:] = [years]


def most_years() -> int:
    """The bound that is set."""
    return _most_years[0]


def is_plausible(born: str, effective_on: date, recorded_on: date) -> bool:
    """Whether a date of birth, an ISO text, is possible in a submission of these effective and recorded days."""
    birth = date.fromisoformat(born)
    return _years(birth, effective_on) <= most_years() and _years(birth, recorded_on) <= MOST_YEARS_EVER


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
