"""A shield: whereabouts of a child at risk are hidden until it is lifted; the stricter of two always wins."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

REVIEWED_EVERY_MONTHS = 6


class Shield(NamedTuple):
    """A current shield: when it was decided (ISO 8601 in UTC), the day of its next review, and who takes care of it.

    `custodian` is an authority by its ONS code; None where only who works for the whole directory may decide on it.
    """

    since: str
    review_by: str
    custodian: str | None


def stricter(shields: Iterable[Shield | None]) -> Shield | None:
    """The strictest combination of shields: start and custodian of the earliest one, with the earliest review."""
    current = [shield for shield in shields if shield]
    if not current:
        return None
    earliest = min(current, key=lambda shield: shield.since)
    return earliest._replace(review_by=min(shield.review_by for shield in current))


def next_review(decided_on: date) -> str:
    """The day by which a shield that was decided or reviewed on a day has to be reviewed next, as ISO text."""
    months = decided_on.month - 1 + REVIEWED_EVERY_MONTHS
    first = date(decided_on.year + months // 12, months % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=decided_on.day - 1), last).isoformat()
