"""Says what a start waits for, where that takes longer than somebody likes to watch in silence."""

import logging
import time
from collections.abc import Sequence

from services.local_stack.child import Child, State

logger = logging.getLogger(__name__)

SILENT_SECONDS = 5.0
"""A start of a few seconds needs no words."""
AGAIN_SECONDS = 10.0
"""How soon it says so again where the reason is another one, such as progress; the same one is not repeated."""


class Patience:
    """What is waited for since now."""

    def __init__(self) -> None:
        self._said = ""
        self._speaks_at = time.monotonic() + SILENT_SECONDS

    def spend(self, children: Sequence[Child]) -> None:
        """Names each child that is not there yet, where it is time to."""
        if time.monotonic() < self._speaks_at:
            return
        missing = [f"{child.name} ({child.waits_for})" for child in children if child.state is not State.RUNNING]
        saying = ", ".join(missing)
        if saying and saying != self._said:
            logger.info("waiting for %s", saying)
            self._said, self._speaks_at = saying, time.monotonic() + AGAIN_SECONDS
