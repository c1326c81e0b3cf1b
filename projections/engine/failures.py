"""Messages that a projection could not decode, kept by their offset in Kafka until they can be applied.

Functions for writers name tables without a schema, as in `postgres.py`.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from projections.base.partition import Partition

LOST = "lost"
"""The code of a message that failed, and that Kafka no longer has: its content is in no view, and will be in none."""
FIRST_RETRY_S = 60
"""A failed message is applied again after so many seconds, then after twice as many each time, …"""
LAST_RETRY_S = 24 * 60 * 60
"""… but at least daily: the cause is mended by people."""

FORGED = "forged"
"""The code of a message that the relay has not published. No view takes it, and it is never applied again."""
EVERY_VIEW = "every view"
"""In place of a projection where a message is FORGED."""


class Failure(NamedTuple):
    """`projection` failed on the message at `offset`; `code` is the kind of error by name, never a value."""

    topic: str
    partition: int
    offset: int
    projection: str
    code: str

    @property
    def where(self) -> Partition:
        """The partition of the message."""
        return Partition(self.topic, self.partition)


def record(cursor: Cursor, failures: Iterable[Failure]) -> None:
    """Stores failures; one that is stored already gets the later code."""
    rows = list(failures)
    if not rows:
        return
    execute_values(
        cursor,
        "insert into failed_messages (topic, partition, message_offset, projection, code, attempts, retry_at)"  # noqa: S608
        f" select given.*, 0, case when code <> '{FORGED}' then now() + interval '{FIRST_RETRY_S} s' end"
        " from (values %s) given (topic, partition, message_offset, projection, code)"
        " on conflict (topic, partition, message_offset, projection) do update set code = excluded.code",
        rows,
    )


def due(cursor: Cursor, partitions: Collection[Partition], limit: int) -> list[Failure]:
    """At most `limit` failures in these partitions that it is time to apply again, those that wait longest first."""
    if not partitions:
        return []
    topics, numbers = zip(*partitions, strict=True)
    cursor.execute(
        "select topic, partition, message_offset, projection, code from failed_messages"
        " where retry_at <= now() and (topic, partition) in (select * from unnest(%s::text[], %s::int[]))"
        " order by retry_at, topic, partition, message_offset, projection limit %s",
        (list(topics), list(numbers), limit),
    )
    return [Failure(*row) for row in cursor.fetchall()]


def put_off(cursor: Cursor, failure: Failure, code: str) -> None:
    """Counts an attempt that failed with `code`; the next one comes twice as late as the last, within bounds."""
    cursor.execute(
        "update failed_messages set code = %s, attempts = attempts + 1,"
        " retry_at = now() + least(%s * 2 ^ least(attempts + 1, 30), %s) * interval '1 s'"
        " where (topic, partition, message_offset, projection) = (%s, %s, %s, %s)",
        (code, FIRST_RETRY_S, LAST_RETRY_S, *failure[:4]),
    )


def give_up(cursor: Cursor, failure: Failure) -> None:
    """Marks a failure as LOST: Kafka no longer has its message, so it is never applied again."""
    cursor.execute(
        "update failed_messages set code = %s, retry_at = null"
        " where (topic, partition, message_offset, projection) = (%s, %s, %s, %s)",
        (LOST, *failure[:4]),
    )


def kept(cursor: Cursor, after: Failure | None, limit: int) -> list[Failure]:
    """At most `limit` failures of the live views that follow `after`, in the order of their messages."""
    cursor.execute(
        "select topic, partition, message_offset, projection, code from failed_messages"
        " where (topic, partition, message_offset, projection) > (%s, %s, %s, %s)"
        " order by topic, partition, message_offset, projection limit %s",
        (*(after[:4] if after else ("", 0, 0, "")), limit),
    )
    return [Failure(*row) for row in cursor.fetchall()]


def forged(cursor: Cursor) -> int:
    """How many messages in Kafka nobody here has published."""
    cursor.execute("select count(*) from failed_messages where code = %s", (FORGED,))
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def count(cursor: Cursor) -> int:
    """How many messages could not be decoded and are not applied."""
    cursor.execute("select count(distinct (topic, partition, message_offset)) from failed_messages")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def forget(cursor: Cursor, failure: Failure) -> None:
    """Deletes a failure, whose message has been applied."""
    cursor.execute(
        "delete from failed_messages where (topic, partition, message_offset, projection) = (%s, %s, %s, %s)",
        failure[:4],
    )
