"""How much of its time a projector spends under the lock of what follows from several streams: a line of the log."""

import logging
import time

from projections.engine.live import LiveWriter
from streams.batch_times import of_this_process

EVERY_S = 60.0
"""Between two lines; none is written where nothing was applied."""

_log = logging.getLogger(__name__)


class WorkLog:
    """Sums up the batches that one projector has applied."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._since = time.monotonic()
        self._messages = 0
        self._busy_s = self._locked_s = self._waited_s = 0.0

    def note(self, messages: int, prepared: float, began: float, writer: LiveWriter) -> None:
        """Counts a batch that has just committed.

        `prepared` is when its preparation began, `began` when its transaction did (monotonic seconds).
        """
        now = time.monotonic()
        of_this_process.note(now - prepared)
        self._messages += messages
        self._busy_s += now - began
        self._waited_s += writer.waited_s
        self._locked_s += now - writer.locked_at if writer.locked_at is not None else 0.0
        if now - self._since >= EVERY_S:
            self.write()

    def write(self) -> None:
        """Writes the line, if anything was applied since the last one."""
        now = time.monotonic()
        if not self._messages:
            return
        _log.info(
            "applied %d messages in %.0f s: %.0f %% of that in transactions, %.0f %% under the lock of derived tables,"
            " %.0f %% waiting for it",
            self._messages,
            now - self._since,
            *(100 * seconds / (now - self._since) for seconds in (self._busy_s, self._locked_s, self._waited_s)),
        )
        self._begin()
