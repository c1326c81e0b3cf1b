"""When a child was born, where its records don't agree."""

from collections import Counter
from collections.abc import Iterable


def believed_birth(told: Iterable[tuple[str | None, bool]]) -> tuple[str | None, bool]:
    """The date of birth to believe, an ISO date or None, and whether it is estimated.

    `told` is what each record says, (date, is it estimated?), the record believed most first. A date of birth never
    changes, so the one that most records tell is believed, and of as many the one told first; an estimated one only
    where none is exact.
    """
    known = [(born, estimated) for born, estimated in told if born]
    exact = [each for each in known if not each[1]]
    votes = Counter(exact or known)
    return max(votes, key=votes.__getitem__) if votes else (None, False)
