"""What agencies, or users, have sent of which there is a budget: the registrar counts what is within, and beyond."""

from datetime import datetime
from typing import NamedTuple

from streams.store.database import Cursor

INVALID, SUSPICIONS, DESTRUCTIONS = "invalid-messages", "suspicions", "destructions"
REMOVALS, OPENED_SHIELDS, RETENTION = "removals", "opened-shields", "retention"
RETURNS, RETURNS_OF_GONE = "returns", "returns-of-gone"
"""What there are budgets for; stored."""


class BudgetUse(NamedTuple):
    """How many of an agency's were within a budget, and how many beyond it, since a moment."""

    what: str
    agency: str
    since: datetime
    within: int
    beyond: int


def exceeded(cursor: Cursor, what: str, begin: str = "-infinity", end: str = "infinity") -> list[BudgetUse]:
    """Where budgets were exceeded, from `begin` until `end`, the latest first."""
    cursor.execute(
        "select what, agency, since, within, beyond from register.budgets where what = %s and beyond > 0"
        " and since >= %s and since < %s order by since desc, agency",
        (what, begin, end),
    )
    return [BudgetUse._make(row) for row in cursor.fetchall()]
