"""The events of a source record. The class names with their version are storage format: never rename one."""

from typing import Any, ClassVar

from eventsourcing.domain import CanMutateAggregate

from domain.event import RegisterEvent, StreamBegun
from domain.source_record.record import EffectiveTime


class RecordEvent(RegisterEvent):
    """An event of a source record; `caused_by` is the id of the submission."""

    SEALED: ClassVar[tuple[str, ...]] = ("caused_by",)

    caused_by: str

    @property
    def effective(self) -> EffectiveTime:
        """When it became true, and its version in the record."""
        return EffectiveTime(self.time, self.originator_version)


class RecordRegistered(StreamBegun):
    """An agency holds a record of a child: its own number (`subject`) and the child's `particulars` (contract §1).

    `kind` is the agency's kind at that time, which decides how far it is believed; None where it is not known.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("kind",)
    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "subject", "particulars")

    kind: str | None
    caused_by: str
    subject: str
    particulars: dict[str, Any]

    def mutate(self, aggregate: Any) -> Any:
        """Begins the stream, or continues it where the agency had deregistered the child and registers it again."""
        return super().mutate(None) if aggregate is None else CanMutateAggregate.mutate(self, aggregate)

    def apply(self, record: Any) -> None:
        """The record is current."""
        record.register(EffectiveTime(self.time, self.originator_version))


class RecordAmended(RecordEvent):
    """The whole of what the agency, of a `kind`, now holds of the child; what it leaves out it no longer holds."""

    CLEAR: ClassVar[tuple[str, ...]] = ("kind",)
    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "subject", "particulars")

    kind: str | None
    subject: str
    particulars: dict[str, Any]

    def apply(self, record: Any) -> None:
        """The record is described anew."""
        record.describe(self.effective)


class RecordDeregistered(RecordEvent):
    """The agency no longer serves the child; its record stays in the entry and ends nothing of other agencies."""

    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "reason", "on")

    reason: str
    on: str

    def apply(self, record: Any) -> None:
        """The record is no longer current."""
        record.deregister(self.effective, self.reason, self.on)


class InvolvementStarted(RecordEvent):
    """A practitioner works with the child; `again` where it amends or reopens the involvement of that number."""

    CLEAR: ClassVar[tuple[str, ...]] = ("number", "again")
    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "involvement")

    number: int
    again: bool
    involvement: dict[str, Any]

    def apply(self, record: Any) -> None:
        """The involvement is current."""
        record.begin_involvement(self.effective, self.number, self.again, self.involvement)


class InvolvementEnded(RecordEvent):
    """An involvement has ended."""

    CLEAR: ClassVar[tuple[str, ...]] = ("number",)
    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "ended_on")

    number: int
    ended_on: str

    def apply(self, record: Any) -> None:
        """The involvement is no longer current."""
        record.end_involvement(self.effective, self.number, self.ended_on)


class ConsentWithdrawn(RecordEvent):
    """The child or carer no longer consents to a sensitive involvement being known."""

    CLEAR: ClassVar[tuple[str, ...]] = ("number",)
    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "on")

    number: int
    on: str

    def apply(self, record: Any) -> None:
        """Nobody may learn of the involvement any more."""
        record.withdraw_consent(self.number)


class FlagRaised(RecordEvent):
    """Something exists about the child, with a contact to ask; `again` where the flag was raised before."""

    CLEAR: ClassVar[tuple[str, ...]] = ("number", "again")
    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "flag", "raised_on", "contact")

    number: int
    again: bool
    flag: str
    raised_on: str
    contact: dict[str, Any]

    def apply(self, record: Any) -> None:
        """The flag is up."""
        record.raise_flag(self.effective, self.number, self.again, self.flag)


class FlagLowered(RecordEvent):
    """The flag no longer holds."""

    CLEAR: ClassVar[tuple[str, ...]] = ("number",)
    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "flag", "lowered_on")

    number: int
    flag: str
    lowered_on: str

    def apply(self, record: Any) -> None:
        """The flag is down."""
        record.lower_flag(self.effective, self.flag)


class RecordRemoved(RecordEvent):
    """A data manager has taken the record out of the directory."""

    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "reason", "on")

    reason: str
    on: str

    def apply(self, record: Any) -> None:
        """The record accepts no more submissions."""
        record.remove(self.reason, self.on)


class RecordRemovedAgain(RecordRemoved):
    """A removal that was taken back holds again, for its agency was resumed; `reason` and `on` are the removal's."""


class RecordRemovedBySteward(RecordRemoved):
    """A data manager has taken any agency's record out of the directory: who decided (`decided_by`), and `why`.

    `caused_by` is the id of the decision.
    """

    SEALED: ClassVar[tuple[str, ...]] = ("caused_by", "reason", "on", "decided_by", "why")

    decided_by: str
    why: str


class RecordRestored(RegisterEvent):
    """The removals of these versions, which the record's agency sent, no longer count: its credential may be stolen.

    Views have dropped the record, so `told` repeats its events as they were published: `{version, type, time, source,
    data, personal}` of each, `data` in clear and `personal` sealed. Where that is too long for one event, there are
    several in a row. Who decided and why is in the events of the suspension.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("removals",)
    SEALED: ClassVar[tuple[str, ...]] = ("suspension", "suspension_version", "told")

    removals: list[int]
    suspension: str
    suspension_version: int
    told: list[dict[str, Any]]

    def apply(self, record: Any) -> None:
        """The record accepts submissions as before."""
        record.restore()


def of_unknown_kind(fields: dict[str, Any]) -> dict[str, Any]:
    """RecordRegistered.v1 and RecordAmended.v1 → v2: the agency's kind was not recorded."""
    return {**fields, "kind": None}


class RecordSuspended(RegisterEvent):
    """The record's events from the version `from_version` on no longer count, because its agency is suspended.

    From version 1 on, that is the whole record. Which suspension it is stays sealed, for in clear it would link the
    records of one sensitive agency. Who decided and why is in the events of the suspension.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("from_version",)
    SEALED: ClassVar[tuple[str, ...]] = ("suspension", "suspension_version")

    from_version: int
    suspension: str
    suspension_version: int

    def apply(self, record: Any) -> None:
        """Some of the record, or all of it, is set aside."""
        record.suspended_from = self.from_version


class RecordResumed(RegisterEvent):
    """All events of the record count again, since its agency is resumed or less of its data is set aside."""

    SEALED: ClassVar[tuple[str, ...]] = ("suspension", "suspension_version")

    suspension: str
    suspension_version: int

    def apply(self, record: Any) -> None:
        """Nothing of the record is set aside."""
        record.suspended_from = None
