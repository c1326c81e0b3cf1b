"""The events of a legal hold: while a child is held nothing of it is destroyed, whoever decides so, by whatever rule.

Who decided and why are sealed, for a reason may name people; a hold is placed by two people, and lifted by two.
"""

from typing import Any, ClassVar

from domain.event import RegisterEvent


class HoldAsked(RegisterEvent):
    """A data manager asks for a hold, or that it is lifted (`lift`); another one has to say the same."""

    CLEAR: ClassVar[tuple[str, ...]] = ("lift",)
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    lift: bool
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """It waits for the second data manager."""
        child.hold_asked = self.lift, self.decided_by


class HoldPlaced(RegisterEvent):
    """A second data manager has confirmed it, or the child was split from the held child `inherited_from`."""

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
