"""One run of the projector's Faust app, checked until it has to be replaced."""

import asyncio
from collections.abc import Callable, Mapping
from threading import Event
from typing import Any, TypeVar

from projections.base.partition import Partition
from streams.kafka.settings import KafkaSettings
from streams.projecting._applying import Threads
from streams.projecting.faust_app import build_app
from streams.projecting.live_views import LiveViews
from streams.projecting.mending import Mending
from streams.projecting.probe import KafkaProbe
from streams.projecting.stall import Progress, ReadingStalled

CHECK_EVERY_S = 0.5
STALLED_AFTER_S = 10.0
"""A partition that this process reads is stalled when it has more and its stored offset does not change for so long;
then the process leaves the group, so that others take over within 15 s."""
STOP_WITHIN_S = 10
STOP_POLL_S = 0.1

_Answer = TypeVar("_Answer")


class NotThisLog(Exception):
    """Kafka holds fewer messages than the views have applied."""


class Session:
    """Reads the partitions that the group gives it, each from its stored offset on.

    `threads` are those that use `views`. A session is made and run in the same event loop.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        views: LiveViews,
        mending: Mending,
        probe: KafkaProbe,
        threads: Threads,
    ) -> None:
        self._kafka = kafka
        self._views = views
        self._mending = mending
        self._probe = probe
        self._threads = threads
        self._failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._progress = Progress(STALLED_AFTER_S)

    async def run(self, stop: Event, note_success: Callable[[Mapping[Partition, int]], None]) -> None:
        """Returns when `stop` is set; calls `note_success` with the stored offsets after each successful check.

        Raises ReadingStalled, NotThisLog, ProjectionStopped, and what the probe and the views raise.
        """
        partitions = await self._probe.partitions()
        if not partitions:
            raise NotThisLog("Kafka has no topic that a view takes")
        stored = await self._in_writing_thread(self._views.stored_offsets)
        self._compare({each: stored[each] for each in partitions & stored.keys()}, await self._probe.ends(partitions))
        app = build_app(self._kafka, self._views, self._threads, self._fail)
        starting = asyncio.ensure_future(app.start())
        mending = asyncio.ensure_future(self._mending.run(self._probe, lambda: self._views.offsets, self._fail))
        try:
            await self._wait_for(starting, stop)
            while not stop.is_set():
                await self._check(note_success)
                await self._wait_for(asyncio.ensure_future(asyncio.sleep(CHECK_EVERY_S)), stop)
                if app.should_stop:
                    raise ReadingStalled("the app has ended by itself")
        finally:
            mending.cancel()
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

    async def _check(self, note_success: Callable[[Mapping[Partition, int]], None]) -> None:
        """Compares the ends of the partitions read with their stored offsets."""
        offsets = dict(self._views.offsets)
        self._compare(offsets, await self._probe.ends(set(offsets)))
        if offsets:
            note_success(offsets)

    def _compare(self, offsets: Mapping[Partition, int], ends: Mapping[Partition, int]) -> None:
        """Raises NotThisLog, ReadingStalled."""
        for partition, stored in offsets.items():
            if stored > ends[partition]:
                raise NotThisLog(f"{partition} ends at {ends[partition]}, the views are at {stored}")
        self._progress.note(offsets, ends)

    async def _in_writing_thread(self, work: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads.writing, work)
