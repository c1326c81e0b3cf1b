"""What a submission does to a source record: nothing and a refusal, or exactly one event."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.agency import Agency
from domain.source_record import events
from domain.source_record.record import SourceRecord
from domain.source_record.rules import Refusal, RuleContext, first_broken
from domain.vocabulary import SubmissionType


class Said(NamedTuple):
    """A valid submission of a registered agency: `time` is ISO 8601 in UTC, `data` as in the contract §1."""

    id: str
    type: str
    subject: str
    time: str
    data: dict[str, Any]
    agency: Agency

    @property
    def source(self) -> str:
        """The agency that says it, as events name it."""
        return self.agency.urn


def decide(
    record: SourceRecord | None,
    said: Said,
    *,
    new_id: UUID,
    recorded_at: datetime,
    other_record_has_involvement: bool = False,
) -> SourceRecord | Refusal:
    """The record with its new event pending, or why the submission is refused (then the record is as it was).

    `record` is None where nothing was ever registered; `new_id` is the stream id for a record that begins here;
    `other_record_has_involvement` says that the agency uses the named involvement reference for another record.
    """
    asked = RuleContext(
        said.type, said.subject, said.time, said.data, said.agency, record, other_record_has_involvement, recorded_at
    )
    refusal = first_broken(asked)
    if refusal:
        return refusal
    common = {
        "timestamp": recorded_at,
        "source": said.agency.urn,
        "restricted": said.agency.is_sensitive,
        "time": said.time,
        "caused_by": said.id,
    }
    event, fields = _EFFECTS[said.type](record, said)
    if record is None:
        begun: SourceRecord = SourceRecord._create(event, id=new_id, **common, **fields)
        return begun
    if event is events.RecordRegistered:
        fields = fields | {"originator_topic": ""}
    record.trigger_event(event, **common, **fields)
    return record


_Effect = tuple[type[Any], dict[str, Any]]


def _registered(_: SourceRecord | None, said: Said) -> _Effect:
    return events.RecordRegistered, {"subject": said.subject, "particulars": said.data}


def _amended(_: SourceRecord | None, said: Said) -> _Effect:
    return events.RecordAmended, {"subject": said.subject, "particulars": said.data}


def _deregistered(_: SourceRecord | None, said: Said) -> _Effect:
    return events.RecordDeregistered, dict(said.data)


def _removed(_: SourceRecord | None, said: Said) -> _Effect:
    return events.RecordRemoved, dict(said.data)


def _involvement_started(record: SourceRecord | None, said: Said) -> _Effect:
    assert record is not None
    known = record.involvements.get(said.data["involvement"])
    number = known.number if known else len(record.involvements) + 1
    return events.InvolvementStarted, {"number": number, "again": known is not None, "involvement": said.data}


def _involvement_ended(record: SourceRecord | None, said: Said) -> _Effect:
    assert record is not None
    number = record.involvements[said.data["involvement"]].number
    return events.InvolvementEnded, {"number": number, "ended_on": said.data["ended_on"]}


def _consent_withdrawn(record: SourceRecord | None, said: Said) -> _Effect:
    assert record is not None
    return events.ConsentWithdrawn, {
        "number": record.involvements[said.data["involvement"]].number,
        "on": said.data["on"],
    }


def _flag_raised(record: SourceRecord | None, said: Said) -> _Effect:
    assert record is not None
    known = record.flags.get(said.data["flag"])
    return events.FlagRaised, {
        "number": known.number if known else len(record.flags) + 1,
        "again": known is not None,
        "flag": said.data["flag"],
        "raised_on": said.data["raised_on"],
        "contact": said.data.get("contact") or {},
    }


def _flag_lowered(record: SourceRecord | None, said: Said) -> _Effect:
    assert record is not None
    number = record.flags[said.data["flag"]].number
    return events.FlagLowered, {"number": number, "flag": said.data["flag"], "lowered_on": said.data["lowered_on"]}


_EFFECTS: dict[str, Callable[[SourceRecord | None, Said], _Effect]] = {
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
