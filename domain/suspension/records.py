"""What stewards decide about an agency's records: one is removed, those of a suspended agency are set aside."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from domain.child.child import Child
from domain.child.judgement import Ruling
from domain.child.stewardship import NOT_HERE
from domain.event import RegisterEvent
from domain.source_record.events import RecordRemovedBySteward, RecordResumed, RecordSuspended
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal

GONE = Refusal("subject", "record-gone", "the record was removed from the directory already")
FOLLOWING = (RecordSuspended, RecordResumed)
"""What follows for a record from a decision on its agency."""
_REASON = "registered-in-error"
"""The reason of the contract that says nothing of the child: it has neither died nor left England by this."""


def remove(record: SourceRecord, child: Child | None, decision: str, ruling: Ruling) -> SourceRecord | Refusal:
    """Takes a record of the child that the steward has looked at out of the directory, for good."""
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


class Cause(NamedTuple):
    """The decision on an agency that a record follows: its event by stream and version, and its provenance."""

    provenance: dict[str, Any]
    suspension: str
    suspension_version: int

    @property
    def sealed(self) -> dict[str, Any]:
        """Which decision it is; in clear it would tell which records are of one sensitive agency."""
        return {"suspension": self.suspension, "suspension_version": self.suspension_version}


def first_recorded(events: Iterable[RegisterEvent], since: datetime | None) -> int | None:
    """The version of a record's first event that is set aside: recorded since then, or the first of all."""
    said = (event for event in events if not isinstance(event, FOLLOWING))
    return next((e.originator_version for e in said if since is None or e.timestamp >= since), None)


def follow(record: SourceRecord, wanted: int | None, cause: Cause) -> bool:
    """Sets a record aside from the version `wanted` on, or restores it; False where it is so already, or removed."""
    if record.status == "removed" or record.suspended_from == wanted:
        return False
    if wanted is None:
        record.trigger_event(RecordResumed, **cause.provenance, **cause.sealed)
    else:
        record.trigger_event(RecordSuspended, **cause.provenance, **cause.sealed, from_version=wanted)
    return True
