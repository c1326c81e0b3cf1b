"""Messages that a projection failed on, kept by their offset in Kafka until they can be applied.

Functions for writers name tables without a schema, as in `postgres.py`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from projections.base.partition import Partition

UNREADABLE = "unreadable"
"""The code of a message that cannot be decoded as what its topic holds."""


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
        "insert into failed_messages (topic, partition, message_offset, projection, code) values %s"
        " on conflict (topic, partition, message_offset, projection) do update set code = excluded.code",
        rows,
    )


def kept(cursor: Cursor, after: Failure | None, limit: int) -> list[Failure]:
    """At most `limit` failures of the live views that follow `after`, in the order of their messages."""
    cursor.execute(
        "select topic, partition, message_offset, projection, code from views.failed_messages"
        " where (topic, partition, message_offset, projection) > (%s, %s, %s, %s)"
        " order by topic, partition, message_offset, projection limit %s",
        (*(after[:4] if after else ("", 0, 0, "")), limit),
    )
    return [Failure(*row) for row in cursor.fetchall()]


def count(cursor: Cursor) -> int:
    """How many messages wait to be applied again."""
    cursor.execute("select count(distinct (topic, partition, message_offset)) from views.failed_messages")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def forget(cursor: Cursor, failure: Failure) -> None:
    """Deletes a failure, whose message has been applied."""
    cursor.execute(
        "delete from failed_messages where (topic, partition, message_offset, projection) = (%s, %s, %s, %s)",
        failure[:4],
    )
