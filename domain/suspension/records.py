"""What stewards decide about an agency's record; the agency has no part in it."""

from domain.child.child import Child
from domain.child.judgement import Ruling
from domain.child.stewardship import NOT_HERE
from domain.source_record.events import RecordRemovedBySteward
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal

GONE = Refusal("subject", "record-gone", "the record was removed from the directory already")
_REASON = "registered-in-error"
"""The reason of the contract that says nothing of the child: it has neither died nor left England by this."""


def remove(record: SourceRecord, child: Child | None, decision: str, ruling: Ruling) -> SourceRecord | Refusal:
    """Takes a record of the child that the steward has looked at out of the directory, for good."""
    if child is None or str(record.id) not in child.records:
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
