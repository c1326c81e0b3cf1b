"""The events of a legal hold: while a child is held nothing of it is destroyed, whoever decides so, by whatever rule.

Who decided and why are sealed, for a reason may name people; a hold is placed by two people, and lifted by two.
"""

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from domain.event import RegisterEvent


class HoldRequest(NamedTuple):
    """That a hold is placed, or that it is lifted (`lift`), as `by` has asked `at` a time."""

    lift: bool
    by: str
    at: datetime


class HoldAsked(RegisterEvent):
    """A data manager asks for a hold, or that it is lifted (`lift`); another one has to say the same."""

    CLEAR: ClassVar[tuple[str, ...]] = ("lift",)
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    lift: bool
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """It waits for the second data manager."""
        child.hold_asked = HoldRequest(self.lift, self.decided_by, self.timestamp)


class HoldPlaced(RegisterEvent):
    """A second data manager has confirmed it, or the child has absorbed, or left, the held child `inherited_from`.

    Whatever was asked before ends.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("inherited_from",)
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    inherited_from: str | None
    decided_by: str | None
    reason: str | None

    def apply(self, child: Any) -> None:
        """Nothing of the child is destroyed."""
        child.held, child.hold_asked = True, None


class HoldLifted(RegisterEvent):
    """A second data manager has confirmed that it ends."""

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """What is due may be destroyed."""
        child.held, child.hold_asked = False, None
