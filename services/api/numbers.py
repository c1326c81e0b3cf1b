"""Numbers of children and requests as they come in a path: one spelling, and what is none is absent like any other."""

import re
from uuid import UUID

from services.api.problems import absent

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def child_number(text: str) -> str:
    """A child's number in its one spelling; raises Problem 404."""
    if not _UUID.fullmatch(text.lower()):
        raise absent()
    return str(UUID(text))
