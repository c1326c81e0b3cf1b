"""Whether Kafka still had everything: the positions of a log that were read, against those that were published.

The log of an event store has no gaps, so views of which a position is missing lack an event that somebody decided.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.catalogue import ACCESS_LOG, REGISTER_LOG
from streams.store.database import Cursor

Published = Mapping[str, int]
"""The last position published, by the name of the log."""


class PositionsMissing(Exception):
    """Kafka has lost events; the text names the log, the first position that is missing, and how many are."""


def published(cursor: Cursor) -> Published:
    """How far each log is published: all up to there is in Kafka, below the ends that it gives afterwards."""
    cursor.execute("select log, position from publication.published where log in (%s, %s)", (REGISTER_LOG, ACCESS_LOG))
    return dict(cursor.fetchall())


class ReadPositions:
    """The positions of events that were read, of each log up to the last one that was published: a byte for each."""

    def __init__(self, wanted: Published) -> None:
        self._of = {log: bytearray(last + 1) for log, last in wanted.items()}

    def note(self, log: str, messages: Iterable[Any]) -> None:
        """Notes decoded messages of a log; one that is no event has no position."""
        positions = self._of.get(log)
        if positions is None:
            return
        end = len(positions)
        for message in messages:
            if message.value is not None and message.value.position < end:
                positions[message.value.position] = 1

    def add(self, other: "ReadPositions") -> None:
        """Notes what another one has noted, of the same positions."""
        for log, theirs in other._of.items():
            mine = self._of[log]
            both = int.from_bytes(mine, "little") | int.from_bytes(theirs, "little")
            mine[:] = both.to_bytes(len(mine), "little")

    def check(self) -> None:
        """Raises PositionsMissing where one of the positions from 1 on was not read."""
        for log, positions in self._of.items():
            missing = positions.count(0, 1)
            if missing:
                raise PositionsMissing(
                    f"Kafka has lost events: {missing:,} of the {len(positions) - 1:,} positions of {log} are missing,"
                    f" the first is {positions.find(0, 1):,};"
                    " `contactpoint republish` publishes them again from the store"
                )
