"""What is recorded when somebody breaks the glass of a shield: on the stream of that user's day, like a look."""

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
    """Somebody else has looked into an override, and says in `reason` what came of it."""

    CLEAR: ClassVar[tuple[str, ...]] = ("action", "children", "count", "investigation")
    SEALED: ClassVar[tuple[str, ...]] = ("user", "reason")

    action: str
    children: list[str]
    count: int
    investigation: str
    user: str
    reason: str
