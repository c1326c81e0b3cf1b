"""What a suspended agency had removed is taken back, or removed again: part of a page of `set_aside.py`.

A removed record is in no index, and views have forgotten it. So the event that restores it repeats its reports,
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
from domain.child.events import RecordUnlinked
from domain.event import RegisterEvent, fields_of
from domain.matching import Candidate, Comparer, Features, features_of, judge_fit
from domain.source_record import SourceRecord
from domain.source_record.events import (
    FlagLowered,
    FlagRaised,
    InvolvementEnded,
    InvolvementStarted,
    RecordAmended,
    RecordDeregistered,
    RecordRegistered,
    RecordRemoved,
)
from domain.suspension.events import AgencyResumedWithoutRemovals, AgencySuspended
from domain.suspension.records import TAKEN_BACK, Cause, Removals, follow, removals_of, remove_again, restore
from domain.vocabulary import RESTRICTED_SOURCE
from services.registrar.closed_records import write_closed
from services.registrar.decided_again import members_that_count
from services.registrar.linking import comparison, pending_events
from services.registrar.match_index import put_back, removed_children, take_out
from services.registrar.placing import Placing, Streams, counts, features_by, place_of, unlike_from
from services.registrar.shielded_records import write_restored
from services.registrar.store import sensitive_sources
from streams.store.database import Database

LARGEST_CHUNK = 256 * 1024
"""Bytes of JSON that an event repeats, where it is not a single event that is larger."""
_WHY = Comparison("", TAKEN_BACK, 1.0, {})
_REPEATED = (
    *(RecordRegistered, RecordAmended, RecordDeregistered),
    *(InvolvementStarted, InvolvementEnded, FlagRaised, FlagLowered),
)


class RemovalsOfPage:
    """Which records of a page are `restored`, or removed again, by the decision on their agency."""

    def __init__(self, decision: RegisterEvent, since: datetime | None, cause: Cause) -> None:
        self._decision, self._since, self._cause = decision, since, cause
        self._restored: dict[str, Features] = {}
        self._removed: list[str] = []
        self._histories: dict[str, tuple[SourceRecord, Sequence[RegisterEvent]]] = {}
        self._child_of: dict[str, str] = {}
        self._shielded: set[str] = set()
        self._unlike: dict[str, int | None] = {}
        self._closed: dict[str, str] = {}

    @property
    def restored(self) -> int:
        """How many are restored."""
        return len(self._histories)

    @property
    def placed(self) -> dict[str, tuple[str, Features]]:
        """The child and the features of each that is restored, once `link` has found them."""
        return {record: (child, self._restored[record]) for record, child in self._child_of.items()}

    def follow(self, record: SourceRecord, history: Sequence[RegisterEvent], wanted: int | None) -> bool:
        """Sets a record aside from the version `wanted` on, its removals as decided; False where nothing changes."""
        removals = removals_of(history)
        taken_back = self._takes_back(removals)
        restores = taken_back and bool(removals.hold)
        again = not taken_back and not removals.hold and bool(removals.taken_back)
        changed = follow(record, wanted, self._cause, restored=restores)
        if restores:
            restore(record, removals.hold, list(_chunks(history)), self._cause)
            self._histories[str(record.id)] = (
                record,
                [*history, *(each for each in record.pending_events if isinstance(each, RegisterEvent))],
            )
        elif again:
            remove_again(record, removals.taken_back, self._cause)
            self._removed.append(str(record.id))
        return changed or restores or again

    def _takes_back(self, removals: Removals) -> bool:
        """Whether the removals count no more: those since the given moment; without one they stay as they are."""
        if self._since is not None:
            return removals.may_be_taken_back(self._since)
        stay = isinstance(self._decision, AgencySuspended | AgencyResumedWithoutRemovals)
        return stay and not removals.hold

    def link(
        self,
        database: Database,
        streams: Streams,
        comparer: Comparer,
        causes: Mapping[str, RegisterEvent],
        places: Mapping[str, Placing],
    ) -> list[RegisterEvent]:
        """Finds the child of each restored record; gives what follows for those that have absorbed it meanwhile.

        It was never compared with their records, which have these `places` from now on: where it does not fit them, it
        is set aside and queued. One that was set aside for what counts no more is accepted where it fits.
        """
        if not self._histories:
            return []
        with database.transaction() as cursor:
            number_of = removed_children(cursor, self._histories)
            found = _survivors(streams, number_of)
            numbers = sorted({str(child.id) for child, _ in found.values()})
            members = members_that_count(cursor, "child", numbers, places)
            sensitive = sensitive_sources(cursor)
        events: list[RegisterEvent] = []
        for record, (child, history) in sorted(
            found.items(), key=lambda each: (each[0] not in each[1][0].records, each[0])
        ):
            if child.is_closed:
                self._closed[record] = str(child.id)
                continue
            number, elsewhere = str(child.id), record not in child.records
            features = self._keep(record, child)
            others = members.setdefault(number, [])
            since, now = self._reported(record)
            believed = child.aside.get(record, 0) > since
            if elsewhere or believed or self._is_parted(record, history):
                matcher, cause = comparer.settings.version, causes[record]
                fit = judge_fit(comparer, now, others, child.aside.keys() - {record}, sensitive, child.accepted)
                if elsewhere:
                    child.link(cause, matcher, _WHY)
                if believed and not fit.aside:
                    child.accept(cause, matcher, [record])
                    features = self._keep(record, child)
                elif fit.aside and record not in child.aside and record not in child.accepted:
                    child.inherit_aside({record: since}, cause, matcher)
                    child.contradict(cause, matcher, [comparison(comparer, each) for each in fit.against])
                    features = self._keep(record, child)
                events += pending_events(child)
            others.append(Candidate(record, number, features))
            if child.shield:
                self._shielded.add(record)
        return events

    def _is_parted(self, record: str, history: Sequence[RegisterEvent]) -> bool:
        """Whether others have left its child, by the child's events, since the record was removed."""
        _, of_record = self._histories[record]
        removed = max(event.timestamp for event in of_record if isinstance(event, RecordRemoved))
        return any(isinstance(event, RecordUnlinked) and event.timestamp >= removed for event in history)

    def _keep(self, record: str, child: Child) -> Features:
        """Notes a restored record as the child's; gives its features by what counts of it there."""
        since, (restored, history) = unlike_from(child, record), self._histories[record]
        self._unlike[record] = since
        features = features_by(history, restored.suspended_from, since)
        assert features is not None
        self._restored[record], self._child_of[record] = features, str(child.id)
        return features

    def _reported(self, record: str) -> tuple[int, Features]:
        """The version of the last report of a restored record that counts, and the features by this report alone."""
        restored, history = self._histories[record]
        described = (event for event in history if isinstance(event, RecordRegistered | RecordAmended))
        counting = (event for event in described if counts(event, restored.suspended_from))
        last = max(counting, key=lambda event: (event.time, event.originator_version))
        return last.originator_version, features_of(last.particulars, last.time, source=last.source)

    def places(self) -> dict[str, Placing]:
        """The places of the restored records in the match index from now on."""
        return {record: place_of(*self._histories[record], self._unlike.get(record)) for record in self._restored}

    def write_closed(self, cursor: Cursor) -> None:
        """Stores restored records as closed whose child was closed while they were removed: they join nothing."""
        write_closed(cursor, self._closed)

    def write(self, cursor: Cursor) -> None:
        """Puts restored records back into the match index, as set aside, and takes others out."""
        placed = self.placed
        put_back(cursor, placed)
        write_restored(cursor, {record: placed[record] for record in self._shielded})
        if self._removed:
            take_out(cursor, self._removed)


def _survivors(streams: Streams, number_of: Mapping[str, str]) -> dict[str, tuple[Child, Sequence[RegisterEvent]]]:
    """The child that each number (record → number) means now, with its events; without those that can't be read."""
    known: dict[str, tuple[Child, Sequence[RegisterEvent]]] = {}
    wanted = set(number_of.values())
    while wanted:
        read = streams.read([UUID(number) for number in sorted(wanted)])
        known |= {str(child.id): (child, history) for child, history in read if isinstance(child, Child)}
        wanted = {child.superseded_by for child, _ in known.values() if child.superseded_by} - known.keys() - wanted
    found = {}
    for record, number in number_of.items():
        each = known.get(number)
        while each is not None and each[0].superseded_by is not None:
            each = known.get(each[0].superseded_by)
        if each is not None:
            found[record] = each
    return found


def _chunks(history: Iterable[RegisterEvent]) -> Iterable[list[dict[str, Any]]]:
    """The reports of a record as payloads, in chunks that one event may repeat."""
    chunk: list[dict[str, Any]] = []
    size = 0
    for event in history:
        if isinstance(event, _REPEATED):
            payload = _payload(event)
            length = len(orjson.dumps(payload))
            if chunk and size + length > LARGEST_CHUNK:
                yield chunk
                chunk, size = [], 0
            chunk.append(payload)
            size += length
    yield chunk


def _payload(event: RegisterEvent) -> dict[str, Any]:
    personal = fields_of(event, event.SEALED)
    return {
        "version": event.originator_version,
        "type": WIRE_NAMES[type(event)],
        "time": event.time,
        "source": RESTRICTED_SOURCE if event.restricted else event.source,
        "data": fields_of(event, event.CLEAR),
        "personal": personal | ({"source": event.source} if event.restricted else {}),
    }
