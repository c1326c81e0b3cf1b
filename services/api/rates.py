"""How many events a second pass each place of the log, from the positions that were read within the last minute."""

import threading
from collections import deque
from collections.abc import Mapping

OVER_S = 60.0
"""Rates are those of so many seconds, or of as many as there are."""
APART_S = 5.0
"""Positions are kept no closer together than this, so that there are never many."""


class Rates:
    """Of one API process; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[tuple[float, Mapping[str, int]]] = deque()

    def of(self, now: float, positions: Mapping[str, int]) -> dict[str, float]:
        """Events a second by place, at the seconds `now` of a clock that never goes back; none until some have passed.

        A position that went back, as the views' does when they are built anew, has no rate.
        """
        with self._lock:
            while self._kept and now - self._kept[0][0] > OVER_S:
                self._kept.popleft()
            since, before = self._kept[0] if self._kept else (now, positions)
            if not self._kept or now - self._kept[-1][0] >= APART_S:
                self._kept.append((now, dict(positions)))
        if now - since < APART_S:
            return {}
        moved = {place: position - before.get(place, position) for place, position in positions.items()}
        return {place: number / (now - since) for place, number in moved.items() if number >= 0}
