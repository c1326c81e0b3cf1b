"""Numbers of children and requests as they come in a path: one spelling, and what is none is absent like any other."""

import re
from uuid import UUID

from services.api.problems import absent

NUMBER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A number as it is written here; whoever also takes capitals lowers them first."""


def child_number(text: str) -> str:
    """A child's number in its one spelling; raises Problem 404."""
    if not NUMBER.fullmatch(text.lower()):
        raise absent()
    return str(UUID(text))
