"""How a batch of messages takes effect, in three steps: look up what is known, decide in order, save all at once.

Everything a batch causes is one transaction, so each message takes effect exactly once whatever is killed. After a
failed save all in memory is dropped. A failure that a message may have caused costs that message alone (`faults.py`).
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from domain.matching import Comparer
from domain.source_record import Command
from projections.base.partition import Partition
from services.registrar import store
from services.registrar.aggregates import Aggregates
from services.registrar.batch import BatchResult, Message
from services.registrar.budgets import COUNTED, Budgets, Limits, StewardBudgets
from services.registrar.decide_batch import decide_batch
from services.registrar.decide_in_order import not_processed
from services.registrar.faults import contradicts_what_is_stored, may_be_a_messages
from services.registrar.look_up import ReadMatchState, look_up, read_match_state
from services.registrar.match_index import count_records
from services.registrar.receipts import Answer
from services.registrar.save import save
from services.registrar.set_aside import do_page, next_work
from services.registrar.steward_looks import OLDEST, read_looks
from services.registrar.stewardship import BACKUPS_KEPT, decide_stewards_batch
from services.registrar.writer import Writer
from services.submission_contract.decisions import DecisionType

logger = logging.getLogger(__name__)

BACK_OFF_S = (0.2, 1.0, 3.0)
"""Waits before a batch that contradicts what is stored is tried again: long enough for whatever else writes to end."""
_ALONE = frozenset(
    (
        DecisionType.SHIELD_APPLY,
        DecisionType.SHIELD_REVIEW,
        DecisionType.SHIELD_LIFT,
        DecisionType.MERGE,
        DecisionType.SPLIT,
        DecisionType.NEW_IDENTITY_CONFIRM,
        DecisionType.RECORD_OPEN,
        DecisionType.AGENCY_RESUME,
        DecisionType.RETENTION_RUN,
    )
)
"""Decisions that are a batch each.

Some may shield or close a child: who it is, is kept as its records are just then. A run of retention judges children
by what is stored of them. Whether an agency may be resumed
depends on what a suspension before it has left to do.
"""
Pause = Callable[[float], object]
"""Waits for so many seconds; gives something true where the registrar has to stop."""


class _Failed(Exception):
    """A batch failed, and a message of it may be to blame."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class Registrar:
    """Decides batches, and writes what they cause.

    `pause` waits before a batch is tried again, `read_match_state` reads who is who, `oldest_look` is how old the look
    may be that a steward's decision names, `backups_kept` how long a backup may hold a key that was destroyed,
    `limits` says what is taken of each agency.
    `offsets` has the next offset of each partition, `aggregates` the records and children that are in memory.
    """

    def __init__(
        self,
        writer: Writer,
        comparer: Comparer,
        *,
        pause: Pause = time.sleep,
        read_match_state: ReadMatchState = read_match_state,
        oldest_look: timedelta = OLDEST,
        backups_kept: timedelta = BACKUPS_KEPT,
        limits: Limits | None = None,
    ) -> None:
        self._writer = writer
        self._log, self._database, self._keys, self._fence, self._clock, self._new_id = writer
        self._comparer = comparer
        self._pause = pause
        self._read_match_state = read_match_state
        self._oldest_look = oldest_look
        self._backups_kept = backups_kept
        self.limits = limits or Limits()
        self._indexed = 0
        self._records_follow = False
        self.offsets: dict[Partition, int] = {}
        self.aggregates = Aggregates(self._log, self._database, self._keys)

    def handle(self, messages: Sequence[Message]) -> list[Answer]:
        """Takes a batch; afterwards every message of it has taken effect and is answered.

        Where a message makes that fail, it is kept as a dead letter and holds up no other. A batch that contradicts
        what is stored is first tried again, in case it was decided by what is no longer so.
        Raises FenceLost and OffsetMoved where another registrar writes, DatabaseAway and the library's persistence
        errors; then the rest of the batch has had no effect, or all of it (CommitUnknown), as the stored offsets show.
        """
        sub_batches = list(_sub_batches(messages))
        if len(sub_batches) > 1:
            return [answer for sub_batch in sub_batches for answer in self.handle(sub_batch)]
        for wait_s in BACK_OFF_S:
            try:
                return self._attempt(messages)
            except _Failed as failed:
                if not contradicts_what_is_stored(failed.error):
                    return self._narrowed(messages)
                logger.warning("a batch of %d contradicts what is stored; again in %g s", len(messages), wait_s)
                if self._pause(wait_s):
                    raise failed.error from None
        try:
            return self._attempt(messages)
        except _Failed:
            return self._narrowed(messages)

    def _attempt(self, messages: Sequence[Message]) -> list[Answer]:
        """Takes the messages together, or raises _Failed with nothing of them done."""
        try:
            return self._take(messages, self._decided(messages))
        except Exception as error:
            self.forget()
            if not may_be_a_messages(error):
                raise
            logger.error("a batch of %d could not be processed (%s)", len(messages), type(error).__name__)
            raise _Failed(error) from error

    def _narrowed(self, messages: Sequence[Message]) -> list[Answer]:
        """Takes each half of messages that failed together, and so on down to those that fail alone, which are kept."""
        if len(messages) == 1:
            return self._take(messages, not_processed(messages[0], self._clock()))
        answers: list[Answer] = []
        middle = len(messages) // 2
        for half in (messages[:middle], messages[middle:]):
            try:
                answers += self._attempt(half)
            except _Failed:
                answers += self._narrowed(half)
        return answers

    def resume(self) -> None:
        """Reads how far the messages of each partition have taken effect; from there the batches have to follow."""
        with self._database.transaction() as cursor:
            self.offsets = store.load_offsets(cursor)
            self._indexed = count_records(cursor)
            self._records_follow = next_work(cursor) is not None

    def set_aside(self) -> bool:
        """One page of what is set aside or restored after a decision on an agency; False where nothing is left to do.

        Raises as `handle` does.
        """
        if not self._records_follow:
            return False
        try:
            self.aggregates.drop(do_page(self._writer, self._comparer))
        except Exception:
            self.forget()
            raise
        with self._database.transaction() as cursor:
            self._records_follow = next_work(cursor) is not None
        return self._records_follow

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
        state.matcher.known = self._indexed
        now = self._clock()
        budgets = Budgets.at(now, self.limits)
        with self._database.transaction() as cursor:
            budgets.read(cursor, {message.sender for message in messages})
        return decide_batch(messages, state, now, self._new_id, budgets)

    def _decided_by_stewards(self, messages: Sequence[Message]) -> BatchResult:
        commands = [message.reading for message in messages if isinstance(message.reading, Command)]
        self._comparer = self._comparer.among(self._indexed)
        now = self._clock()
        budgets = StewardBudgets.at(now, self.limits)
        users = {command.data["decided_by"] for command in commands if command.type in COUNTED}
        with self._database.transaction() as cursor:
            outcomes = store.outcomes_of(cursor, {(command.source, command.id) for command in commands})
            looks = read_looks(cursor, {command.id for command in commands})
            budgets.read(cursor, {self.aggregates.pseudonym(user) for user in users})
        known = outcomes, looks, self._oldest_look, self._backups_kept
        result = decide_stewards_batch(messages, *known, self.aggregates, now, self._new_id, budgets, self._comparer)
        result.changes.spent = budgets.taken
        return result

    def _take(self, messages: Sequence[Message], result: BatchResult) -> list[Answer]:
        """Saves what a batch causes."""
        ends = {Partition(message.topic, message.partition): message.offset + 1 for message in messages}
        moves = {each: (self.offsets.get(each, 0), end) for each, end in ends.items()}
        save(self._log, self._keys, result, moves, self._fence)
        self._indexed += result.changes.index.growth
        self.offsets |= ends
        self.aggregates.drop(UUID(stream) for each in result.changes.erasures for stream in each.streams)
        self._records_follow |= any(row.concerns_records for row in result.changes.suspensions)
        return result.answers


def _sub_batches(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The agencies' messages, and behind them those of stewards, of which some are a batch each."""
    sub_batch = [message for message in messages if not message.is_stewards]
    for message in messages:
        if not message.is_stewards:
            continue
        alone = isinstance(message.reading, Command) and message.reading.type in _ALONE
        if sub_batch and (alone or not sub_batch[-1].is_stewards):
            yield sub_batch
            sub_batch = []
        sub_batch.append(message)
        if alone:
            yield sub_batch
            sub_batch = []
    if sub_batch:
        yield sub_batch
