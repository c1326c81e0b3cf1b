"""What can happen to a child. Nothing of a record stands here: each event points to the record event that caused it.

What the matcher decides names that event by `record` and `record_version`. What a steward decides has
STEWARDSHIP_SOURCE as its source, and who decided and why are sealed: a reason may tell of people.
"""

from typing import Any, ClassVar

from domain.child.shield import Shield
from domain.event import RegisterEvent, StreamBegun

Fields = dict[str, Any]


class ChildListed(StreamBegun):
    """The directory has a child that it did not know; `record` and `record_version` name the event that told it so."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version")

    record: str
    record_version: int


class ShieldedChildListed(ChildListed):
    """As ChildListed, for a child that must not be seen before it is hidden: the record comes by RecordLinked only.

    What stands between the two on its stream (a shield, or the suspicion that it is a shielded child) holds from before
    anybody can see the record, whatever order the streams are read in.
    """


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


class RecordUnlinked(RegisterEvent):
    """A steward has found that these records are about somebody else, the child `to`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("records", "to")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    records: list[str]
    to: str
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """The records belong to the child no more; one that was absorbed and has left can't leave again."""
        child.records.difference_update(self.records)
        child.absorbed.pop(self.to, None)


class ChildrenMerged(RegisterEvent):
    """Other children are believed to be this one, which survives.

    Each of `merged` is `{child, records, rule, score, with, explanation}`: the absorbed child, what it brings, and the
    record (or None) that it was recognised by. `record`, `record_version` are None where a steward decided,
    `decided_by`, `reason` are None where the matcher did.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "matcher", "merged")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    record: str | None
    record_version: int | None
    matcher: str
    merged: list[Fields]
    decided_by: str | None
    reason: str | None

    def apply(self, child: Any) -> None:
        """What the others brought belongs to this child, which remembers it so that it can be given back."""
        for each in self.merged:
            child.absorb(each["child"], each["records"])


class ChildSuperseded(RegisterEvent):
    """The child was absorbed: whoever names it means `by`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("by",)

    by: str

    def apply(self, child: Any) -> None:
        """Nothing belongs to this child any more."""
        child.superseded_by = self.by
        child.records.clear()


class ChildReinstated(RegisterEvent):
    """The merge that absorbed the child was undone: it stands for itself again. Its records are linked next."""

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """The child stands for itself."""
        child.superseded_by = None


class MatchSuspected(RegisterEvent):
    """A record of this child may be about one person with others' records, `{record, rule, score, explanation}`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "matcher", "suspicions")

    record: str
    record_version: int
    matcher: str
    suspicions: list[Fields]


class RecordContradicted(RegisterEvent):
    """An amended record contradicts others of its own child, `{record, rule, score, explanation}`; it stays there."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "matcher", "contradictions")

    record: str
    record_version: int
    matcher: str
    contradictions: list[Fields]


class MatchDismissed(RegisterEvent):
    """A steward has found that this child is not the child `other`, from what `records` and `other_records` say."""

    CLEAR: ClassVar[tuple[str, ...]] = ("other", "records", "other_records")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    other: str
    records: list[str]
    other_records: list[str]
    decided_by: str
    reason: str


class ShieldApplied(RegisterEvent):
    """Whereabouts of the child are hidden since `since`, to be reviewed by the day `review_by`.

    `inherited_from` is the child whose shield this is, where one that was merged or split had it; `decided_by` and
    `reason` are None then, for they stand in that child's event.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("since", "review_by", "inherited_from")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    since: str
    review_by: str
    inherited_from: str | None
    decided_by: str | None
    reason: str | None

    def apply(self, child: Any) -> None:
        """The child is shielded."""
        child.shield = Shield(self.since, self.review_by)


class ShieldReviewed(RegisterEvent):
    """Somebody has looked at the shield that stands since `since`, and keeps it; the next review is by `review_by`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("since", "review_by")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    since: str
    review_by: str
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """The next review is due later."""
        child.shield = Shield(self.since, self.review_by)


class ShieldLifted(RegisterEvent):
    """The child is shielded no more."""

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """Everything may be seen again."""
        child.shield = None
