"""A partition that does not move although there is more in it."""

import time
from collections.abc import Mapping

from projections.base.partition import Partition


class ReadingStalled(Exception):
    """Nothing is read although there is something to read."""


class Progress:
    """Notices a partition whose stored offset has not changed for `stalled_after_s` although it has more."""

    def __init__(self, stalled_after_s: float) -> None:
        self._stalled_after_s = stalled_after_s
        self._last_change: dict[Partition, tuple[int, float]] = {}

    def note(self, offsets: Mapping[Partition, int], ends: Mapping[Partition, int]) -> None:
        """Takes the present offsets and ends of partitions, and forgets others; raises ReadingStalled."""
        now = time.monotonic()
        before, self._last_change = self._last_change, {}
        for partition, stored in offsets.items():
            offset, since = before.get(partition, (-1, now))
            if stored == ends[partition] or stored != offset:
                since = now
            elif now - since > self._stalled_after_s:
                raise ReadingStalled(f"{partition} stands still at {stored} of {ends[partition]}")
            self._last_change[partition] = (stored, since)
