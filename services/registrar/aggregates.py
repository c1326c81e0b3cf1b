"""The aggregates that decisions are made on: loaded from the log for many at once, and kept while they are used."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.catalogue import EVENTS
from domain.child import Child
from domain.event import RegisterEvent
from domain.matching import Candidate
from domain.source_record import SourceRecord
from domain.source_record.events import RecordAmended, RecordRegistered
from domain.suspension import AgencyStatus
from domain.suspension.records import removals_of
from domain.vocabulary import agency_urn
from projections.base.projection import KeyDestroyed
from services.registrar import store
from services.registrar.batch_state import Caused
from services.registrar.cannot_link import cannot_link_pairs
from services.registrar.chronologies import Judged, chronologies
from services.registrar.found_like import FoundLike, found_like
from services.registrar.match_index import candidates_of, keys_of
from services.registrar.shielded_records import children_of
from services.registrar.suspensions import records_follow, stream_of_agency, suspended_sources
from streams.crypto.keys import KeyRing
from streams.store.application import LogApplication
from streams.store.database import Database

GONE = ("removed", "erased")
"""The statuses of a record that counts for nothing."""
MOST_KEPT = 15_000
"""Of records and of children, between batches."""


class Aggregates:
    """Records and children by stream id, as the log has them and as a batch changes them; a `Directory`."""

    def __init__(self, log: LogApplication, database: Database, keys: KeyRing) -> None:
        self._log = log
        self._database = database
        self._keys = keys
        self.records: OrderedDict[UUID, SourceRecord] = OrderedDict()
        self.children: OrderedDict[UUID, Child] = OrderedDict()
        self.agency_statuses: dict[str, AgencyStatus] = {}

    def forget(self) -> None:
        """Drops what is kept; it is loaded from the log again."""
        self.records.clear()
        self.children.clear()
        self.agency_statuses.clear()

    def load_records(self, streams: set[UUID]) -> None:
        """Loads those of the records that exist and are not in `records` yet."""
        self._load(self.records, streams)

    def load_children(self, streams: set[UUID]) -> None:
        """Loads those of the children that exist and are not in `children` yet."""
        self._load(self.children, streams)

    def child(self, child: str) -> Child | None:
        """The child of that number, or None where there is none, it is destroyed, or the stream is something else."""
        try:
            self.load_children({UUID(child)})
        except KeyDestroyed:
            return None
        found = self.children.get(UUID(child))
        if not isinstance(found, Child):
            self.children.pop(UUID(child), None)
            return None
        return found

    def keep(self, child: Child) -> None:
        """Keeps a child as a steward's decision leaves it."""
        self.children[child.id] = child

    def agency_status(self, agency: str) -> AgencyStatus | None:
        """Whether and how an agency is suspended; None where it never was."""
        if agency not in self.agency_statuses:
            with self._database.transaction() as cursor:
                stream = stream_of_agency(cursor, agency)
            if stream is None:
                return None
            found: OrderedDict[UUID, AgencyStatus] = OrderedDict()
            self._load(found, {stream})
            self.agency_statuses[agency] = found[stream]
        return self.agency_statuses[agency]

    def records_follow(self, agency: str) -> bool:
        """Whether records of an agency still have to follow the last decision on it that was made before this batch."""
        with self._database.transaction() as cursor:
            return records_follow(cursor, agency)

    def keep_agency_status(self, agency: str, status: AgencyStatus) -> None:
        """Keeps an agency's status as a steward's decision leaves it."""
        self.agency_statuses[agency] = status

    def record(self, stream: UUID) -> SourceRecord:
        """The record of that stream."""
        self.load_records({stream})
        return self.records[stream]

    def readable_records(self, streams: Iterable[str]) -> list[SourceRecord]:
        """Those of the records that can be read; of one whose key is destroyed nothing is left to destroy."""
        wanted = [UUID(stream) for stream in streams]
        try:
            self.load_records(set(wanted))
        except KeyDestroyed:
            for stream in wanted:
                with suppress(KeyDestroyed):
                    self.load_records({stream})
        return [self.records[stream] for stream in wanted if stream in self.records]

    def suspended_sources(self) -> frozenset[str]:
        """The sources from which nothing is taken, or was not before this batch."""
        with self._database.transaction() as cursor:
            before = suspended_sources(cursor)
        return before | {agency_urn(agency) for agency, status in self.agency_statuses.items() if status.suspended}

    def chronologies(self, children: Sequence[Child]) -> Judged:
        """What the children are judged by, as the log has it: what was decided in this batch is not there."""
        return chronologies(self._log.recorder, self._keys, children)

    def numbers_of(self, record: SourceRecord) -> list[store.RecordKey]:
        """The numbers by which its agency names the record and its involvements."""
        registered = next(self._events({record.id}))
        assert isinstance(registered, RecordRegistered)
        named = [("subject", registered.subject), *(("involvement", each) for each in record.involvements)]
        return [(registered.source, kind, number) for kind, number in named]

    def digest(self, key: store.RecordKey) -> bytes:
        """The keyed digest of an agency's number."""
        return self._keys.digest(*key)

    def checkpoint(self) -> str | None:
        """The latest signed checkpoint of the register, if there is one."""
        with self._database.transaction() as cursor:
            cursor.execute("select note from publication.checkpoints where log = 'register'")
            row = cursor.fetchone()
        return str(row[0]) if row else None

    def keep_record(self, record: SourceRecord) -> None:
        """Keeps a record as a steward's decision leaves it."""
        self.records[record.id] = record

    def indexed_keys(self, record: str) -> Mapping[str, Sequence[int]]:
        """The keys under which the match index has the record, by the record; nothing where it is not there."""
        with self._database.transaction() as cursor:
            return keys_of(cursor, record)

    def description(self, stream: UUID) -> RecordRegistered | RecordAmended | None:
        """The event that describes the record now; None where it is removed, or its key destroyed."""
        try:
            events = list(self._events({stream}))
        except KeyError:
            return None
        if removals_of(events).hold:
            return None
        described = (event for event in events if isinstance(event, RecordRegistered | RecordAmended))
        return max(described, key=lambda event: (event.time, event.originator_version), default=None)

    def drop(self, streams: Iterable[UUID]) -> None:
        """Forgets records and children that were changed elsewhere."""
        for stream in streams:
            self.records.pop(stream, None)
            self.children.pop(stream, None)

    def versions_of(self, records: Iterable[str]) -> dict[str, int]:
        """The last version of each record."""
        streams = {UUID(record) for record in records}
        self.load_records(streams)
        return {str(stream): self.records[stream].version for stream in streams}

    def sources_of(self, records: Collection[str]) -> dict[str, str]:
        """The agency of each of the records that is in the match index and counts.

        The index may have some still that were removed or destroyed in this batch.
        """
        known = [(each, self.records.get(UUID(each.record))) for each in self.described(records)]
        return {each.record: each.features.source for each, one in known if one is None or one.status not in GONE}

    def found_like(self, records: Collection[str]) -> list[FoundLike]:
        """The records that are like one of these, as many as one decision may be about; their children are loaded."""
        with self._database.transaction() as cursor:
            found = found_like(cursor, records)
        with suppress(KeyDestroyed):
            self.load_children({UUID(each.child) for each in found})
        return found

    def described(self, records: Collection[str]) -> list[Candidate]:
        """Those of the records that are in the match index and count."""
        with self._database.transaction() as cursor:
            return [each for each in candidates_of(cursor, (), records) if each.record in records]

    def children_of(self, records: Collection[str]) -> dict[str, str]:
        """The child of each of the records that is in the match index, kept of a shielded child, or removed."""
        with self._database.transaction() as cursor:
            return children_of(cursor, records)

    def cannot_link(self, records: Collection[str]) -> Collection[tuple[str, str]]:
        """The pairs of records of two children that one of these is in, both ways round."""
        with self._database.transaction() as cursor:
            return cannot_link_pairs(cursor, list(records))

    def caused_by(self, submissions: Collection[Caused]) -> dict[Caused, list[RegisterEvent]]:
        """The events that submissions of these ids have caused, each on the record of that stream."""
        caused: dict[Caused, list[RegisterEvent]] = {}
        for event in self._events({stream for stream, _ in submissions}):
            key = event.originator_id, getattr(event, "caused_by", "")
            if key in submissions:
                caused.setdefault(key, []).append(event)
        return caused

    def pseudonym(self, user: str) -> str:
        """What a user is counted by: a digest that only this installation can compute."""
        return self._keys.digest("user", user).hex()

    def is_known_openly(self, records: Iterable[str]) -> bool:
        """Whether one of the records is an ordinary agency's."""
        with self._database.transaction() as cursor:
            sensitive = store.sensitive_sources(cursor)
            return any(each.features.source not in sensitive for each in candidates_of(cursor, (), list(records)))

    def streams_of(self, keys: Iterable[store.RecordKey]) -> dict[store.RecordKey, UUID]:
        """The record that each number of an agency means."""
        with self._database.transaction() as cursor:
            return store.streams_of(cursor, set(keys))

    def _load(self, kept: OrderedDict[UUID, Any], wanted: set[UUID]) -> None:
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
        missing = [stream for stream in wanted if stream not in kept]
        for stream in wanted:
            if stream in kept:
                kept.move_to_end(stream)
        if not missing:
            return
        try:
            for event in self._events(missing):
                kept[event.originator_id] = event.mutate(kept.get(event.originator_id))
        except KeyError:
            for stream in missing:
                kept.pop(stream, None)
            raise

    def _events(self, streams: Collection[UUID]) -> Iterator[Any]:
        stored: list[StoredEvent] = list(self._log.recorder.select_events_of(list(streams)))
        self._keys.prefetch(str(event.originator_id) for event in stored if _may_be_sealed(event))
        return map(self._log.mapper.to_domain_event, stored)


def _may_be_sealed(stored: StoredEvent) -> bool:
    event = EVENTS.get(stored.topic)
    return event is None or bool(event.SEALED)
