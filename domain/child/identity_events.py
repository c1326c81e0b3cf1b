"""The events of a new identity: the old child is closed for ever, and with it every record that would lead from it.

No stream has a link to the new identity: its records are listed as those of any other child.
"""

from typing import Any, ClassVar

from domain.event import RegisterEvent


class NewIdentityRequested(RegisterEvent):
    """A data manager requests a new identity for this child, for a `reason` of the list; a later request replaces it.

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
    """A second data manager has confirmed the request: these `children` and their `records` are closed for ever.

    The child is the first of the children; the others are those that it ever absorbed.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("children", "records")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    children: list[str]
    records: list[str]
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """From now on only custodians of identities can read it, and nothing joins it."""
        child.is_closed = True


class RecordClosed(RegisterEvent):
    """A record of this child names a closed child, one of `like`: only its sender can read it.

    It joins nothing until it is amended so that it names none, or a custodian of identities opens it.
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
    """A record of this child no longer names a closed child, or a custodian (`decided_by`) has found that it never did.

    In the latter case `like` are the records of closed children from which the custodian has distinguished it, as it
    is in `record_version`.
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
