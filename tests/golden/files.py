"""Reads and writes golden files."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent

from domain.event import RegisterEvent, fields_of
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing
from tests.support.examples import key_ring

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Golden:
    """One golden file: the stored event, its stream's wrapped data key (None where nothing is sealed), its fields."""

    stored: StoredEvent
    wrapped_key: bytes | None
    fields: dict[str, Any]

    @property
    def keys(self) -> KeyRing:
        """A ring with the key of the event's stream."""
        return key_ring() if self.wrapped_key is None else key_ring((str(self.stored.originator_id), self.wrapped_key))


def golden_of(event: RegisterEvent) -> Golden:
    """The golden file that an event makes."""
    keys = key_ring()
    stored = EventMapper(keys).to_stored_event(event)
    fields = fields_of(event, event.CLEAR + event.SEALED)
    if event.SEALED and event.restricted:
        fields["source"] = event.source
    return Golden(stored, dict(keys.take_new()).get(str(event.originator_id)), fields)


def path_of(name: str) -> Path:
    """The file of a wire name."""
    return FOLDER / f"{name}.json"


def write(golden: Golden) -> None:
    """Writes a golden file; raises FileExistsError where there is one."""
    stored, key = golden.stored, golden.wrapped_key
    content = {
        "topic": stored.topic,
        "stream": str(stored.originator_id),
        "version": stored.originator_version,
        "wrapped_key": key and base64.b64encode(key).decode("ascii"),
        "state": stored.state.decode("utf-8"),
        "fields": golden.fields,
    }
    with path_of(stored.topic).open("x", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read(path: Path) -> Golden:
    """The golden file at a path."""
    content = orjson.loads(path.read_bytes())
    state = content["state"].encode("utf-8")
    stored = StoredEvent(UUID(content["stream"]), content["version"], content["topic"], state)
    key = content["wrapped_key"]
    return Golden(stored, base64.b64decode(key) if key else None, content["fields"])
