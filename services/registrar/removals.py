"""What a suspended agency had removed is taken back, or removed again: part of a page of `set_aside.py`.

A removed record is in no index, and views have forgotten it. So the event that restores it repeats what it had told,
and `register.removed_records` knows whose it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.catalogue import WIRE_NAMES
from domain.child import Child, Comparison
from domain.event import RegisterEvent, fields_of
from domain.matching import Features
from domain.source_record import SourceRecord
from domain.source_record.events import (
    FlagLowered,
    FlagRaised,
    InvolvementEnded,
    InvolvementStarted,
    RecordAmended,
    RecordDeregistered,
    RecordRegistered,
)
from domain.suspension.events import AgencyResumedWithoutRemovals, AgencySuspended
from domain.suspension.records import TAKEN_BACK, Cause, Removals, follow, removals_of, remove_again, restore
from domain.vocabulary import RESTRICTED_SOURCE
from services.registrar.linking import pending_events
from services.registrar.match_index import put_back, removed_children, take_out
from services.registrar.placing import Streams, features_by
from services.registrar.shielded_records import write_restored
from streams.store.database import Database

LARGEST_PART = 256 * 1024
"""Bytes of JSON that an event repeats, where it is not a single event that is larger."""
_WHY = Comparison("", TAKEN_BACK, 1.0, {})
_TELLING = (
    *(RecordRegistered, RecordAmended, RecordDeregistered),
    *(InvolvementStarted, InvolvementEnded, FlagRaised, FlagLowered),
)


class RemovalsOfPage:
    """Which records of a page are `restored`, or removed again, by the decision on their agency."""

    def __init__(self, decision: RegisterEvent, since: datetime | None, cause: Cause) -> None:
        self._decision, self._since, self._cause = decision, since, cause
        self._restored: dict[str, Features] = {}
        self._removed: list[str] = []
        self._child_of: dict[str, str] = {}
        self._shielded: set[str] = set()

    @property
    def restored(self) -> int:
        """How many are restored."""
        return len(self._restored)

    @property
    def placed(self) -> dict[str, tuple[str, Features]]:
        """The child and the features of each that is restored, once `link` has found them."""
        return {record: (child, self._restored[record]) for record, child in self._child_of.items()}

    def follow(self, record: SourceRecord, said: Sequence[RegisterEvent], wanted: int | None) -> bool:
        """Has a record set aside from the version `wanted` on, and its removals as decided; False where it is so."""
        removals = removals_of(said)
        taken_back = self._takes_back(removals)
        restores = taken_back and bool(removals.hold)
        again = not taken_back and not removals.hold and bool(removals.taken_back)
        changed = follow(record, wanted, self._cause, restored=restores)
        if restores:
            restore(record, removals.hold, list(_parts(said)), self._cause)
            features = features_by(said, record.suspended_from)
            assert features is not None
            self._restored[str(record.id)] = features
        elif again:
            remove_again(record, removals.taken_back, self._cause)
            self._removed.append(str(record.id))
        return changed or restores or again

    def _takes_back(self, removals: Removals) -> bool:
        """Whether they count no more: those since the moment that is given; they stay as they are where none is."""
        if self._since is not None:
            return removals.may_be_taken_back(self._since)
        stay = isinstance(self._decision, AgencySuspended | AgencyResumedWithoutRemovals)
        return stay and not removals.hold

    def link(
        self, database: Database, streams: Streams, causes: Mapping[str, RegisterEvent], matcher: str
    ) -> list[RegisterEvent]:
        """Finds the child of each restored record; gives the links to those that have absorbed it meanwhile."""
        if not self._restored:
            return []
        with database.transaction() as cursor:
            child_of = removed_children(cursor, self._restored)
        events: list[RegisterEvent] = []
        for record, number in child_of.items():
            child = _survivor(streams, number)
            if child is None or child.is_closed:
                continue
            if record not in child.records:
                child.link(causes[record], matcher, _WHY)
                events += pending_events(child)
            self._child_of[record] = str(child.id)
            if child.shield:
                self._shielded.add(record)
        return events

    def write(self, cursor: Cursor) -> None:
        """Puts restored records back into the match index, where they stand aside, and takes others out."""
        put_back(cursor, self.placed)
        write_restored(cursor, {record: self.placed[record] for record in self._shielded})
        if self._removed:
            take_out(cursor, self._removed)


def _survivor(streams: Streams, number: str) -> Child | None:
    """The child that a number means now; None where it can't be read any more."""
    seen: set[str] = set()
    while number not in seen:
        seen.add(number)
        found = streams.read([UUID(number)])
        if not found:
            return None
        ((child, _),) = found
        if child.superseded_by is None:
            assert isinstance(child, Child)
            return child
        number = child.superseded_by
    return None


def _parts(said: Iterable[RegisterEvent]) -> Iterable[list[dict[str, Any]]]:
    """What a record has told, in parts that an event may repeat."""
    part: list[dict[str, Any]] = []
    size = 0
    for event in said:
        if isinstance(event, _TELLING):
            told = _told(event)
            length = len(orjson.dumps(told))
            if part and size + length > LARGEST_PART:
                yield part
                part, size = [], 0
            part.append(told)
            size += length
    yield part


def _told(event: RegisterEvent) -> dict[str, Any]:
    personal = fields_of(event, event.SEALED)
    return {
        "version": event.originator_version,
        "type": WIRE_NAMES[type(event)],
        "time": event.time,
        "source": RESTRICTED_SOURCE if event.restricted else event.source,
        "data": fields_of(event, event.CLEAR),
        "personal": personal | ({"source": event.source} if event.restricted else {}),
    }
