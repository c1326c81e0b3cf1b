"""How far the views have come: the next offset of each partition, kept in the transaction that applies its messages.

Functions for writers name tables without a schema, as in `postgres.py`.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from projections.base.partition import Partition
from projections.catalogue import REGISTER_LOG


class Progress(NamedTuple):
    """The offsets that a batch covers, from `first` up to but without `next`; `position` is the last one in it."""

    first: int
    next: int
    position: int


class OutOfStep(Exception):
    """The stored offset is not the one that a batch goes on from: somebody else has applied messages."""


def stored_offsets(cursor: Cursor) -> dict[Partition, int]:
    """The next offset to apply, by partition."""
    cursor.execute("select topic, partition, next_offset from positions")
    return {Partition(topic, partition): offset for topic, partition, offset in cursor.fetchall()}


def begin(cursor: Cursor, partitions: Iterable[Partition]) -> None:
    """Stores offset 0 for each partition that has no stored offset."""
    execute_values(
        cursor,
        "insert into positions (topic, partition, next_offset, position) values %s on conflict do nothing",
        [(*partition, 0, 0) for partition in partitions],
    )


def advance(cursor: Cursor, progress: Mapping[Partition, Progress]) -> None:
    """Moves partitions forward; raises OutOfStep where one is not at its `first`: roll back then."""
    topics, partitions = zip(*progress, strict=True)
    firsts, nexts, positions = zip(*progress.values(), strict=True)
    cursor.execute(
        "update positions stored set next_offset = batch.next_offset,"
        " position = greatest(stored.position, batch.position)"
        " from unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[])"
        " as batch (topic, partition, first_offset, next_offset, position)"
        " where stored.topic = batch.topic and stored.partition = batch.partition"
        " and stored.next_offset = batch.first_offset",
        [list(topics), list(partitions), list(firsts), list(nexts), list(positions)],
    )
    if cursor.rowcount != len(progress):
        raise OutOfStep("the views have been moved on by somebody else")


def views_position(cursor: Cursor, log: str = REGISTER_LOG) -> int:
    """The position up to which the views hold every event of a log.

    Where all that is published is applied, this is the last position published; else the smallest position applied in a
    partition that lags, for all before it is applied; 0 where nothing is.
    """
    cursor.execute(
        "select (select position from publication.published where log = %(log)s),"
        " (select min(coalesce(stored.position, 0)) from publication.partitions published"
        "   left join positions stored using (topic, partition)"
        "   where topic = %(log)s and coalesce(stored.next_offset, 0) < published.end_offset)",
        {"log": log},
    )
    published, behind = cursor.fetchone() or (None, None)
    return int((published or 0) if behind is None else behind)
