"""One run of the projector's Faust app, watched until it has to be replaced."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from projections.base.partition import Partition
from projections.engine.failures import Failure
from streams.kafka.settings import KafkaSettings
from streams.projecting.faust_app import build_app
from streams.projecting.live_views import LiveViews
from streams.projecting.probe import KafkaProbe

WATCH_S = 0.5
"""How often Kafka is asked what there is: a new topic is read after this and the second that a new app takes."""
STILL_S = 15.0
"""A partition that has more and does not move for so long is stalled."""
RETRY_S = 60.0
"""How often messages that could not be taken are applied again."""
RETRY_PAGE = 500
STOP_WITHIN_S = 10
STOP_POLL_S = 0.1

_Answer = TypeVar("_Answer")


class Stalled(Exception):
    """The app reads nothing although there is something to read."""


class NotThisLog(Exception):
    """Kafka holds less than the views have seen."""


class Session:
    """Reads every partition there is now from its stored offset on; `worker` is the thread that `views` belong to.

    Is made and run in one event loop.
    """

    def __init__(
        self, kafka: KafkaSettings, views: LiveViews, probe: KafkaProbe, worker: Executor, data_folder: Path
    ) -> None:
        self._kafka = kafka
        self._views = views
        self._probe = probe
        self._worker = worker
        self._data_folder = data_folder
        self._trouble: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._moved: dict[Partition, tuple[int, float]] = {}

    async def run(self, stop: Event, well: Callable[[], None]) -> None:
        """Returns when `stop` is set, or there are other partitions to read; calls `well` as long as all goes well.

        Raises Stalled, NotThisLog, and what the watch and the views raise.
        """
        partitions = await self._probe.partitions()
        if not partitions:
            raise NotThisLog("Kafka has no topic that a view takes")
        offsets = await self._in_worker(partial(self._views.begin, partitions))
        await self._check(partitions)
        app = build_app(self._kafka, offsets, self._views.apply, self._worker, self._fail, self._data_folder)
        starting = asyncio.ensure_future(app.start())
        try:
            await self._while_well(starting, stop)
            retried = float("-inf")
            while not stop.is_set() and await self._probe.partitions() == partitions:
                await self._check(partitions)
                if time.monotonic() - retried > RETRY_S:
                    await self._apply_failed_again()
                    retried = time.monotonic()
                well()
                await self._while_well(asyncio.ensure_future(asyncio.sleep(WATCH_S)), stop)
                if app.should_stop:
                    raise Stalled("the app has ended by itself")
        finally:
            if not self._trouble.done():
                await asyncio.wait([starting], timeout=STOP_WITHIN_S)
            await asyncio.wait([asyncio.ensure_future(app.stop())], timeout=STOP_WITHIN_S)
            starting.cancel()

    def _fail(self, error: BaseException) -> None:
        """The app is of no use any more."""
        if not self._trouble.done():
            self._trouble.set_result(error)

    async def _while_well(self, until: "asyncio.Future[None]", stop: Event) -> None:
        """Waits until something is done, or for `stop`; raises what the app ran into."""
        either: set[asyncio.Future[Any]] = {until, self._trouble}
        while not until.done() and not stop.is_set():
            await asyncio.wait(either, timeout=STOP_POLL_S, return_when=asyncio.FIRST_COMPLETED)
            if self._trouble.done():
                raise self._trouble.result()

    async def _check(self, partitions: set[Partition]) -> None:
        """Compares what there is with what is stored."""
        offsets = dict(self._views.offsets)
        ends = await self._probe.ends(partitions)
        now = time.monotonic()
        for partition, end in ends.items():
            stored = offsets[partition]
            if stored > end:
                raise NotThisLog(f"{partition} ends at {end}, the views are at {stored}")
            offset, since = self._moved.get(partition, (-1, now))
            if stored == end or stored != offset:
                self._moved[partition] = (stored, now)
            elif now - since > STILL_S:
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
