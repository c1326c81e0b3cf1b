"""The events of a legal hold: while a child is held nothing of it is destroyed, by whatever decision or rule.

Who decided and why are sealed, for a reason may name people; a hold is placed by two people, and lifted by two.
"""

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from domain.event import RegisterEvent


class HoldRequest(NamedTuple):
    """A request to place a hold, or to lift it (`lift`): who made it, and when it was recorded."""

    lift: bool
    by: str
    at: datetime


class HoldAsked(RegisterEvent):
    """A data manager requests a hold, or its end (`lift`); another one has to confirm it."""

    CLEAR: ClassVar[tuple[str, ...]] = ("lift",)
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    lift: bool
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """It waits for the second data manager."""
        child.hold_request = HoldRequest(self.lift, self.decided_by, self.timestamp)


class HoldPlaced(RegisterEvent):
    """A second data manager has confirmed it, or the child has absorbed, or left, the held child `inherited_from`.

    An earlier request ends.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("inherited_from",)
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    inherited_from: str | None
    decided_by: str | None
    reason: str | None

    def apply(self, child: Any) -> None:
        """Nothing of the child is destroyed."""
        child.held, child.hold_request = True, None


class HoldLifted(RegisterEvent):
    """A second data manager has confirmed the end of the hold."""

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """What is due may be destroyed."""
        child.held, child.hold_request = False, None
