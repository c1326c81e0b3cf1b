"""The one writer of the live views: applies each message once, with rows and offsets in one transaction."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from projections.base.partition import Partition
from projections.base.projection import Decryptor
from projections.catalogue import LOGS, Log
from projections.engine import failures, locks, positions, schema
from projections.engine.apply import Message, apply
from projections.engine.failures import Failure
from projections.engine.positions import Progress
from streams.projecting.reader import Fetched, fetch_keys, last_position, log_of, read_messages
from streams.store.database import connect, transaction

_log = logging.getLogger(__name__)


class OffsetGap(Exception):
    """Kafka skipped messages: read again from the stored offset."""


class LiveViews:
    """One connection to the views; `offsets` has the stored next offset of each partition.

    `gaps` remembers gaps between sessions: one that is still there when it is read again is in Kafka itself. Every
    method raises DatabaseAway. For use by one thread, and not after any error.
    """

    def __init__(self, database_url: str, decryptor: Decryptor, gaps: set[tuple[Partition, int, int]]) -> None:
        self._decryptor = decryptor
        self._gaps = gaps
        self._connection = connect(database_url, application_name="contactpoint projector")
        self.offsets: dict[Partition, int] = {}
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            # A crash of Postgres may lose transactions, rows and offsets together; they are read from Kafka again.
            cursor.execute("set synchronous_commit = off; set client_min_messages = warning")
            schema.use(cursor, schema.LIVE)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def try_lock(self) -> bool:
        """Becomes the one writer; returns False where another process is."""
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            return locks.take_for_session(cursor, locks.PROJECTOR)

    def begin(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Begins to read partitions; returns the offset from which each has to be read."""
        taken = list(partitions)
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            positions.begin(cursor, taken)
            stored = positions.stored_offsets(cursor)
        self.offsets = {partition: stored[partition] for partition in taken}
        return dict(self.offsets)

    def apply(self, log: Log, fetched: Fetched) -> None:
        """Applies records of some partitions in one transaction; records that were applied before are skipped.

        Raises OffsetGap, and OutOfStep where another process has written.
        """
        messages: list[Message] = []
        progress: dict[Partition, Progress] = {}
        for partition, records in fetched.items():
            new = self._unapplied(partition, records)
            if new:
                decoded = read_messages(log, partition, new, self._decryptor)
                messages += decoded
                progress[partition] = Progress(self.offsets[partition], new[-1].offset + 1, last_position(decoded))
        if not progress:
            return
        fetch_keys(log, messages, self._decryptor)
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            locks.wait_to_share(cursor, locks.ROWS)
            positions.advance(cursor, progress)
            failed = apply(cursor, log, messages)
            failures.record(cursor, failed)
        self.offsets.update({partition: covered.next for partition, covered in progress.items()})
        for failure in failed:
            _log.warning("%s could not take %s/%s/%s: %s", failure.projection, *failure[:3], failure.code)

    def failed(self, after: Failure | None, limit: int) -> list[Failure]:
        """At most `limit` messages that are to be applied again, those that follow `after`."""
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            return failures.kept(cursor, after, limit)

    def apply_again(self, failure: Failure, record: Any) -> bool:
        """Applies one message again by the projection that failed on it; returns whether it succeeded."""
        log = LOGS[log_of(failure.topic) or ""]
        only = Log(log.name, [projection for projection in log.projections if projection.name == failure.projection])
        messages = read_messages(only, failure.where, [record], self._decryptor)
        fetch_keys(only, messages, self._decryptor)
        with transaction(self._connection) as connection, connection.cursor() as cursor:
            locks.wait_to_share(cursor, locks.ROWS)
            if apply(cursor, only, messages):
                return False
            failures.forget(cursor, failure)
        return True

    def _unapplied(self, partition: Partition, records: Sequence[Any]) -> Sequence[Any]:
        """The records from the stored offset on; raises OffsetGap where some are missing."""
        expected = self.offsets[partition]
        if records[0].offset < expected:
            records = [record for record in records if record.offset >= expected]
        if records and records[-1].offset - expected + 1 != len(records):
            gap = (partition, expected, records[0].offset)
            if gap not in self._gaps:
                self._gaps.add(gap)
                raise OffsetGap(f"{partition} goes on at {records[0].offset}")
            _log.error("%s/%s has no messages from %s to %s", *partition, expected, records[-1].offset)
        return records
