"""Builds the match index from the log, and who is in the archive, where a version of the product keeps it differently.

It reads the events once, in order, and a batch at a time, so memory does not grow with the directory. Only when all is
done is the format recorded; if it is killed before that, it begins again.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from threading import Event
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.catalogue import EVENTS, UPCASTS, event_class
from domain.child.events import (
    ChildListed,
    ChildrenMerged,
    RecordAcceptedBySteward,
    RecordLinked,
    RecordsAccepted,
    RecordSetAsideBySteward,
    RecordsSetAside,
    RecordUnlinked,
    ShieldApplied,
    ShieldLifted,
)
from domain.child.identity_events import NewIdentityGiven, RecordClosed, RecordOpened
from domain.event import RegisterEvent
from domain.matching import Features, features_of
from domain.source_record.events import (
    RecordAmended,
    RecordRegistered,
    RecordRemoved,
    RecordRemovedAgain,
    RecordRemovedBySteward,
    RecordRestored,
    RecordResumed,
    RecordSuspended,
)
from services.registrar.archived_children import ARCHIVING, write_archived
from services.registrar.closed_records import CLOSED_TABLES, CLOSING, write_closed, write_closings
from services.registrar.fence import Fence
from services.registrar.found_like import FINDING, FOUND_LIKE_TABLES, write_found_like
from services.registrar.hidden_children import HIDES, stays_hidden
from services.registrar.match_index import (
    HIDDEN_TABLES,
    IndexChanges,
    candidates_of,
    index_keys,
    keys_of,
    removed_children,
    write_index,
)
from services.registrar.placing import Streams, features_by, place_anew
from services.registrar.shielded_records import SHIELDED_TABLES, SHIELDING, write_restored, write_shields
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing
from streams.store.application import LogApplication
from streams.store.database import Database

logger = logging.getLogger(__name__)

INDEX_FORMAT = "13"
"""Changes with the blocking keys, what features hold, whose keys are kept apart, and what is kept of shielded children,
of removed records, of which record was found like which, and of who is in the archive."""
BATCH = 2_000

_TABLES = [
    f"register.{name}"
    for name in (
        *("match_index", "match_keys", "match_index_format", "removed_records"),
        *(*HIDDEN_TABLES, *SHIELDED_TABLES, *CLOSED_TABLES, *FOUND_LIKE_TABLES),
    )
]
_DESCRIBING = (RecordRegistered, RecordAmended)
_OF_CHILDREN = (ChildListed, RecordLinked, ChildrenMerged, RecordsSetAside, RecordsAccepted, RecordUnlinked)
_OF_STEWARDS = (RecordAcceptedBySteward, RecordSetAsideBySteward)
_REMOVING = (RecordRemoved, RecordRemovedAgain, RecordRemovedBySteward)
_TAKEN = (*_DESCRIBING, *_REMOVING, RecordRestored, *_OF_CHILDREN, *_OF_STEWARDS)


def _topics_of(*events: type[RegisterEvent]) -> list[str]:
    """The wire names of events, with those of their older versions."""
    return sorted(name for name in (*EVENTS, *UPCASTS) if event_class(name) in events)


_CUT = frozenset(_topics_of(*SHIELDING, *CLOSING))
_SHIELDS, _MERGES = _topics_of(ShieldApplied), _topics_of(ChildrenMerged)
_TOPICS = _topics_of(*_TAKEN, *SHIELDING, *CLOSING)
_CLEAR = frozenset((*_OF_CHILDREN, *_OF_STEWARDS, *SHIELDING))
"""Events of which all that the index needs is in clear: what a destroyed child did to the records of others stays."""
_FOLLOWING = _topics_of(RecordSuspended, RecordResumed)
_HIDING = _topics_of(*HIDES)
_FINDING = _topics_of(*FINDING)
_ARCHIVING = _topics_of(*ARCHIVING)


def build_match_index(log: LogApplication, database: Database, keys: KeyRing, fence: Fence, stop: Event) -> None:
    """Does nothing where the index is of this format.

    Raises FenceLost, DatabaseAway and the library's persistence errors.
    """
    with database.transaction() as cursor:
        fence.check(cursor)
        cursor.execute("select format from register.match_index_format")
        if cursor.fetchone() == (INDEX_FORMAT,):
            return
        cursor.execute(f"truncate {', '.join(_TABLES)}")
        cursor.execute("delete from register.archived")
    last = log.recorder.max_notification_id() or 0
    if last:
        logger.info("building the match index from %d events", last)
    builder = _Builder(log, keys)
    done = 0
    while not stop.is_set():
        batch = log.recorder.select_notifications(done, BATCH, topics=_TOPICS, inclusive_of_start=False)
        if not batch:
            break
        if len(batch) == BATCH > 1 and batch[-1].topic in _SHIELDS:
            batch = batch[:-1]  # the merge that it was inherited for may follow
        with database.transaction() as cursor:
            fence.check(cursor)
            for sub_batch in builder.sub_batches(batch):
                builder.take(cursor, sub_batch)
        done = batch[-1].id
    if not stop.is_set():
        _hide(log, database, keys, fence)
        _place_what_is_set_aside(log, database, keys, fence, builder.unlike_from)
        _rebuild_from_clear(log, database, keys, fence, _FINDING, write_found_like)
        _rebuild_from_clear(log, database, keys, fence, _ARCHIVING, write_archived)
        with database.transaction() as cursor:
            fence.check(cursor)
            cursor.execute("insert into register.match_index_format (format) values (%s)", (INDEX_FORMAT,))


def _hide(log: LogApplication, database: Database, keys: KeyRing, fence: Fence) -> None:
    """Sets the keys apart of the children who are hidden after all events."""
    done = 0
    while batch := log.recorder.select_notifications(done, BATCH, topics=_HIDING, inclusive_of_start=False):
        found = Streams(log, keys).read(list({UUID(str(each.originator_id)) for each in batch}))
        hidden = {str(child.id) for child, _ in found if stays_hidden(child)}
        with database.transaction() as cursor:
            fence.check(cursor)
            write_index(cursor, IndexChanges(hidden=hidden))
        done = batch[-1].id


def _place_what_is_set_aside(
    log: LogApplication, database: Database, keys: KeyRing, fence: Fence, unlike_from: Mapping[str, int]
) -> None:
    """Places the records anew that were ever set aside, by what of them counts; `unlike_from` as in `features_by`."""
    done = 0
    while batch := log.recorder.select_notifications(done, BATCH, topics=_FOLLOWING, inclusive_of_start=False):
        with database.transaction() as cursor:
            fence.check(cursor)
            place_anew(cursor, log, keys, list({UUID(str(each.originator_id)) for each in batch}), unlike_from)
        done = batch[-1].id


def _rebuild_from_clear(
    log: LogApplication,
    database: Database,
    keys: KeyRing,
    fence: Fence,
    topics: Sequence[str],
    write: Callable[[Cursor, Iterable[RegisterEvent]], None],
) -> None:
    """Writes a table by what is in clear of these events, of destroyed children, too."""
    done, mapper = 0, EventMapper(keys)
    while batch := log.recorder.select_notifications(done, BATCH, topics=topics, inclusive_of_start=False):
        with database.transaction() as cursor:
            fence.check(cursor)
            write(cursor, map(mapper.clear_event, batch))
        done = batch[-1].id


class _Builder:
    """Takes the events in order; a record that is described but not linked yet waits for the next batch."""

    def __init__(self, log: LogApplication, keys: KeyRing) -> None:
        self._log = log
        self._mapper = EventMapper(keys)
        self._keys = keys
        self._waiting: dict[str, Features] = {}
        self._aside: dict[str, str] = {}
        self.unlike_from: dict[str, int] = {}
        self._closed: set[str] = set()
        self._closed_children: dict[str, str] = {}
        self._accepted: dict[str, str] = {}
        self._shielded: set[str] = set()

    def sub_batches(self, batch: Sequence[Notification]) -> Iterable[Sequence[Notification]]:
        """The batch cut behind each shield and each closing, which take the records as they are at that moment.

        A shield that is inherited comes before the merge that it is inherited for: the cut is behind that merge.
        """
        begin = 0
        waits = False
        for number, each in enumerate(batch, start=1):
            cuts = waits or each.topic in _CUT
            waits = number < len(batch) and self._is_inherited_for(each, batch[number])
            if cuts and not waits:
                yield batch[begin:number]
                begin = number
        yield batch[begin:]

    def _is_inherited_for(self, shield: Notification, merge: Notification) -> bool:
        """Whether the one event is a shield of another child that this one has for the merge which follows."""
        if shield.originator_id != merge.originator_id or shield.topic not in _SHIELDS or merge.topic not in _MERGES:
            return False
        event = self._opened(shield)
        return isinstance(event, ShieldApplied) and event.inherited_from is not None

    def take(self, cursor: Cursor, batch: Sequence[Notification]) -> None:
        """Brings the index from before the batch to after it."""
        self._keys.prefetch({str(each.originator_id) for each in batch})
        events = [event for each in batch if (event := self._opened(each))]
        stored = {
            candidate.record: candidate
            for candidate in candidates_of(cursor, (), {record for event in events for record in _named(event)})
        }
        features = {record: candidate.features for record, candidate in stored.items()} | self._waiting
        child_of = {record: candidate.child for record, candidate in stored.items()}
        child_of |= removed_children(cursor, {str(e.originator_id) for e in events if isinstance(e, RecordRestored)})
        described: set[str] = set(self._waiting)
        removed: set[str] = set()
        gone_with: set[str] = set()
        taken_back: dict[str, Features] = {}
        for event in events:
            record = str(event.originator_id)
            if isinstance(event, _DESCRIBING) and record in self._closed:
                continue
            if isinstance(event, _DESCRIBING):
                held_since = self._aside.get(record)
                if held_since is not None and event.time < held_since:
                    continue
                before = None if held_since is not None else features.get(record)
                features[record] = features_of(event.particulars, event.time, before, event.source)
                described.add(record)
                if held_since is not None:
                    self._aside[record] = event.time
                elif record in self._accepted:
                    self._accepted[record] = max(self._accepted[record], event.time)
            elif isinstance(event, RecordRemoved):
                removed.add(record)
            elif isinstance(event, RecordRestored):
                closed = self._closed_children.get(child_of.get(record, ""))
                if closed is not None and record not in self._closed:
                    self._closed.add(record)
                    write_closed(cursor, {record: closed})
                restored = {} if record in self._closed else self._restored(record, event.originator_version)
                taken_back |= restored
                features |= restored
                described |= restored.keys()
                removed -= restored.keys()
            elif isinstance(event, RecordsSetAside):
                forgetful = self._set_aside(event, features.keys() - removed)
                features |= forgetful
                described |= forgetful.keys()
            elif isinstance(event, RecordSetAsideBySteward):
                self._aside[event.record] = self._accepted.pop(event.record, event.time)
            elif isinstance(event, RecordAcceptedBySteward):
                self._accepted[event.record] = self._aside.pop(event.record, event.time)
            elif isinstance(event, RecordsAccepted | RecordUnlinked):
                for each in event.records:
                    self._aside.pop(each, None)
                    if isinstance(event, RecordsAccepted):
                        self.unlike_from.pop(each, None)
                if isinstance(event, RecordUnlinked):
                    child_of |= dict.fromkeys(event.records, event.to)
                    gone_with.update(event.records)
            elif isinstance(event, RecordOpened):
                opened = self._described(event.record, event.record_version)
                features |= opened
                described |= opened.keys()
                child_of[event.record] = record
            elif not isinstance(event, (*SHIELDING, *CLOSING)):
                child_of |= dict.fromkeys(_named(event), record)
                if isinstance(event, ChildrenMerged):
                    gone_with.update(_named(event))
        changes = IndexChanges()
        changes.removed = {record: child_of[record] for record in removed & child_of.keys()}
        for record in (described | removed) & stored.keys():
            changes.outdated[record] = index_keys(stored[record].features)
        for record in (described - removed) & child_of.keys():
            changes.put[record] = child_of[record], features[record], index_keys(features[record])
        # What is kept of a shielded child's removed records, which are not stored here, goes with the child.
        changes.moved.update({each: child for each, child in child_of.items() if each in stored or each in gone_with})
        write_index(cursor, changes)
        shielded = [record for record in taken_back if child_of.get(record) in self._shielded]
        write_restored(cursor, {record: (child_of[record], taken_back[record]) for record in shielded})
        write_shields(cursor, events)
        self._follow_shields(events)
        self._waiting = {record: features[record] for record in described - removed - child_of.keys()}
        if events and isinstance(events[-1], CLOSING):
            self._close(cursor, events[-1])

    def _follow_shields(self, events: Iterable[RegisterEvent]) -> None:
        for event in events:
            if isinstance(event, ShieldLifted):
                self._shielded.discard(str(event.originator_id))
            elif isinstance(event, SHIELDING):
                self._shielded.add(str(event.originator_id))

    def _close(self, cursor: Cursor, event: RegisterEvent) -> None:
        """Takes the records that an event closes out of the index, or has one described again that it opens."""
        write_closings(cursor, [event])
        if isinstance(event, NewIdentityGiven):
            self._closed_children |= dict.fromkeys(event.children, str(event.originator_id))
        if isinstance(event, RecordOpened):
            self._closed.discard(event.record)
            return
        closed = [event.record] if isinstance(event, RecordClosed) else getattr(event, "records", [])
        self._closed.update(closed)
        changes = IndexChanges()
        for record in closed:
            self._waiting.pop(record, None)
            changes.outdated |= keys_of(cursor, record)
        write_index(cursor, changes)

    def _set_aside(self, event: RecordsSetAside, kept: Collection[str]) -> dict[str, Features]:
        """The features of the records that are set aside: what they reported before counts no more.

        Those that the index does not keep, because they were removed or closed, stay out of it: a child that absorbs
        another one names them once more.
        """
        found: dict[str, Features] = {}
        for each in event.aside:
            record, since = each["record"], each["since"]
            self.unlike_from[record] = since
            if record in kept and record not in self._aside:
                self._aside[record] = event.time
                found |= self._described(record, since)
        return found

    def _described(self, record: str, version: int) -> dict[str, Features]:
        """The features of a record by one event alone; none where its key was destroyed."""
        found: dict[str, Features] = {}
        for stored in self._log.recorder.select_events(UUID(record), gt=version - 1, lte=version):
            described = self._opened(stored)
            assert described is None or isinstance(described, _DESCRIBING)
            if described:
                found[record] = features_of(described.particulars, described.time, source=described.source)
        return found

    def _restored(self, record: str, version: int) -> dict[str, Features]:
        """The features of a record by what counts of it when its removal is taken back."""
        stored = self._log.recorder.select_events(UUID(record), lte=version)
        history = [event for each in stored if (event := self._opened(each))]
        begin = next((event.from_version for event in reversed(history) if isinstance(event, RecordSuspended)), None)
        found = features_by(history, begin, self.unlike_from.get(record))
        return {record: found} if found else {}

    def _opened(self, stored: StoredEvent) -> RegisterEvent | None:
        """The event; where its key was destroyed, what of it is in clear, or None where that is of no use here."""
        try:
            event = self._mapper.to_domain_event(stored)
        except KeyError:
            return self._mapper.clear_event(stored) if event_class(stored.topic) in _CLEAR else None
        return event if isinstance(event, RegisterEvent) else None


def _named(event: RegisterEvent) -> Iterable[str]:
    """The records that an event is about."""
    if isinstance(event, ChildListed | RecordLinked):
        return (event.record,)
    if isinstance(event, RecordUnlinked):
        return event.records
    if isinstance(event, RecordsSetAside):
        return [each["record"] for each in event.aside]
    if isinstance(event, ChildrenMerged):
        return [record for each in event.merged for record in each["records"]]
    return (str(event.originator_id),) if isinstance(event, (*_DESCRIBING, RecordRemoved, RecordRestored)) else ()
