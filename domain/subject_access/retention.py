"""How long an entry is kept: the dates that an applicant's document shows.

After ContactPoint's rules an entry is open until the child is eighteen, and is then kept closed for six years. Data
managers see to it: nothing is destroyed by itself.
"""

from datetime import date
from typing import Any

from domain.birth import GROWN_UP
from domain.education import birthday
from domain.retention import DESTROYED_AFTER

RULE = (
    "By the directory's rule an entry is open until the eighteenth birthday and destroyed six years later. The dates"
    " say when that is due: data managers then destroy it, or earlier where they decide so; nothing is destroyed by"
    " itself."
)


def clock(date_of_birth: str | None, estimated: bool) -> dict[str, Any]:
    """When an entry is closed and destroyed, ISO dates, None where the date of birth is not known; and the rule."""
    born = date.fromisoformat(date_of_birth) if date_of_birth else None
    ages = (GROWN_UP, GROWN_UP + DESTROYED_AFTER)
    closed, destroyed = (birthday(born, age).isoformat() if born else None for age in ages)
    return {"closed_on": closed, "destroyed_on": destroyed, "estimated": estimated, "rule": RULE}
