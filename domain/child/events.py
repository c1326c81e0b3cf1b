"""The events of a child. They copy nothing from a record: each points to the record event that caused it.

A decision of the matcher names that event by `record` and `record_version`. A decision of a steward has
STEWARDSHIP_SOURCE as its source, and who decided and why are sealed: a reason may name people.
"""

from typing import Any, ClassVar

from domain.child.shield import Shield
from domain.event import RegisterEvent, StreamBegun

Fields = dict[str, Any]


class ChildListed(StreamBegun):
    """The directory lists a new child; `record` and `record_version` name the event that caused it."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version")

    record: str
    record_version: int


class ShieldedChildListed(ChildListed):
    """As ChildListed, for a child that must not be visible before it is hidden: RecordLinked alone adds the record.

    The event between the two on its stream (a shield, or the suspicion that it is a shielded child) takes effect before
    the record is visible, in whatever order the streams are read.
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
        """The record belongs to the child; a destruction that was proposed without it is proposed no more."""
        child.records.add(self.record)
        child.destruction_proposed = None


class RecordUnlinked(RegisterEvent):
    """A steward has found that these records are about somebody else, the child `to`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("records", "to")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    records: list[str]
    to: str
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """The records no longer belong to the child; an absorbed child that has left can't leave again."""
        child.records.difference_update(self.records)
        child.absorbed.pop(self.to, None)
        for record in self.records:
            child.like_shielded.pop(record, None)
            child.held_back.discard(record)
            child.aside.pop(record, None)
            child.accepted.pop(record, None)


class ChildrenMerged(RegisterEvent):
    """Other children are believed to be this one, which survives.

    Each of `merged` is `{child, records, rule, score, with, explanation}`: the absorbed child, its records, and the
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
        """The records of the absorbed children belong to this child, which remembers them for a later split.

        A destruction that was proposed without them is proposed no more.
        """
        for each in self.merged:
            child.absorb(each["child"], each["records"])
        child.merged_at, child.destruction_proposed = self.timestamp, None


class ChildSuperseded(RegisterEvent):
    """The child was absorbed: its id refers to `by` from now on."""

    CLEAR: ClassVar[tuple[str, ...]] = ("by",)

    by: str

    def apply(self, child: Any) -> None:
        """The child has no records any more."""
        child.superseded_by = self.by
        child.records.clear()
        child.aside.clear()
        child.accepted.clear()


class ChildReinstated(RegisterEvent):
    """The merge that absorbed the child was undone: it is a child of its own again. Its records are linked next."""

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """The child is one of its own."""
        child.superseded_by = None


class MatchSuspected(RegisterEvent):
    """A record of this child may be about one person with others' records, `{record, rule, score, explanation}`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "matcher", "suspicions")

    record: str
    record_version: int
    matcher: str
    suspicions: list[Fields]


class RecordHeldBack(RegisterEvent):
    """A record of this child resembles shielded children's `records`, by identity and not by whereabouts.

    `alone` is True if no other agency has a record in this child, and one of those children is shielded now. Then the
    child is hidden from all but the record's sender, and nothing joins it, until a steward decides or the record
    changes. Otherwise it only waits for a steward.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "records", "alone")

    record: str
    record_version: int
    records: list[str]
    alone: bool

    def apply(self, child: Any) -> None:
        """The record is held back because of these records, and no others."""
        child.like_shielded[self.record] = frozenset(self.records)
        (child.held_back.add if self.alone else child.held_back.discard)(self.record)


class SuspicionEnded(RegisterEvent):
    """An amended record of this child may no longer be about one person with shielded children's `records`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "records")

    record: str
    record_version: int
    records: list[str]

    def apply(self, child: Any) -> None:
        """The record no longer resembles these."""
        child.no_longer_like([self.record], self.records)


class RecordContradicted(RegisterEvent):
    """An amended record contradicts others of its own child, `{record, rule, score, explanation}`; it stays linked."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "matcher", "contradictions")

    record: str
    record_version: int
    matcher: str
    contradictions: list[Fields]


class RecordsSetAside(RegisterEvent):
    """Records no longer fit this child: they stay linked, but their particulars do not count.

    Each of `aside` is `{record, since}`, `since` being the version of the record from which it is set aside. The reason
    is in a RecordContradicted. A merge repeats the event for records that the absorbed children had set aside.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "matcher", "aside")

    record: str | None
    record_version: int | None
    matcher: str
    aside: list[Fields]

    def apply(self, child: Any) -> None:
        """The records are set aside, whatever a steward had decided before."""
        child.aside.update({each["record"]: each["since"] for each in self.aside})
        for each in self.aside:
            child.accepted.pop(each["record"], None)


class RecordsAccepted(RegisterEvent):
    """Records that were set aside fit this child again, because of the named change to one of its records."""

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version", "matcher", "records")

    record: str
    record_version: int
    matcher: str
    records: list[str]

    def apply(self, child: Any) -> None:
        """The particulars of the records count again."""
        for record in self.records:
            child.aside.pop(record, None)


class RecordAcceptedBySteward(RegisterEvent):
    """A steward has found that a record which was set aside from `record_version` on is about this child all the same.

    Its particulars count again for as long as its identity stays as it was then.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("record", "record_version")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    record: str
    record_version: int
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """The particulars of the record count again."""
        child.aside.pop(self.record, None)
        child.accepted[self.record] = self.record_version


class RecordSetAsideBySteward(RecordAcceptedBySteward):
    """A steward has taken back that a record was accepted: it is set aside from `record_version` on as before."""

    def apply(self, child: Any) -> None:
        """The record is set aside."""
        child.accepted.pop(self.record, None)
        child.aside[self.record] = self.record_version


class MatchDismissed(RegisterEvent):
    """A steward has found that this child is not the child `other`, from their `records` and `other_records`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("other", "records", "other_records")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    other: str
    records: list[str]
    other_records: list[str]
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """Its records no longer count as similar to the other's."""
        child.no_longer_like(self.records, self.other_records)


class ShieldApplied(RegisterEvent):
    """Whereabouts of the child are hidden since `since`, to be reviewed by the day `review_by`.

    `custodian` is the authority that takes care of it, by its ONS code, or None where only who works for the whole
    directory does. `inherited_from` is the merged or split child whose shield this child inherits, or None;
    `decided_by` and `reason` are None then, for they are in that child's event.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("since", "review_by", "custodian", "inherited_from")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    since: str
    review_by: str
    custodian: str | None
    inherited_from: str | None
    decided_by: str | None
    reason: str | None

    def apply(self, child: Any) -> None:
        """The child is shielded."""
        child.shield = Shield(self.since, self.review_by, self.custodian)


class ShieldReviewed(RegisterEvent):
    """The shield that was applied at `since` was reviewed and is kept; the next review is by `review_by`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("since", "review_by", "custodian")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    since: str
    review_by: str
    custodian: str | None
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """The next review is due later."""
        child.shield = Shield(self.since, self.review_by, self.custodian)


class ShieldHandedOver(RegisterEvent):
    """The shield that was applied at `since` is taken care of by another authority from now on, the `custodian`."""

    CLEAR: ClassVar[tuple[str, ...]] = ("since", "review_by", "custodian")
    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    since: str
    review_by: str
    custodian: str
    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """Another authority takes care of it."""
        child.shield = Shield(self.since, self.review_by, self.custodian)


class ShieldLifted(RegisterEvent):
    """The child is no longer shielded."""

    SEALED: ClassVar[tuple[str, ...]] = ("decided_by", "reason")

    decided_by: str
    reason: str

    def apply(self, child: Any) -> None:
        """Everything is visible again."""
        child.shield = None


def without_custodian(fields: Fields) -> Fields:
    """ShieldApplied.v1 and ShieldReviewed.v1 → v2: shields before there were custodians are the whole directory's."""
    return {**fields, "custodian": None}
