"""How long batches take, counted in buckets: a registrar's decisions, a relay's rounds, a projector's transactions.

A process is one role, so it has one of these. There is no sum: with it, what came between two readings could be timed.
"""

from bisect import bisect_left
from collections.abc import Sequence

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds: a batch of one takes some 10 ms, a full one up to a second; beyond 30 s all waits end."""


class BatchTimes:
    """Counts of batches that have taken effect, by how long they took. One thread notes, any may read."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)

    def note(self, seconds: float) -> None:
        """Counts a batch."""
        self._counts[bisect_left(BUCKETS, seconds)] += 1

    def cumulative(self) -> Sequence[tuple[str, int]]:
        """For each bucket its bound as Prometheus writes it, and how many batches took no longer."""
        bounds, total, found = [*map(str, BUCKETS), "+Inf"], 0, []
        for bound, count in zip(bounds, tuple(self._counts), strict=True):
            total += count
            found.append((bound, total))
        return found


of_this_process = BatchTimes()
