"""Reads from the database what there is to publish, and records there how far it is published."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import psycopg2
from psycopg2.extras import execute_values
from psycopg2.sql import SQL, Identifier

from domain.transparency.appending import StoredTile
from projections.base.partition import Partition
from streams.kafka.admin.identity import KafkaIdentity
from streams.kafka.topics import ACCESS_EVENTS, CHECKPOINTS, REGISTER_EVENTS
from streams.publishing.home import Home, Trouble, keep_home, keep_troubles, read_home
from streams.store.database import Cursor, DatabaseAway, connect, transaction
from streams.store.outbox import write_outbox
from streams.store.raw_event import RawEvent

_Answer = TypeVar("_Answer")

OUTBOX = "outbox"
LOGS = {REGISTER_EVENTS: "register", ACCESS_EVENTS: "access"}
"""The schema of each log, by the topic that publishes it."""


class GivesWay(Exception):
    """The relay has to let go: `republish` makes the topics of the logs anew."""


class CheckpointTaken(Exception):
    """The stored checkpoint is not the one that a new one continues; the tree has to be read again."""


class OutboxMessage(NamedTuple):
    """A message of the outbox."""

    ordinal: int
    topic: str
    key: bytes | None
    value: bytes
    position: int | None


class PartitionEnd(NamedTuple):
    """How far a partition is published: the offset of its next record, and the position of its last one."""

    end_offset: int
    position: int


NOTHING = PartitionEnd(0, 0)


class StoredPositions(NamedTuple):
    """The last position of each log and of the outbox, and whether somebody waits for a checkpoint of all that."""

    positions: dict[str, int]
    checkpoint: bool


_PREPARE_LOOK = (
    "prepare look as select (select last from register.counter), (select last from access.counter),"
    " (select last from register.outbox_counter), (select republishing from publication.home),"
    " (select coalesce(bool_or(wanted), false) from publication.checkpoints)"
)
"""Executed many times a second, also while nothing happens: planned once, that costs a third."""


class Publication:
    """One connection, which also holds the lock of the one active relay: a relay that loses it can write no more.

    Every method raises DatabaseAway; then a new publication has to be made.
    """

    def __init__(self, database_url: str) -> None:
        self._connection = connect(database_url, application_name="contactpoint relay")
        self._connection.autocommit = True
        self._rows("set synchronous_commit = off")
        self._is_prepared = False

    def close(self) -> None:
        """Closes the connection and thereby gives up the lock."""
        self._connection.close()

    def try_lock(self) -> bool:
        """Becomes the active relay; returns False where another one is."""
        ((locked,),) = self._rows("select pg_try_advisory_lock(hashtext('contactpoint relay'))")
        return bool(locked)

    def look(self) -> StoredPositions:
        """What there is to publish now; raises GivesWay where the logs are being published anew."""
        if not self._is_prepared:
            self._rows(_PREPARE_LOOK)
            self._is_prepared = True
        ((register, access, outbox, republishing, checkpoint),) = self._rows("execute look")
        if republishing:
            raise GivesWay
        return StoredPositions({REGISTER_EVENTS: register, ACCESS_EVENTS: access, OUTBOX: outbox}, checkpoint)

    def checkpoint(self, log: str) -> tuple[int, str] | None:
        """The size and the text of a log's latest checkpoint."""
        rows = self._rows("select size, note from publication.checkpoints where log = %s", (log,))
        return (rows[0][0], rows[0][1]) if rows else None

    def edge(self, log: str, size: int, height: int) -> dict[int, bytes]:
        """What is stored of the tile of each level that is not full in a tree of that size."""
        rows = self._rows(
            "select level, hashes from publication.tiles where log = %s and number = %s::bigint >> (%s * (level + 1))",
            (log, size, height),
        )
        return {level: bytes(hashes) for level, hashes in rows}

    def keep_checkpoint(self, log: str, before: int | None, size: int, note: str, tiles: Sequence[StoredTile]) -> None:
        """Stores a checkpoint that continues the one of `before`, with its tiles, and leaves it for the topic.

        Raises CheckpointTaken where the stored one is another.
        """

        def keep(cursor: Cursor) -> None:
            cursor.execute(
                "insert into publication.checkpoints as stored (log, size, note) values (%(log)s, %(size)s, %(note)s)"
                " on conflict (log) do update set size = excluded.size, note = excluded.note, wanted = false,"
                " signed_at = now() where stored.size = %(before)s",
                {"log": log, "size": size, "note": note, "before": before},
            )
            if not cursor.rowcount:
                raise CheckpointTaken(f"the checkpoint of {log} was taken by another signer")
            if tiles:
                execute_values(
                    cursor,
                    "insert into publication.tiles (log, level, number, hashes) values %s"
                    " on conflict (log, level, number) do update set hashes = excluded.hashes",
                    [(log, *tile) for tile in tiles],
                )
            if size and size != before:
                write_outbox(cursor, [(CHECKPOINTS, log.encode(), note.encode(), None)])

        self._in_transaction(keep)

    def events(self, log: str, after: int, limit: int) -> list[RawEvent]:
        """At most `limit` events after a position, in order."""
        statement = SQL(
            "select position, stream::text, version, topic, convert_from(state, 'UTF8') from {}.events"
            " where position > %s order by position limit %s"
        ).format(Identifier(LOGS[log]))
        rows = self._rows(statement, (after, limit))
        return [
            RawEvent(position, stream, version, topic, state.encode())
            for position, stream, version, topic, state in rows
        ]

    def outbox(self, after: int, limit: int) -> list[OutboxMessage]:
        """At most `limit` messages after an ordinal, in order."""
        rows = self._rows(
            "select ordinal, topic, key, value, position from register.outbox"
            " where ordinal > %s order by ordinal limit %s",
            (after, limit),
        )
        return [
            OutboxMessage(ordinal, topic, None if key is None else bytes(key), bytes(value), position)
            for ordinal, topic, key, value, position in rows
        ]

    def outbox_position(self, topic: str, value: bytes) -> int:
        """The ordinal of the last message of the outbox with that topic and value, 0 where there is none."""
        ((position,),) = self._rows(
            "select coalesce(max(ordinal), 0) from register.outbox where topic = %s and value = %s", (topic, value)
        )
        return int(position)

    def home(self) -> Home | None:
        """The Kafka that the database belongs to, None where it has met none."""
        return self._in_transaction(read_home)

    def keep_home(self, kafka: KafkaIdentity, key_check: str) -> None:
        """Stores that the database belongs to this Kafka."""
        self._in_transaction(lambda cursor: keep_home(cursor, kafka, key_check))

    def keep_troubles(self, troubles: Sequence[Trouble]) -> None:
        """Stores what keeps the relay from publishing, in the place of what did before."""
        self._in_transaction(lambda cursor: keep_troubles(cursor, troubles))

    def published(self) -> dict[str, int]:
        """The position up to which each log and the outbox are published."""
        return dict(self._rows("select log, position from publication.published"))

    def partitions(self) -> dict[Partition, PartitionEnd]:
        """How far each partition was published when that was last recorded."""
        rows = self._rows("select topic, partition, end_offset, position from publication.partitions")
        return {
            Partition(topic, number): PartitionEnd(end_offset, position) for topic, number, end_offset, position in rows
        }

    def identity(self, cluster_id: str) -> tuple[int, int] | None:
        """The producer id and epoch that are stored for a Kafka cluster, or None."""
        rows = self._rows(
            "select producer_id, producer_epoch from publication.producer where cluster_id = %s", (cluster_id,)
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def keep_identity(self, cluster_id: str, producer_id: int, epoch: int) -> None:
        """Stores the producer id and epoch for a Kafka cluster, durably, in the place of any other."""
        self._rows(
            "begin; set local synchronous_commit = on;"
            " insert into publication.producer (cluster_id, producer_id, producer_epoch) values (%s, %s, %s)"
            " on conflict (cluster_id) do update"
            " set producer_id = excluded.producer_id, producer_epoch = excluded.producer_epoch; commit",
            (cluster_id, producer_id, epoch),
        )

    def record(
        self,
        published: Mapping[str, int],
        partitions: Mapping[Partition, PartitionEnd],
        *,
        outbox_before: int = 0,
    ) -> None:
        """Records progress, and deletes the messages of the outbox after `outbox_before` that are now published.

        Does not wait for the disk: what a crash of Postgres loses is found again by the ends of the partitions.
        """
        self._rows(
            "with logs as (insert into publication.published (log, position)"
            " select * from unnest(%s::text[], %s::bigint[])"
            " on conflict (log) do update set position = excluded.position),"
            " ends as (insert into publication.partitions (topic, partition, end_offset, position)"
            " select * from unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[])"
            " on conflict (topic, partition) do update"
            " set end_offset = excluded.end_offset, position = excluded.position)"
            " delete from register.outbox where ordinal > %s and ordinal <= %s",
            (
                list(published),
                list(published.values()),
                [topic for topic, _ in partitions],
                [number for _, number in partitions],
                [end.end_offset for end in partitions.values()],
                [end.position for end in partitions.values()],
                outbox_before,
                published.get(OUTBOX, 0),
            ),
        )

    def _in_transaction(self, work: Callable[[Cursor], _Answer]) -> _Answer:
        """Does the work in one transaction, whose commit is durable."""
        try:
            with transaction(self._connection), self._connection.cursor() as cursor:
                cursor.execute("begin; set local synchronous_commit = on")
                answer = work(cursor)
                cursor.execute("commit")
                return answer
        except psycopg2.Error as error:
            raise _away(error) from None

    def _rows(self, statement: Any, parameters: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
        try:
            with transaction(self._connection), self._connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        except psycopg2.Error as error:
            raise _away(error) from None


def _away(error: psycopg2.Error) -> DatabaseAway:
    reason = error.diag.message_primary or type(error).__name__
    return DatabaseAway(f"Postgres does not do what the relay asks ({reason})")
