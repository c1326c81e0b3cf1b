"""A shield: whereabouts of a child at risk are hidden until it is lifted; the stricter of two always wins."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

REVIEWED_EVERY_MONTHS = 6


class Shield(NamedTuple):
    """A shield that stands: since when it was decided (ISO 8601 in UTC), and the day of its next review."""

    since: str
    review_by: str


def stricter(shields: Iterable[Shield | None]) -> Shield | None:
    """What holds for a child of whom all these are believed: the longest standing, with the earliest review."""
    standing = [shield for shield in shields if shield]
    if not standing:
        return None
    return Shield(min(shield.since for shield in standing), min(shield.review_by for shield in standing))


def next_review(decided_on: date) -> str:
    """The day by which a shield decided or reviewed on a day has to be looked at (again), as ISO text."""
    months = decided_on.month - 1 + REVIEWED_EVERY_MONTHS
    first = date(decided_on.year + months // 12, months % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=decided_on.day - 1), last).isoformat()
