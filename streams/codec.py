"""Events as stored bytes and as CloudEvents: most of a Kafka record is stored as it will be published.

A stored state is a JSON object text with `source`, `time`, `recordedat`, `datacontenttype`, `sealed` and `data`; the
relay puts position, version, type and subject before it, without parsing it.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.catalogue import WIRE_NAMES, event_class, upcast
from domain.event import RegisterEvent, fields_of
from domain.vocabulary import RESTRICTED_SOURCE
from projections.base.projection import Decryptor, PublishedEvent, Undecodable
from projections.base.shapes import IS_ID, LARGEST_INT, has_clear_shape
from streams.crypto.keys import KeyRing

LARGEST_POSITION = 2**63 - 1


@lru_cache(maxsize=16)
def iso_text(moment: datetime) -> str:
    """A moment as ISO 8601 text in UTC with microseconds and Z, so that the order of texts is the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


class EventMapper(Mapper[UUID]):
    """The library's mapper for our events: wire names instead of Python paths, personal fields sealed."""

    def __init__(self, keys: KeyRing) -> None:
        super().__init__(JSONTranscoder())
        self.keys = keys

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The event as it is stored, with its personal fields sealed with its stream's key; makes a missing key."""
        assert isinstance(domain_event, RegisterEvent)
        event = domain_event
        state: dict[str, Any] = {
            "source": RESTRICTED_SOURCE if event.restricted else event.source,
            "time": event.time,
            "recordedat": iso_text(event.timestamp),
            "datacontenttype": "application/json",
        }
        if event.SEALED:
            personal = fields_of(event, event.SEALED)
            if event.restricted:
                personal["source"] = event.source
            key = self.keys.key_for(str(event.originator_id))
            state["sealed"] = key.seal(event.originator_version, personal)
        state["data"] = fields_of(event, event.CLEAR)
        return StoredEvent(event.originator_id, event.originator_version, WIRE_NAMES[type(event)], orjson.dumps(state))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """The event of a stored one, in its current version; raises UnknownEvent, SealBroken, KeyDestroyed."""
        state = orjson.loads(stored_event.state)
        fields = dict(state["data"])
        if "sealed" in state:
            stream = str(stored_event.originator_id)
            fields |= self.keys.open(stream, stored_event.originator_version, state["sealed"])
        return self._event(stored_event, state, fields)

    def clear_event(self, stored_event: StoredEvent) -> RegisterEvent:
        """The event by what of it is in clear; what is sealed is None, for the key of its stream was destroyed."""
        state = orjson.loads(stored_event.state)
        sealed = dict.fromkeys(event_class(stored_event.topic).SEALED)
        return self._event(stored_event, state, {**sealed, **state["data"]})

    def _event(self, stored_event: StoredEvent, state: dict[str, Any], fields: dict[str, Any]) -> RegisterEvent:
        restricted = state["source"] == RESTRICTED_SOURCE
        of_class, fields = upcast(stored_event.topic, fields)
        event = object.__new__(of_class)
        vars(event).update(
            {"source": state["source"], "originator_topic": _originator_topic(of_class)},
            **fields,
            restricted=restricted,
            time=state["time"],
            timestamp=datetime.fromisoformat(state["recordedat"]),
            originator_id=stored_event.originator_id,
            originator_version=stored_event.originator_version,
        )
        return event


def _originator_topic(of_class: type[RegisterEvent]) -> str:
    return _ORIGINATORS.get(WIRE_NAMES[of_class], "")


_ORIGINATORS = {
    "RecordRegistered.v2": "domain.source_record.record:SourceRecord",
    "ChildListed.v1": "domain.child.child:Child",
    "ShieldedChildListed.v1": "domain.child.child:Child",
    "ErasureDecided.v1": "domain.erasure.decide:Erasure",
    "AgencySuspended.v1": "domain.suspension.status:AgencyStatus",
}
"""The aggregate class, by the type of the first event of its streams."""


def decode_event(value: bytes, decryptor: Decryptor) -> PublishedEvent:
    """One record of register.events or access.events; raises Undecodable where it is none."""
    event = decode_json(value)
    try:
        decoded = PublishedEvent(
            event["position"],
            event["subject"],
            event["version"],
            event["type"],
            event["time"],
            event["recordedat"],
            event["source"],
            event["data"],
            event.get("sealed"),
            decryptor,
        )
    except KeyError:
        raise Undecodable from None
    if not _is_an_event(decoded) or not has_clear_shape(decoded.type, decoded.data):
        raise Undecodable
    return decoded


def decode_json(value: bytes | None) -> dict[str, Any]:
    """A JSON object; raises Undecodable where it is none, or holds a text that Postgres does not take."""
    try:
        decoded = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        raise Undecodable from None
    if decoded.__class__ is not dict or _holds_nul(value or b""):
        raise Undecodable
    found: dict[str, Any] = decoded
    return found


def _holds_nul(value: bytes) -> bool:
    """Whether a text of the JSON holds the character 0; a backslash before the escape would make it something else."""
    return b"\\u0000" in value and re.search(rb"(?<!\\)(?:\\\\)*\\u0000", value) is not None


def _is_an_event(event: PublishedEvent) -> bool:
    position, stream, version, kind, time, recorded_at, source, data, sealed, _ = event
    return (
        position.__class__ is version.__class__ is int
        and 0 < position < LARGEST_POSITION
        and 0 < version <= LARGEST_INT
        and kind.__class__ is time.__class__ is recorded_at.__class__ is source.__class__ is stream.__class__ is str
        and IS_ID(stream) is not None
        and data.__class__ is dict
        and (sealed is None or sealed.__class__ is str)
    )
