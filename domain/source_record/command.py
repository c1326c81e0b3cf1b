"""A command to the directory: an agency's submission, or a data steward's decision."""

from typing import Any, NamedTuple


class Command(NamedTuple):
    """A message that follows the contract: `source` is the sender's URN, `time` ISO 8601 in UTC, `data` has no nulls.

    `id` is the sender's own and unique within `source`; `subject` is the agency's number for the child.
    """

    id: str
    source: str
    type: str
    subject: str
    time: str
    data: dict[str, Any]
