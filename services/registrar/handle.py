"""How a batch of messages takes effect, in three steps: look up what is known, decide in order, save all at once.

Everything a batch causes is one transaction, so each message takes effect exactly once whatever is killed. After a
failed save nothing in memory is believed.
"""

import logging
from collections.abc import Sequence
from uuid import uuid4

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError

from domain.matching import Comparer
from domain.source_record import Command
from projections.base.partition import Partition
from services.registrar import store
from services.registrar.aggregates import Aggregates
from services.registrar.batch import BatchResult, Message
from services.registrar.decide_batch import NewId, decide_batch
from services.registrar.decide_in_order import not_processed
from services.registrar.look_up import ReadMatchState, look_up, read_match_state
from services.registrar.match_index import count_records
from services.registrar.receipts import Answer
from services.registrar.save import save
from services.registrar.stewardship import decide_stewards_batch
from streams.clock import Clock
from streams.crypto.keys import KeyRing
from streams.store.application import LogApplication
from streams.store.database import Database, DatabaseAway

logger = logging.getLogger(__name__)

_NOT_THE_MESSAGE = (store.OffsetMoved, DatabaseAway, OperationalError, InterfaceError, IntegrityError)
"""Failures that no message is to blame for: the batch is taken again."""


class Registrar:
    """Decides batches. `database` is for reading; writing goes through the log's recorder.

    `clock` gives the recorded time, `new_id` a random stream id, `read_match_state` reads who is who. `offsets` has the
    next offset of each partition, `aggregates` the records and children that are in memory.
    """

    def __init__(
        self,
        log: LogApplication,
        database: Database,
        keys: KeyRing,
        comparer: Comparer,
        *,
        clock: Clock,
        new_id: NewId = uuid4,
        read_match_state: ReadMatchState = read_match_state,
    ) -> None:
        self._log = log
        self._database = database
        self._keys = keys
        self._comparer = comparer
        self._clock = clock
        self._new_id = new_id
        self._read_match_state = read_match_state
        self._indexed = 0
        self.offsets: dict[Partition, int] = {}
        self.aggregates = Aggregates(log, database, keys)

    def handle(self, messages: Sequence[Message]) -> list[Answer]:
        """Takes a batch; afterwards every message of it has taken effect and is answered.

        Where a message makes the deciding fail, each is taken on its own and that one is kept as a dead letter.
        Raises OffsetMoved where another registrar was faster, DatabaseAway and the library's persistence errors; then
        the batch has had no effect, or all of it (CommitUnknown): the stored offsets show which.
        """
        decisions = [message for message in messages if message.is_stewards]
        if decisions and len(decisions) < len(messages):
            return [*self.handle([message for message in messages if not message.is_stewards]), *self.handle(decisions)]
        try:
            return self._take(messages, self._decided(messages))
        except _NOT_THE_MESSAGE:
            self.forget()
            raise
        except Exception as error:
            self.forget()
            logger.error("a batch of %d could not be processed (%s)", len(messages), type(error).__name__)
            if len(messages) > 1:
                return [answer for message in messages for answer in self.handle([message])]
            return self._take(messages, not_processed(messages[0], self._clock()))

    def resume(self) -> None:
        """Reads how far the messages of each partition have taken effect; from there the batches have to follow."""
        with self._database.transaction() as cursor:
            self.offsets = store.load_offsets(cursor)
            self._indexed = count_records(cursor)

    def forget(self) -> None:
        """Drops what is cached; it is read from the database again."""
        self.aggregates.forget()
        self._keys.forget()

    def _decided(self, messages: Sequence[Message]) -> BatchResult:
        """Looks up and decides; decisions of data stewards are a batch of their own and see what was saved before."""
        if messages[0].is_stewards:
            return self._decided_by_stewards(messages)
        self._comparer = self._comparer.among(self._indexed)
        state = look_up(self._database, self.aggregates, self._comparer, messages, self._read_match_state)
        return decide_batch(messages, state, self._clock(), self._new_id)

    def _decided_by_stewards(self, messages: Sequence[Message]) -> BatchResult:
        commands = [message.reading for message in messages if isinstance(message.reading, Command)]
        with self._database.transaction() as cursor:
            outcomes = store.outcomes_of(cursor, {(command.source, command.id) for command in commands})
        return decide_stewards_batch(messages, outcomes, self.aggregates, self._clock(), self._new_id)

    def _take(self, messages: Sequence[Message], result: BatchResult) -> list[Answer]:
        """Saves what a batch causes."""
        ends = {Partition(message.topic, message.partition): message.offset + 1 for message in messages}
        save(self._log, self._keys, result, {each: (self.offsets.get(each, 0), end) for each, end in ends.items()})
        self._indexed += result.changes.index.growth
        self.offsets |= ends
        return result.answers
