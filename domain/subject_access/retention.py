"""How long an entry is kept: the dates that an applicant's document shows.

An assumption until retention is built, after ContactPoint's rules: an entry is open until the child is eighteen, and is
then kept closed for six years.
"""

from datetime import date
from typing import Any

from domain.education import birthday

OPEN_UNTIL_AGE = 18
KEPT_CLOSED_YEARS = 6

RULE = (
    "An entry is open until the eighteenth birthday, is then closed, and is destroyed six years later; earlier where"
    " the agencies that hold its records remove them, later only where a court or a claim in hand asks for it."
)


def clock(date_of_birth: str | None, estimated: bool) -> dict[str, Any]:
    """When an entry is closed and destroyed, ISO dates, None where the date of birth is not known; and the rule."""
    born = date.fromisoformat(date_of_birth) if date_of_birth else None
    ages = (OPEN_UNTIL_AGE, OPEN_UNTIL_AGE + KEPT_CLOSED_YEARS)
    closed, destroyed = (birthday(born, age).isoformat() if born else None for age in ages)
    return {"closed_on": closed, "destroyed_on": destroyed, "estimated": estimated, "rule": RULE}
