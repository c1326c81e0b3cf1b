"""A child's date of birth: which may be true at all, and which to believe where records disagree."""

from collections import Counter
from collections.abc import Iterable
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


def believed_birth(reported: Iterable[tuple[str | None, bool]]) -> tuple[str | None, bool]:
    """The date of birth to believe, an ISO date or None, and whether it is estimated.

    `reported` has the (date, is it estimated?) of each record, the record with precedence first. A date of birth never
    changes, so the one that most records report is believed, with equal numbers the first; an estimated one only where
    no record has an exact one.
    """
    known = [(born, estimated) for born, estimated in reported if born]
    exact = [each for each in known if not each[1]]
    votes = Counter(exact or known)
    return max(votes, key=votes.__getitem__) if votes else (None, False)
