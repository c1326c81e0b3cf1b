"""Stewards' decisions about an agency's records: one is removed, those of a suspended agency are set aside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.child.child import Child
from domain.child.judgement import Ruling
from domain.child.stewardship import NOT_HERE
from domain.event import RegisterEvent
from domain.source_record.events import (
    RecordRemoved,
    RecordRemovedAgain,
    RecordRemovedBySteward,
    RecordRestored,
    RecordResumed,
    RecordSuspended,
)
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal

GONE = Refusal("subject", "record-gone", "the record was removed from the directory already")
FOLLOWING = (RecordSuspended, RecordResumed, RecordRestored, RecordRemovedAgain)
"""The events by which a record follows a decision on its agency."""
TAKEN_BACK = "removal-taken-back"
"""The rule by which a restored record is linked to the child that absorbed its child meanwhile; storage format."""
BY_A_COURT = "court-order"
"""The reason of the contract for a removal that nobody takes back."""
_REASON = "registered-in-error"
"""The contract's reason that implies nothing about the child: neither death nor departure."""


def remove(record: SourceRecord, child: Child | None, decision: str, ruling: Ruling) -> SourceRecord | Refusal:
    """Removes a record of the child that the steward has looked at from the directory, for good."""
    if child is None or child.is_closed or str(record.id) not in child.records:
        return NOT_HERE
    if record.status == "removed":
        return GONE
    record.trigger_event(
        RecordRemovedBySteward,
        **ruling.provenance,
        caused_by=decision,
        reason=_REASON,
        on=ruling.time[:10],
        decided_by=ruling.decided_by,
        why=ruling.reason,
    )
    return record


RestoredFacts = Sequence[Mapping[str, Any]]
"""Published events of a record, in the form that `RecordRestored` repeats."""


class Cause(NamedTuple):
    """The decision on an agency that a record follows: its event, by stream and version, and the provenance."""

    provenance: dict[str, Any]
    suspension: str
    suspension_version: int

    @property
    def sealed(self) -> dict[str, Any]:
        """Which decision it is: sealed, for in clear it would link the records of one sensitive agency."""
        return {"suspension": self.suspension, "suspension_version": self.suspension_version}


def first_recorded(events: Iterable[RegisterEvent], since: datetime | None) -> int | None:
    """The version of the first event of a record that is set aside: recorded since then, or the first of all."""
    reported = (event for event in events if not isinstance(event, FOLLOWING))
    return next((e.originator_version for e in reported if since is None or e.timestamp >= since), None)


def follow(record: SourceRecord, wanted: int | None, cause: Cause, *, restored: bool = False) -> bool:
    """Sets a record aside from the version `wanted` on (None: no longer); False where that changes nothing.

    A removed record is left as it is, unless it is `restored` by the same decision.
    """
    if (record.status == "removed" and not restored) or record.suspended_from == wanted:
        return False
    if wanted is None:
        record.trigger_event(RecordResumed, **cause.provenance, **cause.sealed)
    else:
        record.trigger_event(RecordSuspended, **cause.provenance, **cause.sealed, from_version=wanted)
    return True


class Removals(NamedTuple):
    """The removals of a record: those in force (`hold`), and those `taken_back` while its agency is suspended."""

    hold: Sequence[RecordRemoved] = ()
    taken_back: Sequence[RecordRemoved] = ()

    def may_be_taken_back(self, since: datetime) -> bool:
        """Whether only its agency removed it, always since then, and never by order of a court."""
        every = self.hold or self.taken_back
        return bool(every) and all(
            type(each) is RecordRemovedAgain
            or (type(each) is RecordRemoved and each.timestamp >= since and each.reason != BY_A_COURT)
            for each in every
        )


def removals_of(events: Iterable[RegisterEvent]) -> Removals:
    """The removals of a record from its events, in order; those that its agency was resumed without are left out."""
    hold: list[RecordRemoved] = []
    taken_back: list[RecordRemoved] = []
    resumed: list[RecordRemoved] = []
    for event in events:
        if isinstance(event, RecordRemovedAgain):
            hold, taken_back, resumed = [*taken_back, *resumed, event], [], []
        elif isinstance(event, RecordRemoved):
            hold.append(event)
        elif isinstance(event, RecordRestored) and hold:
            hold, taken_back = [], hold
        elif isinstance(event, RecordResumed):
            taken_back, resumed = [], taken_back
    return Removals(hold, taken_back)


def restore(record: SourceRecord, hold: Sequence[RecordRemoved], facts: Sequence[RestoredFacts], cause: Cause) -> None:
    """Takes back the removals in force; there is one event for each part of the record's earlier `facts`."""
    removals = [each.originator_version for each in hold]
    for part in facts:
        record.trigger_event(RecordRestored, **cause.provenance, **cause.sealed, removals=removals, told=part)


def remove_again(record: SourceRecord, taken_back: Sequence[RecordRemoved], cause: Cause) -> None:
    """Puts a removal that was taken back in force again, with the reason of the last of them."""
    last = taken_back[-1]
    fields = {name: getattr(last, name) for name in ("source", "restricted", "caused_by", "reason", "on")}
    record.trigger_event(RecordRemovedAgain, **cause.provenance | fields)
