"""One run of the projector's Faust app, checked until it has to be replaced."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from threading import Event
from typing import Any, TypeVar

from projections.base.partition import Partition
from projections.engine.failures import Failure
from streams.kafka.settings import KafkaSettings
from streams.projecting.faust_app import build_app
from streams.projecting.live_views import LiveViews
from streams.projecting.probe import KafkaProbe

CHECK_EVERY_S = 0.5
"""How often Kafka is queried: a new topic is read after this and the second that a new app takes to start."""
STALLED_AFTER_S = 15.0
"""A partition is stalled when it has more and its stored offset does not change for so long."""
RETRY_S = 60.0
"""How often messages that a projection failed on are applied again."""
RETRY_PAGE = 500
STOP_WITHIN_S = 10
STOP_POLL_S = 0.1

_Answer = TypeVar("_Answer")


class Stalled(Exception):
    """The app reads nothing although there is something to read."""


class NotThisLog(Exception):
    """Kafka holds fewer messages than the views have applied."""


class Session:
    """Reads every partition that there is now, from its stored offset on.

    `worker` is the one thread that uses `views`. A session is made and run in the same event loop.
    """

    def __init__(self, kafka: KafkaSettings, views: LiveViews, probe: KafkaProbe, worker: Executor) -> None:
        self._kafka = kafka
        self._views = views
        self._probe = probe
        self._worker = worker
        self._failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._last_change: dict[Partition, tuple[int, float]] = {}

    async def run(self, stop: Event, note_success: Callable[[], None]) -> None:
        """Returns when `stop` is set or there are other partitions; calls `note_success` after each successful check.

        Raises Stalled, NotThisLog, and what the probe and the views raise.
        """
        partitions = await self._probe.partitions()
        if not partitions:
            raise NotThisLog("Kafka has no topic that a view takes")
        offsets = await self._in_worker(partial(self._views.begin, partitions))
        await self._check(partitions)
        app = build_app(self._kafka, offsets, self._views.apply, self._worker, self._fail)
        starting = asyncio.ensure_future(app.start())
        try:
            await self._wait_for(starting, stop)
            retried = float("-inf")
            while not stop.is_set() and await self._probe.partitions() == partitions:
                await self._check(partitions)
                if time.monotonic() - retried > RETRY_S:
                    await self._apply_failed_again()
                    retried = time.monotonic()
                note_success()
                await self._wait_for(asyncio.ensure_future(asyncio.sleep(CHECK_EVERY_S)), stop)
                if app.should_stop:
                    raise Stalled("the app has ended by itself")
        finally:
            if not self._failed.done():
                await asyncio.wait([starting], timeout=STOP_WITHIN_S)
            await asyncio.wait([asyncio.ensure_future(app.stop())], timeout=STOP_WITHIN_S)
            starting.cancel()

    def _fail(self, error: BaseException) -> None:
        """Ends the session with this error; of several, the first counts."""
        if not self._failed.done():
            self._failed.set_result(error)

    async def _wait_for(self, until: "asyncio.Future[None]", stop: Event) -> None:
        """Waits until `until` is done or `stop` is set; raises the error of the app where there is one."""
        either: set[asyncio.Future[Any]] = {until, self._failed}
        while not until.done() and not stop.is_set():
            await asyncio.wait(either, timeout=STOP_POLL_S, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                raise self._failed.result()

    async def _check(self, partitions: set[Partition]) -> None:
        """Compares the ends of partitions with the stored offsets; raises NotThisLog, Stalled."""
        offsets = dict(self._views.offsets)
        ends = await self._probe.ends(partitions)
        now = time.monotonic()
        for partition, end in ends.items():
            stored = offsets[partition]
            if stored > end:
                raise NotThisLog(f"{partition} ends at {end}, the views are at {stored}")
            offset, since = self._last_change.get(partition, (-1, now))
            if stored == end or stored != offset:
                self._last_change[partition] = (stored, now)
            elif now - since > STALLED_AFTER_S:
                raise Stalled(f"{partition} stands still at {stored} of {end}")

    async def _apply_failed_again(self) -> None:
        last: Failure | None = None
        while page := await self._in_worker(partial(self._views.failed, last, RETRY_PAGE)):
            for failure in page:
                record = await self._probe.record(failure.where, failure.offset)
                await self._in_worker(partial(self._views.apply_again, failure, record))
            last = page[-1]

    async def _in_worker(self, work: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)
