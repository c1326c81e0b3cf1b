"""Projections that cannot go on: the message at which one is stopped, and why, kept until it has passed that message.

Functions for writers name tables without a schema, as in `postgres.py`.
"""

import traceback
from pathlib import Path
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.partition import Partition

IN_A_ROW = "too many in a row"
"""The code where a projection has failed on so many messages that the fault is no longer taken to be theirs."""


class Stop(NamedTuple):
    """`projection` is stopped before the message at `offset`; `code` is the kind of error, `place` a line of our code.

    Neither reveals anything of what the message holds.
    """

    topic: str
    partition: int
    offset: int
    projection: str
    code: str
    place: str

    @property
    def where(self) -> Partition:
        """The partition of the message."""
        return Partition(self.topic, self.partition)

    def __str__(self) -> str:
        at = f" at {self.place}" if self.place else ""
        return f"{self.projection} stands before {self.topic}/{self.partition}/{self.offset}: {self.code}{at}"


class ProjectionStopped(Exception):
    """A projection cannot go on, through a fault that is not the message's; nothing of the batch is applied."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(f"{stop}; nothing moves on until it is mended")
        self.stop = stop


def stopped_by(where: Partition, offset: int, projection: str, error: BaseException) -> ProjectionStopped:
    """What stops a projection that raised, or whose rows Postgres refuses."""
    return ProjectionStopped(Stop(*where, offset, projection, type(error).__name__, _place(error)))


def record(cursor: Cursor, stop: Stop) -> None:
    """Stores where a projection is stopped; one that was stopped there already keeps the time since when."""
    cursor.execute(
        "insert into stops (topic, partition, message_offset, projection, code, place, since)"
        " values (%s, %s, %s, %s, %s, %s, now()) on conflict (topic, partition, projection) do update"
        " set message_offset = excluded.message_offset, code = excluded.code, place = excluded.place,"
        " since = case when stops.message_offset = excluded.message_offset then stops.since else excluded.since end",
        stop,
    )


def forget_passed(cursor: Cursor) -> None:
    """Deletes the stops that the stored offsets of their partitions have passed."""
    cursor.execute(
        "delete from stops using positions p where p.topic = stops.topic and p.partition = stops.partition"
        " and p.next_offset > stops.message_offset"
    )


def kept(cursor: Cursor) -> list[tuple[Stop, str]]:
    """Every stop of the live views, with the time since when (ISO 8601, UTC)."""
    cursor.execute(
        "select topic, partition, message_offset, projection, code, place,"
        " to_char(since at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from stops"
        " order by stops.since, topic, partition, projection"
    )
    return [(Stop(*row), since) for *row, since in cursor.fetchall()]


def _place(error: BaseException) -> str:
    """The line of our own code that was running, like `search/project.py:41`."""
    found = ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_ROOT) and file.relative_to(_ROOT).parts[0] in _OURS:
            found = f"{file.relative_to(_ROOT)}:{frame.lineno}"
    return found


_ROOT = Path(__file__).parents[2]
_OURS = ("domain", "projections", "streams")
