"""A child's date of birth, where its records disagree."""

from collections import Counter
from collections.abc import Iterable


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
