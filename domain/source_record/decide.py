"""How a command changes a source record: it is refused and nothing changes, or it causes exactly one event."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.agency import Agency
from domain.source_record import events
from domain.source_record.command import Command
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal, RuleContext, first_broken
from domain.vocabulary import SubmissionType


def decide(
    record: SourceRecord | None,
    command: Command,
    agency: Agency,
    *,
    new_id: UUID,
    recorded_at: datetime,
    other_record_has_involvement: bool = False,
) -> SourceRecord | Refusal:
    """The record with its new event pending, or why the command is refused (then the record is as it was).

    `agency` is the sender; `record` is None where nothing was ever registered; `new_id` is the stream id for a record
    that begins here; `other_record_has_involvement` says that the agency uses the named involvement reference for
    another record.
    """
    refusal = first_broken(RuleContext(command, agency, record, other_record_has_involvement, recorded_at))
    if refusal:
        return refusal
    common = {
        "timestamp": recorded_at,
        "source": agency.urn,
        "restricted": agency.is_sensitive,
        "time": command.time,
        "caused_by": command.id,
    }
    event, fields = _EFFECTS[command.type](record, command)
    if "kind" in event.CLEAR:
        fields = fields | {"kind": str(agency.kind)}
    if record is None:
        begun: SourceRecord = SourceRecord._create(event, id=new_id, **common, **fields)
        return begun
    if event is events.RecordRegistered:
        fields = fields | {"originator_topic": ""}
    record.trigger_event(event, **common, **fields)
    return record


def is_effect(event: Any, record: SourceRecord, command: Command) -> bool:
    """Whether an event of the record is the one that this very command has caused before."""
    try:
        kind, fields = _EFFECTS[command.type](record, command)
    except KeyError:
        return False
    fields.pop("again", None)
    return (
        type(event) is kind
        and (event.caused_by, event.time) == (command.id, command.time)
        and all(getattr(event, name) == value for name, value in fields.items())
    )


_Effect = tuple[type[Any], dict[str, Any]]


def _registered(_: SourceRecord | None, command: Command) -> _Effect:
    return events.RecordRegistered, {"subject": command.subject, "particulars": command.data}


def _amended(_: SourceRecord | None, command: Command) -> _Effect:
    return events.RecordAmended, {"subject": command.subject, "particulars": command.data}


def _deregistered(_: SourceRecord | None, command: Command) -> _Effect:
    return events.RecordDeregistered, dict(command.data)


def _removed(_: SourceRecord | None, command: Command) -> _Effect:
    return events.RecordRemoved, dict(command.data)


def _involvement_started(record: SourceRecord | None, command: Command) -> _Effect:
    assert record is not None
    known = record.involvements.get(command.data["involvement"])
    number = known.number if known else len(record.involvements) + 1
    return events.InvolvementStarted, {"number": number, "again": known is not None, "involvement": command.data}


def _involvement_ended(record: SourceRecord | None, command: Command) -> _Effect:
    assert record is not None
    number = record.involvements[command.data["involvement"]].number
    return events.InvolvementEnded, {"number": number, "ended_on": command.data["ended_on"]}


def _consent_withdrawn(record: SourceRecord | None, command: Command) -> _Effect:
    assert record is not None
    return events.ConsentWithdrawn, {
        "number": record.involvements[command.data["involvement"]].number,
        "on": command.data["on"],
    }


def _flag_raised(record: SourceRecord | None, command: Command) -> _Effect:
    assert record is not None
    known = record.flags.get(command.data["flag"])
    return events.FlagRaised, {
        "number": known.number if known else len(record.flags) + 1,
        "again": known is not None,
        "flag": command.data["flag"],
        "raised_on": command.data["raised_on"],
        "contact": command.data.get("contact") or {},
    }


def _flag_lowered(record: SourceRecord | None, command: Command) -> _Effect:
    assert record is not None
    number = record.flags[command.data["flag"]].number
    return events.FlagLowered, {
        "number": number,
        "flag": command.data["flag"],
        "lowered_on": command.data["lowered_on"],
    }


_EFFECTS: dict[str, Callable[[SourceRecord | None, Command], _Effect]] = {
    SubmissionType.CHILD_REGISTERED: _registered,
    SubmissionType.CHILD_AMENDED: _amended,
    SubmissionType.CHILD_DEREGISTERED: _deregistered,
    SubmissionType.INVOLVEMENT_STARTED: _involvement_started,
    SubmissionType.INVOLVEMENT_ENDED: _involvement_ended,
    SubmissionType.CONSENT_WITHDRAWN: _consent_withdrawn,
    SubmissionType.FLAG_RAISED: _flag_raised,
    SubmissionType.FLAG_LOWERED: _flag_lowered,
    SubmissionType.RECORD_REMOVED: _removed,
}
