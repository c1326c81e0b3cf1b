"""The example messages, of `services/submission_contract/schemas/`, and how a test says given, when, then."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from domain.agency import Agency
from domain.child import RecordFact
from domain.event import RegisterEvent
from domain.source_record import Command, Refusal, SourceRecord, decide
from domain.vocabulary import AgencyKind
from projections.base.projection import PublishedEvent
from services.submission_contract.schemas import event_examples
from services.submission_contract.schemas.event_examples import RECORD, RECORDED_AT, events
from services.submission_contract.schemas.examples import (
    AUTHORITY,
    CLINIC,
    PARTICULARS,
    RECEIPTS,
    SENSITIVE_INVOLVEMENT,
    SENSITIVE_STORY,
    STORY,
    SUBMISSIONS,
)
from streams.codec import EventMapper, decode_event
from streams.crypto.keys import KeyRing
from streams.crypto.sealing import KeyEncryptionKey

__all__ = [
    "ABSENT",
    "AUTHORITY",
    "CLINIC",
    "KEY_ENCRYPTION_KEY",
    "NOW",
    "PARTICULARS",
    "RECEIPTS",
    "RECORD",
    "RECORDED_AT",
    "SENSITIVE_INVOLVEMENT",
    "SENSITIVE_STORY",
    "STORY",
    "SUBMISSIONS",
    "Sent",
    "agency",
    "events",
    "example",
    "fact",
    "given",
    "key_ring",
    "message",
    "published",
    "sent",
]

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ABSENT: Any = object()
"""As the value of a changed field: the field is left out."""
KEY_ENCRYPTION_KEY = KeyEncryptionKey(bytes(range(32)))
_AGENCIES = {each.urn: each for each in (AUTHORITY, CLINIC)}


def agency(kind: AgencyKind | str, code: str = "") -> Agency:
    """An agency of a kind."""
    return Agency(code or f"{kind}-one", f"An agency of kind {kind}", AgencyKind(kind))


def example(type_: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The example of a type with fields changed, added or ABSENT, by dotted path: `{"data.carers.0.phone": None}`."""
    changed: Any = deepcopy(SUBMISSIONS[type_])
    for path, value in (changes or {}).items():
        *parents, last = path.split(".")
        inner = changed
        for step in parents:
            inner = inner[int(step)] if isinstance(inner, list) else inner[step]
        if value is ABSENT:
            inner.pop(last, None)
        else:
            inner[int(last) if isinstance(inner, list) else last] = value
    return dict(changed)


def message(type_: str, changes: dict[str, Any] | None = None) -> bytes:
    """The bytes of `example`."""
    return orjson.dumps(example(type_, changes))


class Sent(NamedTuple):
    """A command and the agency that sends it."""

    command: Command
    agency: Agency


def sent(type_: str, *, by: Agency | None = None, time: str = "", **data: Any) -> Sent:
    """The example of a type as the domain takes it, with fields of `data` changed, added or ABSENT."""
    changed = example(type_, {f"data.{name}": value for name, value in data.items()})
    sender = by or _AGENCIES[changed["source"]]
    return Sent(event_examples.command(changed | {"source": sender.urn} | ({"time": time} if time else {})), sender)


@dataclass
class Outcome:
    """What a submission did: an event, or a refusal."""

    decided: list[RegisterEvent] | Refusal

    def then(self, event: type[RegisterEvent], **fields: Any) -> None:
        """It caused exactly this event with at least these fields."""
        assert not isinstance(self.decided, Refusal), self.decided
        (caused,) = self.decided
        assert type(caused) is event
        assert {name: getattr(caused, name) for name in fields} == fields

    def refused(self, code: str, field: str | None = None) -> None:
        """It was refused for this reason."""
        assert isinstance(self.decided, Refusal), self.decided
        assert self.decided.code == code
        assert field is None or self.decided.field == field


class given:  # noqa: N801
    """`given(…).when(…)`: a record of which these submissions were taken, and what one more does to it."""

    def __init__(self, *submissions: Sent, stream: UUID = RECORD) -> None:
        self.record: SourceRecord | None = None
        self.stream = stream
        self.events: list[RegisterEvent] = []
        for each in submissions:
            decided = self.when(each).decided
            assert not isinstance(decided, Refusal), decided
            self.events += decided

    def when(self, submission: Sent, *, now: datetime = NOW, elsewhere: bool = False) -> Outcome:
        """Decides; `elsewhere` says that the agency uses the involvement's reference for another record."""
        decided = decide(
            self.record,
            submission.command,
            submission.agency,
            new_id=self.stream,
            recorded_at=now,
            other_record_has_involvement=elsewhere,
        )
        if isinstance(decided, Refusal):
            return Outcome(decided)
        self.record = decided
        return Outcome([event for event in decided.collect_events() if isinstance(event, RegisterEvent)])


def key_ring(*wrapped: tuple[str, bytes]) -> KeyRing:
    """A key ring of the tests' key-encryption key over these stored keys; new ones stay pending in it."""
    stored = dict(wrapped)
    return KeyRing(KEY_ENCRYPTION_KEY, lambda streams: [(each, stored[each]) for each in streams if each in stored])


def published(event: RegisterEvent, position: int, keys: KeyRing) -> PublishedEvent:
    """An event as a reader of its topic has it, through the codec."""
    stored = EventMapper(keys).to_stored_event(event)
    head = {"type": stored.topic, "subject": str(stored.originator_id), "version": stored.originator_version}
    return decode_event(orjson.dumps({**head, "position": position, **orjson.loads(stored.state)}), keys)


def fact(event: PublishedEvent) -> RecordFact:
    """An event of a record as composition takes it."""
    personal = event.personal
    source = personal.get("source", event.source)
    return RecordFact(event.stream, event.version, event.type, event.time, source, event.data, personal)
