"""The Faust app that keeps the views live: one thin agent for each log."""

import asyncio
from concurrent.futures import Executor
from functools import partial
from typing import Any

from psycopg2.errors import DeadlockDetected

from projections.catalogue import LOGS, Log
from projections.engine.positions import OutOfStep
from projections.engine.stops import ProjectionStopped
from streams.kafka.settings import KafkaSettings
from streams.projecting._faust_driver import App, Consumer, Fail, Transport
from streams.projecting._group import Views
from streams.projecting.live_views import ALL_FORGED, LiveViews, OffsetGap

QUEUED_FETCHES = 2
"""How many fetches of a log may wait while one is applied."""
MOST_STARTS = 20
"""So many times in a row a log is read again from its stored offsets; a projector that loses each time gives up."""
PAUSE_S = 0.1
STARTS_TO_PROVE = 10
"""The same while all is forged: genuine messages of other partitions may come with the next fetch."""


def build_app(kafka: KafkaSettings, views: LiveViews, worker: Executor, fail: Fail) -> App:
    """An app that joins the group and applies what it fetches to the views; start it with `app.start()`.

    `views` is used in `worker`, which has one thread, so that no event loop ever blocks. `fail` gets what applying
    raises, and nothing more of that log is applied.
    """
    app = App(
        "contactpoint-projector",
        broker=[f"kafka://{server}" for server in kafka.servers],
        stream_buffer_maxsize=QUEUED_FETCHES,
        stream_wait_empty=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        key_serializer="raw",
        value_serializer="raw",
    )
    app.transport = Transport(app, kafka, _in(worker, views), fail)
    for log in LOGS.values():
        _add_agent(app, log, views, worker, fail)
    return app


def _most_starts(error: Exception) -> int:
    if not isinstance(error, ProjectionStopped):
        return MOST_STARTS
    return STARTS_TO_PROVE if error.stop.code == ALL_FORGED else 0


def _in(worker: Executor, views: LiveViews) -> Views:
    def run(work: Any, *given: Any) -> Any:
        return asyncio.get_running_loop().run_in_executor(worker, work, *given)

    return Views(begin=partial(run, views.begin), end=partial(run, views.end))


def _add_agent(app: App, log: Log, views: LiveViews, worker: Executor, fail: Fail) -> None:
    async def agent(stream: Any) -> None:
        loop = asyncio.get_running_loop()
        starts = 0
        try:
            async for batch in stream:
                try:
                    await loop.run_in_executor(worker, views.apply, log, batch)
                    starts = 0
                except (OutOfStep, OffsetGap, DeadlockDetected, ProjectionStopped) as error:
                    starts += 1
                    if starts >= _most_starts(error):
                        raise
                    await asyncio.sleep(PAUSE_S)
                    consumer = app.consumer
                    assert isinstance(consumer, Consumer)
                    await consumer.begin_again()
        except Exception as error:
            fail(error)
            await asyncio.Event().wait()

    channel = app.topic(log.name, acks=False, key_serializer="raw", value_serializer="raw")
    app.agent(channel, name=log.name, concurrency=1)(agent)
