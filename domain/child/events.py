"""What can happen to a child. Nothing personal stands here: each event points to the record event that caused it."""

from typing import Any, ClassVar

from domain.event import RegisterEvent, StreamBegun


class ChildListed(StreamBegun):
    """The directory has a child that it did not know; `record` and `record_version` name the event that told it so."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version")

    record: str
    record_version: int


class RecordLinked(RegisterEvent):
    """A source record is believed to be about this child, by which rule of which matcher, and why field by field."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "rule", "matcher", "score", "explanation")

    record: str
    record_version: int
    rule: str
    matcher: str
    score: float
    explanation: dict[str, str]

    def apply(self, child: Any) -> None:
        """The record belongs to the child."""
        child.records.add(self.record)
