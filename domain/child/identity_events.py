"""The events of a new identity: the old child is closed for ever, and with it every record that would lead from it.

Nothing on any stream tells who the child is now: its new records are listed as anybody's are.
"""

from typing import Any, ClassVar

from domain.event import RegisterEvent


class NewIdentityRequested(RegisterEvent):
    """A data manager asks that this child begins anew, for a `reason` of the list; a later request replaces it.

    `expected` are numbers, `{source, subject}`, under which agencies will register the child as who it is now.
    """

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason", "expected")

    decided_by: str
    reason: str
    expected: list[dict[str, str]]

    def apply(self, child: Any) -> None:
        """A second data manager has to confirm it."""
        child.requested = (self.decided_by, self.reason)
        child.expected = frozenset((each["source"], each["subject"]) for each in self.expected)


class NewIdentityGiven(RegisterEvent):
    """A second data manager has confirmed it: these `children` are closed, and their `records`, for ever.

    The child is the first of the children; the others are those that it ever absorbed.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("children", "records")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    children: list[str]
    records: list[str]
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """Nobody but a custodian of identities reads of it any more, and nothing joins it."""
        child.is_closed = True


class RecordClosed(RegisterEvent):
    """A record of this child names a child that was closed, one of `like`: nobody but its sender reads of it.

    It joins nothing, until it is amended so that it names none, or a custodian of identities opens it.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version")
    SEALED: ClassVar[tuple[str, ...]] = ("like",)

    record: str
    record_version: int
    like: list[str]

    def apply(self, child: Any) -> None:
        """The record is closed for naming these children."""
        child.closed_for[self.record] = tuple(self.like)


class RecordOpened(RegisterEvent):
    """A record of this child names no closed child any more, or never did: `decided_by` is the custodian who says so.

    Where that is so, `like` are the records of closed children that it is not one with, as it stands in
    `record_version`.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "like")

    record: str
    record_version: int
    decided_by: str | None
    like: list[str]

    def apply(self, child: Any) -> None:
        """The record is one of this child's as any other."""
        child.closed_for.pop(self.record, None)
        if self.like:
            child.opened[self.record] = child.opened_for(self.record) | set(self.like)
