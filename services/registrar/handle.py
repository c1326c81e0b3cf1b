"""How a batch of messages takes effect: read, look up what is known, decide one after the other, save all at once.

Everything a batch causes (events, keys, receipts, dead letters, offsets, index rows) is one transaction, so each
message takes effect exactly once whatever is killed. After a failed save nothing in memory is believed.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, StoredEvent
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.agency import Agency
from domain.catalogue import EVENTS
from domain.child import Child, Ruling
from domain.event import RegisterEvent
from domain.identity import Comparer
from domain.source_record import Refusal, Said, SourceRecord, decide
from domain.vocabulary import STEWARDSHIP_SOURCE, SubmissionType
from services.registrar import store
from services.registrar.decisions import read_decision
from services.registrar.kept_apart import Verdict
from services.registrar.match_index import count_records
from services.registrar.places import Places, ReadPlaces, read_places
from services.registrar.reading import TOO_LARGE, Invalid, Reason, Valid, read, reason
from services.registrar.receipts import Answer, dead_letter, receipt
from services.registrar.stewardship import rule
from services.registrar.telling import Telling
from streams.codec import iso_text
from streams.store.application import LogApplication
from streams.store.database import Database, DatabaseAway
from streams.store.keys import KeyRing, insert_keys
from streams.topics import STEWARDSHIP, submissions_topic

logger = logging.getLogger(__name__)

CACHED_AGGREGATES = 15_000
STEWARDS_TOPIC = submissions_topic(STEWARDSHIP)

_NOT_THE_MESSAGE = (store.OffsetMoved, DatabaseAway, OperationalError, InterfaceError, IntegrityError)
"""Failures that no message is to blame for: the batch is taken again."""

_DESCRIBES = (SubmissionType.CHILD_REGISTERED, SubmissionType.CHILD_AMENDED)
_TOUCHES_THE_INDEX = (*_DESCRIBES, SubmissionType.RECORD_REMOVED)


@dataclass(slots=True)
class Message:
    """One message of a submissions topic; `owner` is the topic's agency, or None for the unclaimed topic.

    `oversize` says that the sender cut it; `reading` is what its value says.
    """

    topic: str
    partition: int
    offset: int
    value: bytes
    owner: Agency | None
    oversize: bool = False
    reading: Valid | Invalid = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.oversize:
            self.reading = TOO_LARGE
        else:
            self.reading = read_decision(self.value) if self.is_stewards else read(self.value)

    @property
    def is_stewards(self) -> bool:
        """Whether it is a data steward's decision."""
        return self.topic == STEWARDS_TOPIC

    @property
    def reference(self) -> str:
        """Names the message in its receipt."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(slots=True)
class Batch:
    """What is known when a batch is decided, and what it has caused so far."""

    recorded_at: datetime
    outcomes: dict[store.SubmissionKey, str]
    streams: dict[store.RecordKey, UUID]
    places: Places
    events: list[RegisterEvent] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    letters: list[tuple[Answer, bytes]] = field(default_factory=list)
    changes: store.Changes = field(default_factory=store.Changes)

    def __post_init__(self) -> None:
        self.changes.index = self.places.changes


class Registrar:
    """Decides batches. `database` is for reading; writing goes through the log's recorder.

    `clock` gives the recorded time, `new_id` a random stream id, `read_places` what is known of who is who; `offsets`
    has the next message of each partition.
    """

    def __init__(
        self,
        log: LogApplication,
        database: Database,
        keys: KeyRing,
        comparer: Comparer,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID] = uuid4,
        read_places: ReadPlaces = read_places,
    ) -> None:
        self._log = log
        self._database = database
        self._keys = keys
        self._comparer = comparer
        self._clock = clock
        self._new_id = new_id
        self._read_places = read_places
        self.offsets: dict[store.Partition, int] = {}
        self._indexed = 0
        self._records: OrderedDict[UUID, SourceRecord] = OrderedDict()
        self._children: OrderedDict[UUID, Child] = OrderedDict()

    def handle(self, messages: Sequence[Message]) -> list[Answer]:
        """Takes a batch; afterwards every message of it has taken effect and is answered.

        Where a message makes the deciding fail, each is taken on its own and that one is kept as a dead letter.
        Raises OffsetMoved where another registrar was faster, DatabaseAway and the library's persistence errors; then
        the batch has had no effect, or all of it (CommitUnknown): the stored offsets tell.
        """
        decisions = [message for message in messages if message.is_stewards]
        if decisions and len(decisions) < len(messages):
            return [*self.handle([message for message in messages if not message.is_stewards]), *self.handle(decisions)]
        try:
            return self._take(messages)
        except _NOT_THE_MESSAGE:
            self.forget()
            raise
        except Exception as error:
            self.forget()
            logger.error("a batch of %d could not be processed (%s)", len(messages), type(error).__name__)
            if len(messages) > 1:
                return [answer for message in messages for answer in self.handle([message])]
            return self._give_up(messages[0])

    def resume(self) -> None:
        """Looks up how far the messages of each partition have taken effect; from there the batches have to follow."""
        with self._database.transaction() as cursor:
            self.offsets = store.load_offsets(cursor)
            self._indexed = count_records(cursor)

    def forget(self) -> None:
        """Drops what is cached; the database is asked again."""
        self._records.clear()
        self._children.clear()
        self._keys.forget()

    def _take(self, messages: Sequence[Message]) -> list[Answer]:
        if messages[0].is_stewards:
            return self._rule_on(messages)
        saids = [_said(message.reading, message.owner) for message in messages]
        batch = self._look_up([said for said in saids if said])
        for message, said in zip(messages, saids, strict=True):
            answer = self._answer(batch, message, said)
            batch.answers.append(answer)
            if answer.outcome == "invalid":
                batch.letters.append((answer, message.value))
        self._save(batch, messages)
        return batch.answers

    def _rule_on(self, messages: Sequence[Message]) -> list[Answer]:
        """Takes decisions of data stewards, in a transaction of their own: they see what was saved before."""
        asked = [message.reading for message in messages if isinstance(message.reading, Valid)]
        with self._database.transaction() as cursor:
            outcomes = store.outcomes_of(cursor, {(each.source, each.id) for each in asked})
        batch = Batch(self._clock(), outcomes, {}, Places(self._comparer))
        for message in messages:
            answer = self._ruled(batch, message)
            batch.answers.append(answer)
            if answer.outcome == "invalid":
                batch.letters.append((answer, message.value))
        self._save(batch, messages)
        return batch.answers

    def _ruled(self, batch: Batch, message: Message) -> Answer:
        asked = message.reading
        if isinstance(asked, Invalid):
            return _answered(message, "invalid", tuple(asked.reasons))
        return self._settle(batch, message, asked, lambda: self._rule(batch, asked))

    def _rule(self, batch: Batch, asked: Valid) -> Refusal | None:
        at = batch.recorded_at
        ruling = Ruling(asked.data["decided_by"], asked.data["reason"], at, iso_text(at))
        ruled = rule(self, asked, ruling, self._new_id)
        if isinstance(ruled, Refusal):
            return ruled
        for child in ruled.children:
            self._children[child.id] = child
            batch.events.extend(event for event in child.collect_events() if isinstance(event, RegisterEvent))
        batch.changes.index.moved.update(ruled.moved)
        batch.changes.verdicts.append(Verdict(ruled.apart, ruled.left, ruled.right))
        return None

    def child(self, child: str) -> Child | None:
        """The child of that number, or None; no other stream is one."""
        self._load(Child, self._children, {UUID(child)})
        found = self._children.get(UUID(child))
        if not isinstance(found, Child):
            self._children.pop(UUID(child), None)
            return None
        return found

    def versions_of(self, records: Iterable[str]) -> dict[str, int]:
        """The last version of each record."""
        streams = {UUID(record) for record in records}
        self._load(SourceRecord, self._records, streams)
        return {str(stream): self._records[stream].version for stream in streams}

    def streams_of(self, keys: Iterable[store.RecordKey]) -> dict[store.RecordKey, UUID]:
        """The stream of each record that an agency's number means."""
        with self._database.transaction() as cursor:
            return store.streams_of(cursor, set(keys))

    def _give_up(self, message: Message) -> list[Answer]:
        answer = _answered(message, "refused", (_NOT_PROCESSED,))
        batch = Batch(
            self._clock(), {}, {}, Places(self._comparer), answers=[answer], letters=[(answer, message.value)]
        )
        self._save(batch, [message])
        return batch.answers

    def _look_up(self, saids: Sequence[Said]) -> Batch:
        with self._database.transaction() as cursor:
            outcomes = store.outcomes_of(cursor, {(said.agency.urn, said.id) for said in saids})
            streams = store.streams_of(cursor, {key for said in saids for key in _record_keys(said)})
            describing = [said for said in saids if said.type in _DESCRIBES]
            touched = {
                str(stream)
                for said in saids
                if said.type in _TOUCHES_THE_INDEX
                and (stream := streams.get((said.agency.urn, "subject", said.subject))) is not None
            }
            self._comparer = self._comparer.among(self._indexed)
            places, children = self._read_places(cursor, self._comparer, describing, touched)
        self._load(SourceRecord, self._records, set(streams.values()))
        self._load(Child, self._children, set(map(UUID, children)))
        return Batch(self._clock(), outcomes, streams, places)

    def _load(self, kind: type[Any], cache: OrderedDict[UUID, Any], wanted: set[UUID]) -> None:
        while len(cache) > CACHED_AGGREGATES:
            cache.popitem(last=False)
        missing = [stream for stream in wanted if stream not in cache]
        for stream in wanted:
            if stream in cache:
                cache.move_to_end(stream)
        if not missing:
            return
        stored: list[StoredEvent] = list(self._log.recorder.select_events_of(missing))
        self._keys.prefetch(str(event.originator_id) for event in stored if _may_be_sealed(event))
        for event in map(self._log.mapper.to_domain_event, stored):
            cache[event.originator_id] = event.mutate(cache.get(event.originator_id))  # type: ignore[attr-defined]

    def _answer(self, batch: Batch, message: Message, said: Said | None) -> Answer:
        reading = message.reading
        if isinstance(reading, Invalid):
            return _answered(message, "invalid", tuple(reading.reasons))
        if said is None:
            why = _UNKNOWN_AGENCY if message.owner is None else _NOT_THE_OWNER
            return _answered(message, "refused", (why,))
        return self._settle(batch, message, reading, lambda: self._decide(batch, said))

    def _settle(self, batch: Batch, message: Message, reading: Valid, decide: Callable[[], Refusal | None]) -> Answer:
        """Decides what was not decided before, and remembers the outcome."""
        key = (reading.source, reading.id)
        before = batch.outcomes.get(key)
        if before:
            return _answered(message, "duplicate", () if before == "accepted" else (_REFUSED_BEFORE,))
        refusal = decide()
        outcome = "refused" if refusal else "accepted"
        batch.outcomes[key] = outcome
        batch.changes.submissions.append((*key, outcome))
        if refusal:
            return _answered(message, outcome, (reason(refusal.field, refusal.code, refusal.message),))
        return _answered(message, outcome, (), len(batch.events) - 1)

    def _decide(self, batch: Batch, said: Said) -> Refusal | None:
        urn = said.agency.urn
        known = batch.streams.get((urn, "subject", said.subject))
        record = self._records.get(known) if known else None
        used_by = batch.streams.get((urn, "involvement", said.data.get("involvement", "")))
        decided = decide(
            record,
            said,
            new_id=known or self._new_id(),
            recorded_at=batch.recorded_at,
            other_record_has_involvement=used_by is not None and used_by != known,
        )
        if isinstance(decided, Refusal):
            return decided
        if record is None:
            self._records[decided.id] = decided
            self._keys.begin(str(decided.id))
        for kind, number in _numbers(said):
            if (urn, kind, number) not in batch.streams:
                batch.streams[(urn, kind, number)] = decided.id
                batch.changes.record_keys.append((urn, kind, number, decided.id))
        (event,) = decided.collect_events()
        assert isinstance(event, RegisterEvent)
        batch.events.append(event)
        if said.type in _DESCRIBES:
            self._place(batch, event, said)
        elif said.type == SubmissionType.RECORD_REMOVED:
            batch.places.remove(str(event.originator_id))
        return None

    def _place(self, batch: Batch, cause: RegisterEvent, said: Said) -> None:
        """Decides which child the record belongs to, or goes on belonging to, and what else follows from that."""
        record = str(cause.originator_id)
        placement = batch.places.place(record, said)
        if placement is None:
            return
        telling = Telling(self._comparer, cause)
        if placement.child is None:
            child = Child.listed(self._new_id(), cause)
            self._children[child.id] = child
        else:
            child = self._children[UUID(placement.child)]
        brought = batch.places.settle(record, said, str(child.id), [each.child for each in placement.merged])
        told = telling.tell(child, placement, brought, {each: self._children[UUID(each)] for each in brought})
        batch.events.extend(told)

    def _save(self, batch: Batch, messages: Sequence[Message]) -> None:
        recorded_at = iso_text(batch.recorded_at)
        next_offsets = {(message.topic, message.partition): message.offset + 1 for message in messages}
        moves = {partition: (self.offsets.get(partition, 0), now) for partition, now in next_offsets.items()}

        def alongside(cursor: Cursor, positions: Sequence[int]) -> None:
            store.move_offsets(cursor, moves)
            store.write(cursor, batch.changes)
            insert_keys(cursor, "register", self._keys.take_new())
            rows = [
                receipt(answer, recorded_at, None if answer.last_event is None else positions[answer.last_event])
                for answer in batch.answers
            ]
            rows += [dead_letter(answer, value, recorded_at) for answer, value in batch.letters]
            store.write_outbox(cursor, rows)

        stored = [self._log.mapper.to_stored_event(event) for event in batch.events]
        self._log.recorder.insert_events(stored, alongside=alongside)
        self._keys.settle()
        self._indexed += batch.places.changes.growth
        self.offsets |= next_offsets


_UNKNOWN_AGENCY = reason(
    "source", "unknown-agency", "no agency of this source is registered; ask the directory's data managers"
)
_NOT_THE_OWNER = reason("source", "not-your-source", "an agency may only send in its own name and to its own topic")
_REFUSED_BEFORE = reason("id", "refused-before", "this id was refused before; send what was corrected under a new id")
_NOT_PROCESSED = reason(
    "",
    "not-processed",
    "the directory could not process this; it was kept, and its operators will see to it",
)


def _said(reading: Valid | Invalid, agency: Agency | None) -> Said | None:
    """What a registered agency says in its own name, or None."""
    if isinstance(reading, Invalid) or agency is None or reading.source != agency.urn:
        return None
    return Said(reading.id, reading.type, reading.subject, reading.time, reading.data, agency)


def _may_be_sealed(stored: StoredEvent) -> bool:
    event = EVENTS.get(stored.topic)
    return event is None or bool(event.SEALED)


def _numbers(said: Said) -> list[tuple[str, str]]:
    numbers = [("subject", said.subject)]
    if said.type == SubmissionType.INVOLVEMENT_STARTED:
        numbers.append(("involvement", said.data["involvement"]))
    return numbers


def _record_keys(said: Said) -> list[store.RecordKey]:
    return [(said.agency.urn, kind, number) for kind, number in _numbers(said)]


def _answered(message: Message, outcome: str, reasons: tuple[Reason, ...], last_event: int | None = None) -> Answer:
    owner = message.owner
    code, urn = (owner.code, owner.urn) if owner else (None, None)
    if message.is_stewards:
        code, urn = STEWARDSHIP, STEWARDSHIP_SOURCE
    return Answer(message.reference, code, urn, message.reading.id, outcome, reasons, last_event)
