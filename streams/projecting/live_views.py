"""A writer of the live views: applies each message once, with rows and offsets in one transaction.

A batch is prepared before its transaction: its messages are proven, decoded and projected. That depends on nothing
that anybody writes, so that one thread may do so while another one writes the batch before.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from projections.base.partition import Partition
from projections.base.projection import Decryptor
from projections.catalogue import Log
from projections.engine import failures, locks, positions, stops
from projections.engine.apply import Message, ProjectionResult, Streaks, apply, continued, project
from projections.engine.failures import EVERY_VIEW, Failure
from projections.engine.live import LiveWriter
from projections.engine.live_schema import use_live
from projections.engine.positions import Progress
from projections.engine.stops import ProjectionStopped, Stop
from streams.crypto.publication_key import PublicationKey
from streams.projecting.reader import Batch, fetch_keys, genuine, last_position, read_messages
from streams.projecting.work_log import WorkLog
from streams.store.database import Cursor, connect, transaction

PATIENCE_S = 8.0
"""How long a statement may take: one that a paused process has begun holds locks, and others have to take over soon."""
MORE_PATIENCE_S = 120.0
"""The same once a statement did not end in time, so that a large batch is not begun again for ever."""
IDLE_S = 5.0
"""How long a transaction may wait for its process, for the same reason."""
FORGED_LOGGED = 10
"""The log names so many forged messages of a batch, so that who writes many of them does not fill the disk."""

ALL_FORGED = "all is forged: publication.key may not be the relay's"

_log = logging.getLogger(__name__)


class OffsetGap(Exception):
    """Kafka skipped messages: read again from the stored offset."""


@dataclass
class Memory:
    """What a projector remembers between its sessions.

    `gaps`: one that is still there when it is read again is in Kafka itself. `streaks`: the failures in a row.
    `key_is_proven`: whether any message was genuine, for then the publication key is the relay's.
    """

    gaps: set[tuple[Partition, int, int]] = field(default_factory=set)
    streaks: Streaks = field(default_factory=dict)
    key_is_proven: bool = False


class PreparedBatch(NamedTuple):
    """A batch of one log with the row changes it makes; `began` is when its preparation did (monotonic seconds)."""

    log: Log
    generation: int
    messages: Sequence[Message]
    forged: Sequence[Failure]
    progress: Mapping[Partition, Progress]
    projected: ProjectionResult
    began: float


class _Reading(NamedTuple):
    """What is read in a generation: the offset up to which each of its partitions is prepared."""

    generation: int
    prepared: dict[Partition, int]


_NOTHING = _Reading(0, {})


class LiveViews:
    """One connection to the views; `offsets` has the stored next offset of each partition that this process reads.

    Every method but `prepare` raises DatabaseAway. `prepare` is for one thread, all others are for another one.
    """

    def __init__(
        self,
        database_url: str,
        decryptor: Decryptor,
        key: PublicationKey,
        memory: Memory,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._decryptor = decryptor
        self._key = key
        self._memory = memory
        self._connection = connect(
            database_url,
            application_name="contactpoint projector",
            statement_timeout_s=patience_s,
            idle_timeout_s=IDLE_S,
        )
        # What follows from several streams is read after a lock, by a snapshot of its own.
        self._connection.set_session(isolation_level="READ COMMITTED")
        self._reading = _NOTHING
        self._work = WorkLog()
        self.offsets: dict[Partition, int] = {}
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            # A crash of Postgres may lose transactions, rows and offsets together; they are read from Kafka again.
            cursor.execute("set synchronous_commit = off; set client_min_messages = warning")
            if ended := locks.end_absent(cursor, IDLE_S):
                _log.warning("%s paused in the middle of a statement, and held others up: ended", ended)

    def close(self) -> None:
        """Closes the connection."""
        self._work.write()
        self._connection.close()

    def stored_offsets(self) -> dict[Partition, int]:
        """The stored offset of every partition that any projector has begun."""
        with self._writing() as cursor:
            return positions.stored_offsets(cursor)

    def begin(self, generation: int, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Begins to read these partitions and no others; returns the offset from which each has to be read.

        Batches of an earlier generation are dropped from now on.
        """
        taken = list(partitions)
        with self._writing() as cursor:
            positions.begin(cursor, taken)
            stored = positions.stored_offsets(cursor)
        self.offsets = {partition: stored[partition] for partition in taken}
        self._reading = _Reading(generation, dict(self.offsets))
        return dict(self.offsets)

    def end(self) -> None:
        """Reads no partition any more."""
        self._reading = _NOTHING
        self.offsets = {}

    def prepare(self, log: Log, batch: Batch) -> PreparedBatch | None:
        """Decodes and projects records of some partitions; those that were prepared before are skipped.

        Returns None where nothing is left, or the batch is of an earlier generation. Raises OffsetGap and
        ProjectionStopped.
        """
        reading = self._reading  # replaced as a whole by the other thread
        if batch.generation != reading.generation:
            return None
        began = time.monotonic()
        messages: list[Message] = []
        forged: list[Failure] = []
        progress: dict[Partition, Progress] = {}
        for partition, records in batch.fetched.items():
            first = reading.prepared[partition]
            new = self._unprepared(partition, records, first)
            if new:
                published, others = genuine(partition, new, self._key)
                forged += others
                decoded = read_messages(log, partition, published, self._decryptor, self._key)
                messages += decoded
                progress[partition] = Progress(first, new[-1].offset + 1, last_position(decoded))
        if not progress:
            return None
        self._prove_key(messages, forged)
        fetch_keys(log, messages, self._decryptor)
        projected = project(log.projections, messages)
        reading.prepared.update({partition: covered.next for partition, covered in progress.items()})
        return PreparedBatch(log, batch.generation, messages, forged, progress, projected, began)

    def write(self, batch: PreparedBatch) -> bool:
        """Applies a prepared batch in one transaction; False where it is of an earlier generation, and is dropped.

        Raises ProjectionStopped, and OutOfStep where another process has written, or the batch before was not applied.
        """
        if batch.generation != self._reading.generation:
            return False
        began, writer = time.monotonic(), LiveWriter()
        with self._writing() as cursor:
            positions.advance(cursor, batch.progress)
            failed = apply(cursor, batch.log, batch.messages, writer.write, batch.projected)
            streaks = continued(self._memory.streaks, batch.log, batch.messages, failed)
            failures.record(cursor, [*failed, *batch.forged])
        self._memory.streaks = streaks
        self.offsets.update({partition: covered.next for partition, covered in batch.progress.items()})
        self._work.note(len(batch.messages), batch.began, began, writer)
        for failure in failed:
            _log.warning("%s could not take %s/%s/%s: %s", failure.projection, *failure[:3], failure.code)
        for failure in batch.forged[:FORGED_LOGGED]:
            _log.error("%s/%s/%s is forged: the relay has not published it, and no view takes it", *failure[:3])
        if len(batch.forged) > FORGED_LOGGED:
            _log.error("%s more messages beside it are forged", len(batch.forged) - FORGED_LOGGED)
        return True

    def note_stop(self, stop: Stop) -> None:
        """Stores how far a projection has come, for `status`."""
        with self._writing() as cursor:
            stops.record(cursor, stop)

    def _prove_key(self, messages: Sequence[Message], forged: Sequence[Failure]) -> None:
        """Raises ProjectionStopped while all that this process has read is forged, for its key may be another one.

        Nothing that is passed over as forged is ever read again. Once a message was genuine, in whatever topic, forged
        ones are passed over: who writes many of them holds nothing up for long.
        """
        if messages:
            self._memory.key_is_proven = True
        elif not self._memory.key_is_proven:
            raise ProjectionStopped(Stop(*forged[0][:3], EVERY_VIEW, ALL_FORGED, ""))

    @contextmanager
    def _writing(self) -> Iterator[Cursor]:
        """A transaction on whichever schema is live, which it stays until the end: a switch waits for ROWS."""
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            locks.wait_to_share(cursor, locks.ROWS)
            use_live(cursor)
            yield cursor

    def _unprepared(self, partition: Partition, records: Sequence[Any], expected: int) -> Sequence[Any]:
        """The records from the expected offset on; raises OffsetGap where some are missing."""
        if records[0].offset < expected:
            records = [record for record in records if record.offset >= expected]
        if records and records[-1].offset - expected + 1 != len(records):
            gap = (partition, expected, records[0].offset)
            if gap not in self._memory.gaps:
                self._memory.gaps.add(gap)
                raise OffsetGap(f"{partition} goes on at {records[0].offset}")
            _log.error("%s/%s has no messages from %s to %s", *partition, expected, records[-1].offset)
        return records
