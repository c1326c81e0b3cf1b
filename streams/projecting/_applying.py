"""The batches of one log, applied one after the other: while one is written, the next is prepared.

Preparing takes Python's time and writing mostly Postgres's, so that on two cores a batch takes as long as the longer of
the two. What was prepared behind a batch that could not be written is dropped: it goes on from an offset that is not
stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import NamedTuple

from psycopg2.errors import DeadlockDetected

from projections.catalogue import Log
from projections.engine.positions import OutOfStep
from projections.engine.stops import ProjectionStopped
from streams.projecting.live_views import ALL_FORGED, LiveViews, OffsetGap, PreparedBatch
from streams.projecting.reader import Batch

MOST_STARTS = 20
"""So many times in a row a log is read again from its stored offsets; a projector that loses each time gives up."""
PAUSE_S = 0.1
STARTS_TO_PROVE = 10
"""The same while all is forged: genuine messages of other partitions may come with the next fetch."""

_READ_AGAIN = (OutOfStep, OffsetGap, DeadlockDetected, ProjectionStopped)


class Threads(NamedTuple):
    """The threads that use the views, each an executor of one, so that no event loop ever blocks."""

    preparing: Executor
    writing: Executor


class Applying:
    """Applies the batches of one log; used in one event loop."""

    def __init__(
        self,
        log: Log,
        views: LiveViews,
        threads: Threads,
        begin_again: Callable[[], Awaitable[None]],
        fail: Callable[[BaseException], None],
    ) -> None:
        """`begin_again` reads from the stored offsets again; `fail` gets what ends the session."""
        self._log = log
        self._views = views
        self._threads = threads
        self._begin_again = begin_again
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._starts = 0
        self._writing: asyncio.Task[None] | None = None

    async def take(self, batch: Batch) -> None:
        """Prepares a batch and begins to write it once the one before is written; never returns after a failure."""
        prepared: PreparedBatch | None = None
        failure: Exception | None = None
        try:
            prepared = await self._loop.run_in_executor(self._threads.preparing, self._views.prepare, self._log, batch)
        except Exception as error:
            failure = error
        await self.finish()
        if failure:
            await self._take_failure(failure)
        elif prepared:
            self._writing = asyncio.create_task(self._write(prepared))

    async def finish(self) -> None:
        """Waits until what is being written is written, or was dropped."""
        if self._writing:
            await self._writing

    async def _write(self, prepared: PreparedBatch) -> None:
        try:
            if await self._loop.run_in_executor(self._threads.writing, self._views.write, prepared):
                self._starts = 0
        except Exception as error:
            await self._take_failure(error)

    async def _take_failure(self, error: Exception) -> None:
        """Reads again after a failure that may pass; any other ends the session, and nothing more is applied."""
        self._starts += 1
        if not isinstance(error, _READ_AGAIN) or self._starts >= _most_starts(error):
            self._fail(error)
            await asyncio.Event().wait()
        await asyncio.sleep(PAUSE_S)
        try:
            await self._begin_again()
        except Exception as again:
            self._fail(again)
            await asyncio.Event().wait()


def _most_starts(error: Exception) -> int:
    if not isinstance(error, ProjectionStopped):
        return MOST_STARTS
    return STARTS_TO_PROVE if error.stop.code == ALL_FORGED else 0
