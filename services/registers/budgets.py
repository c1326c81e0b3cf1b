"""What agencies have sent of which there is a budget: the registrar counts, data managers see what was beyond it."""

from datetime import datetime
from typing import NamedTuple

from streams.store.database import Cursor

INVALID = "invalid-messages"
"""What there is a budget for; stored."""


class Spent(NamedTuple):
    """How many of an agency's were within a budget, and how many beyond it, since a moment."""

    what: str
    agency: str
    since: datetime
    within: int
    beyond: int


def exceeded(cursor: Cursor, what: str) -> list[Spent]:
    """Where budgets were exceeded, the latest first."""
    cursor.execute(
        "select what, agency, since, within, beyond from register.budgets where what = %s and beyond > 0"
        " order by since desc, agency",
        (what,),
    )
    return [Spent._make(row) for row in cursor.fetchall()]
