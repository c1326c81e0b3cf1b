"""The events of overrides of shields ("break glass"): on the stream of the user's day, like looks."""

from typing import ClassVar

from domain.event import RegisterEvent


class OverrideUsed(RegisterEvent):
    """A user sees a shielded child until `until`; that opens the investigation of that id, which has to be closed.

    `action`, `children` and `count` are as in ChildrenShown, so that an override is listed among the looks at a child.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("action", "children", "count", "investigation", "until")
    SEALED: ClassVar[tuple[str, ...]] = ("user", "reason")

    action: str
    children: list[str]
    count: int
    investigation: str
    until: str
    user: str
    reason: str


class InvestigationClosed(RegisterEvent):
    """Somebody else has investigated an override; `reason` has the findings."""

    CLEAR: ClassVar[tuple[str, ...]] = ("action", "children", "count", "investigation")
    SEALED: ClassVar[tuple[str, ...]] = ("user", "reason")

    action: str
    children: list[str]
    count: int
    investigation: str
    user: str
    reason: str
