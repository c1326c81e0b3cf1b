"""The events of a destruction. None of them repeats anything of what is destroyed.

The decision has a stream of its own, for who decided and why must stay readable when the keys are gone.
"""

from typing import Any, ClassVar

from domain.event import RegisterEvent, StreamBegun


class ErasureDecided(StreamBegun):
    """The keys of these streams are destroyed, by the `rule` of that name; begins a stream of its own.

    `records` are streams of source records, `children` those of children. `before` is the latest signed checkpoint of
    the log by then, None where nothing was signed yet. The last backup that holds the keys expires on `backups_until`.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("records", "children", "rule", "before", "backups_until")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    records: list[str]
    children: list[str]
    rule: str
    before: str | None
    backups_until: str
    decided_by: str
    reason: str


class ErasureFenced(RegisterEvent):
    """The last event of a record's stream: its key goes by the decision `erasure`, and it never has one again."""

    CLEAR: ClassVar[tuple[str, ...]] = ("erasure",)

    erasure: str

    def apply(self, record: Any) -> None:
        """The record is destroyed."""
        record.erase()


class RecordsErased(RegisterEvent):
    """Records of this child were destroyed by the decision `erasure`; they are no part of it any more."""

    CLEAR: ClassVar[tuple[str, ...]] = ("erasure", "records")

    erasure: str
    records: list[str]

    def apply(self, child: Any) -> None:
        """The child is without them."""
        child.lose(self.records)


class ChildDestroyed(RegisterEvent):
    """The last event of a child's stream: its key goes by the decision `erasure`, with those of all its records."""

    CLEAR: ClassVar[tuple[str, ...]] = ("erasure",)

    erasure: str

    def apply(self, child: Any) -> None:
        """The child is destroyed."""
        child.destroy()
