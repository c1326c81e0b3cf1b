"""Users of the tests, who may all look until the end of 2030."""

from dataclasses import replace
from datetime import date
from typing import Any

from domain.authorization import Entitlement, Role

NORTH, SOUTH = "E06999001", "E06999002"
TODAY = date(2026, 11, 24)
FAR = date(2030, 12, 31)
DATES = ("trained_until", "vetted_until", "signed_off_until")

SOMEBODY = Entitlement("j.doe", Role.PRACTITIONER, "Moss Lane Primary", NORTH, False, FAR, FAR, FAR)


def entitlement(role: Role | str = Role.PRACTITIONER, **changes: Any) -> Entitlement:
    """A user of that role in the north, without clearance, with these changes."""
    return replace(SOMEBODY, role=Role(role), **changes)
