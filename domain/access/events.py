"""What is recorded of each look. One stream holds one user's looks of one day."""

from typing import Any, ClassVar

from domain.event import RegisterEvent


class ChildrenShown(RegisterEvent):
    """A user was shown children: `action` is the verb, `children` the ids shown, `asked` the criteria as given."""

    CLEAR: ClassVar[tuple[str, ...]] = ("action", "children", "count")
    SEALED: ClassVar[tuple[str, ...]] = ("user", "reason", "asked")

    action: str
    children: list[str]
    count: int
    user: str
    reason: str
    asked: dict[str, Any]
