"""The events of the archive: an archived child is absent to nearly everybody, until it returns or is destroyed.

Which rules archived it is sealed, for they tell of death and departure; who decided and why may name people.
"""

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from domain.event import RegisterEvent


class Archived(NamedTuple):
    """Since when a child is in the archive, by which rules of retention, and from which day its years there count."""

    since: datetime
    rules: tuple[str, ...]
    years_from: str


class DestructionRequest(NamedTuple):
    """That an archived child is destroyed, as `by` has proposed `at` a time."""

    by: str
    at: datetime


class ChildArchived(RegisterEvent):
    """By these `rules` of retention the child had to be archived `on` a day, as its own records said then.

    Its years in the archive count from the day `years_from`: an earlier one, if it was archived before, and a rule has
    held ever since.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("years_from",)
    SEALED: ClassVar[tuple[str, ...]] = ("on", "rules", "decided_by", "reason")

    on: str
    rules: list[str]
    years_from: str
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """Nearly nobody reads of the child; a record still joins it."""
        child.archived = Archived(self.timestamp, tuple(self.rules), self.years_from)
        child.years_from, child.destruction_proposed = self.years_from, None


class ChildReturned(RegisterEvent):
    """The child is out of the archive.

    An agency's event says that it is here, it absorbs somebody who is not archived, or no rule archives it any more, as
    a data manager had judged (`decided_by`, `reason`).
    """

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    decided_by: str | None
    reason: str | None

    def apply(self, child: Any) -> None:
        """It is read of as if it had never been archived."""
        child.archived, child.destruction_proposed = None, None


class DestructionProposed(RegisterEvent):
    """The years of the child in the archive are over `on` a day; a second data manager has to say so, too."""

    SEALED: ClassVar[tuple[str, ...]] = ("on", "decided_by", "reason")

    on: str
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """It waits for the second data manager."""
        child.destruction_proposed = DestructionRequest(self.decided_by, self.timestamp)
