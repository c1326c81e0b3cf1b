"""How a batch of messages takes effect: read, look up what is known, decide one after the other, save all at once.

Everything a batch causes (events, keys, receipts, dead letters, offsets, index rows) is one transaction, so each
message takes effect exactly once whatever is killed. After a failed save nothing in memory is believed.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.agency import Agency
from domain.child import Child, Ruling
from domain.event import RegisterEvent
from domain.matching import Comparer
from domain.source_record import Command, Refusal, decide
from domain.vocabulary import SubmissionType
from projections.base.partition import Partition
from services.contract.reading import Invalid, reason
from services.registrar import store
from services.registrar.aggregates import Aggregates
from services.registrar.batch import Batch, Message
from services.registrar.batch_matcher import BatchMatcher, ReadBatchMatcher, read_batch_matcher
from services.registrar.cannot_link import CannotLinkRuling
from services.registrar.linking import Telling
from services.registrar.match_index import count_records
from services.registrar.receipts import Answer, dead_letter, receipt
from services.registrar.stewardship import rule
from streams.codec import iso_text
from streams.crypto.keys import KeyRing, insert_keys
from streams.store.application import LogApplication
from streams.store.database import Database, DatabaseAway
from streams.store.outbox import write_outbox

logger = logging.getLogger(__name__)

_NOT_THE_MESSAGE = (store.OffsetMoved, DatabaseAway, OperationalError, InterfaceError, IntegrityError)
"""Failures that no message is to blame for: the batch is taken again."""

_DESCRIBES = (SubmissionType.CHILD_REGISTERED, SubmissionType.CHILD_AMENDED)
_TOUCHES_THE_INDEX = (*_DESCRIBES, SubmissionType.RECORD_REMOVED)


class Registrar:
    """Decides batches. `database` is for reading; writing goes through the log's recorder.

    `clock` gives the recorded time, `new_id` a random stream id, `read_batch_matcher` what is known of who is who;
    `offsets` has the next message of each partition, `known` the aggregates.
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
        read_batch_matcher: ReadBatchMatcher = read_batch_matcher,
    ) -> None:
        self._log = log
        self._database = database
        self._keys = keys
        self._comparer = comparer
        self._clock = clock
        self._new_id = new_id
        self._read_batch_matcher = read_batch_matcher
        self.offsets: dict[Partition, int] = {}
        self._indexed = 0
        self.known = Aggregates(log, database, keys)

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
        self.known.forget()
        self._keys.forget()

    def _take(self, messages: Sequence[Message]) -> list[Answer]:
        if messages[0].is_stewards:
            return self._rule_on(messages)
        batch = self._look_up([command for message in messages if (command := _own_command(message))])
        for message in messages:
            batch.answer(message, self._answer(batch, message))
        self._save(batch, messages)
        return batch.answers

    def _rule_on(self, messages: Sequence[Message]) -> list[Answer]:
        """Takes decisions of data stewards, in a transaction of their own: they see what was saved before."""
        asked = [message.reading for message in messages if isinstance(message.reading, Command)]
        with self._database.transaction() as cursor:
            outcomes = store.outcomes_of(cursor, {(each.source, each.id) for each in asked})
        batch = Batch(self._clock(), outcomes, {}, BatchMatcher(self._comparer))
        for message in messages:
            batch.answer(message, self._ruled(batch, message))
        self._save(batch, messages)
        return batch.answers

    def _ruled(self, batch: Batch, message: Message) -> Answer:
        asked = message.reading
        if isinstance(asked, Invalid):
            return message.answered("invalid", tuple(asked.reasons))
        return self._settle(batch, message, asked, lambda: self._rule(batch, asked))

    def _rule(self, batch: Batch, asked: Command) -> Refusal | None:
        at = batch.recorded_at
        ruling = Ruling(asked.data["decided_by"], asked.data["reason"], at, iso_text(at))
        ruled = rule(self.known, asked, ruling, self._new_id)
        if isinstance(ruled, Refusal):
            return ruled
        for child in ruled.children:
            self.known.children[child.id] = child
            batch.events.extend(event for event in child.collect_events() if isinstance(event, RegisterEvent))
        batch.changes.index.moved.update(ruled.moved)
        if ruled.left:
            batch.changes.verdicts.append(CannotLinkRuling(ruled.apart, ruled.left, ruled.right))
        return None

    def _give_up(self, message: Message) -> list[Answer]:
        answer = message.answered("refused", (_NOT_PROCESSED,))
        batch = Batch(
            self._clock(), {}, {}, BatchMatcher(self._comparer), answers=[answer], letters=[(answer, message.value)]
        )
        self._save(batch, [message])
        return batch.answers

    def _look_up(self, commands: Sequence[Command]) -> Batch:
        with self._database.transaction() as cursor:
            outcomes = store.outcomes_of(cursor, {(command.source, command.id) for command in commands})
            streams = store.streams_of(cursor, {key for command in commands for key in _record_keys(command)})
            describing = [command for command in commands if command.type in _DESCRIBES]
            touched = {
                str(stream)
                for command in commands
                if command.type in _TOUCHES_THE_INDEX
                and (stream := streams.get((command.source, "subject", command.subject))) is not None
            }
            self._comparer = self._comparer.among(self._indexed)
            batch_matcher, children = self._read_batch_matcher(cursor, self._comparer, describing, touched)
        self.known.load_records(set(streams.values()))
        self.known.load_children(set(map(UUID, children)))
        return Batch(self._clock(), outcomes, streams, batch_matcher)

    def _answer(self, batch: Batch, message: Message) -> Answer:
        command, agency = message.reading, message.owner
        if isinstance(command, Invalid):
            return message.answered("invalid", tuple(command.reasons))
        if agency is None:
            return message.answered("refused", (_UNKNOWN_AGENCY,))
        if command.source != agency.urn:
            return message.answered("refused", (_NOT_THE_OWNER,))
        return self._settle(batch, message, command, lambda: self._decide(batch, command, agency))

    def _settle(self, batch: Batch, message: Message, reading: Command, decide: Callable[[], Refusal | None]) -> Answer:
        """Decides what was not decided before, and remembers the outcome."""
        key = (reading.source, reading.id)
        before = batch.outcomes.get(key)
        if before:
            return message.answered("duplicate", () if before == "accepted" else (_REFUSED_BEFORE,))
        refusal = decide()
        outcome = "refused" if refusal else "accepted"
        batch.outcomes[key] = outcome
        batch.changes.submissions.append((*key, outcome))
        if refusal:
            return message.answered(outcome, (reason(refusal.field, refusal.code, refusal.message),))
        return message.answered(outcome, (), len(batch.events) - 1)

    def _decide(self, batch: Batch, command: Command, agency: Agency) -> Refusal | None:
        urn = agency.urn
        known = batch.streams.get((urn, "subject", command.subject))
        record = self.known.records.get(known) if known else None
        used_by = batch.streams.get((urn, "involvement", command.data.get("involvement", "")))
        decided = decide(
            record,
            command,
            agency,
            new_id=known or self._new_id(),
            recorded_at=batch.recorded_at,
            other_record_has_involvement=used_by is not None and used_by != known,
        )
        if isinstance(decided, Refusal):
            return decided
        if record is None:
            self.known.records[decided.id] = decided
            self._keys.begin(str(decided.id))
        for kind, number in _numbers(command):
            if (urn, kind, number) not in batch.streams:
                batch.streams[(urn, kind, number)] = decided.id
                batch.changes.record_keys.append((urn, kind, number, decided.id))
        (event,) = decided.collect_events()
        assert isinstance(event, RegisterEvent)
        batch.events.append(event)
        if command.type in _DESCRIBES:
            self._place(batch, event, command)
        elif command.type == SubmissionType.RECORD_REMOVED:
            batch.batch_matcher.remove(str(event.originator_id))
        return None

    def _place(self, batch: Batch, cause: RegisterEvent, command: Command) -> None:
        """Decides which child the record belongs to, or goes on belonging to, and what else follows from that."""
        record = str(cause.originator_id)
        placement = batch.batch_matcher.place(record, command)
        if placement is None:
            return
        telling = Telling(self._comparer, cause)
        if placement.child is None:
            shields = [self.known.children[UUID(each.child)].shield for each in placement.suspected]
            child = Child.listed(self._new_id(), cause, hidden=any(shields))
            self.known.children[child.id] = child
        else:
            child = self.known.children[UUID(placement.child)]
        brought = batch.batch_matcher.settle(record, command, str(child.id), [each.child for each in placement.merged])
        told = telling.tell(child, placement, brought, {each: self.known.children[UUID(each)] for each in brought})
        batch.events.extend(told)

    def _save(self, batch: Batch, messages: Sequence[Message]) -> None:
        recorded_at = iso_text(batch.recorded_at)
        next_offsets = {Partition(message.topic, message.partition): message.offset + 1 for message in messages}
        moves = {partition: (self.offsets.get(partition, 0), now) for partition, now in next_offsets.items()}

        def in_transaction(cursor: Cursor, positions: Sequence[int]) -> None:
            store.move_offsets(cursor, moves)
            store.write(cursor, batch.changes)
            insert_keys(cursor, "register", self._keys.take_new())
            rows = [
                receipt(answer, recorded_at, None if answer.last_event is None else positions[answer.last_event])
                for answer in batch.answers
            ]
            rows += [dead_letter(answer, value, recorded_at) for answer, value in batch.letters]
            write_outbox(cursor, rows)

        stored = [self._log.mapper.to_stored_event(event) for event in batch.events]
        self._log.recorder.insert_events(stored, in_transaction=in_transaction)
        self._keys.settle()
        self._indexed += batch.batch_matcher.changes.growth
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


def _own_command(message: Message) -> Command | None:
    """The command in a message that its sender may send, or None."""
    command = message.reading
    owns = isinstance(command, Command) and message.owner is not None and command.source == message.owner.urn
    return command if owns and isinstance(command, Command) else None


def _numbers(command: Command) -> list[tuple[str, str]]:
    numbers = [("subject", command.subject)]
    if command.type == SubmissionType.INVOLVEMENT_STARTED:
        numbers.append(("involvement", command.data["involvement"]))
    return numbers


def _record_keys(command: Command) -> list[store.RecordKey]:
    return [(command.source, kind, number) for kind, number in _numbers(command)]
