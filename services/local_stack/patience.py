"""Logs what a start waits for, where that takes longer than a few seconds."""

import logging
from collections.abc import Sequence

from services.local_stack.child import Child, State

logger = logging.getLogger(__name__)

SILENT_SECONDS = 5.0
"""A shorter start logs nothing."""
AGAIN_SECONDS = 10.0
"""How soon it logs again where the reason has changed, as with progress; the same one is not repeated."""


class Patience:
    """What is waited for since `now`, in monotonic seconds, as they are from then on."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._last = ""
        self._next_at = now + SILENT_SECONDS

    def spend(self, children: Sequence[Child], now: float) -> None:
        """Names each child that is not there yet, why, and for how long it was waited for, where it is time to."""
        if now < self._next_at:
            return
        missing = [f"{child.name} ({child.waits_for})" for child in children if child.state is not State.RUNNING]
        reasons = ", ".join(missing)
        if reasons and reasons != self._last:
            logger.info("waiting for %s, for %.0f s so far", reasons, now - self._began)
            self._last, self._next_at = reasons, now + AGAIN_SECONDS
