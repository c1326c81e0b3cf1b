"""The Faust app that keeps the views live: one thin agent for each log."""

import asyncio
from concurrent.futures import Executor
from functools import partial
from typing import Any

from projections.catalogue import LOGS, Log
from streams.kafka.settings import KafkaSettings
from streams.projecting._applying import Applying, Threads
from streams.projecting._faust_driver import App, Consumer, Fail, Transport
from streams.projecting._group import Views
from streams.projecting.live_views import LiveViews

QUEUED_FETCHES = 2
"""How many fetches of a log may wait while one is applied."""


def build_app(kafka: KafkaSettings, views: LiveViews, threads: Threads, fail: Fail) -> App:
    """An app that joins the group and applies what it fetches to the views; start it with `app.start()`.

    `views` is used in `threads`. `fail` gets what applying raises, and nothing more of that log is applied.
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
    app.transport = Transport(app, kafka, _in(threads.writing, views), fail)
    for log in LOGS.values():
        _add_agent(app, log, views, threads, fail)
    return app


def _in(worker: Executor, views: LiveViews) -> Views:
    def run(work: Any, *given: Any) -> Any:
        return asyncio.get_running_loop().run_in_executor(worker, work, *given)

    return Views(begin=partial(run, views.begin), end=partial(run, views.end))


def _add_agent(app: App, log: Log, views: LiveViews, threads: Threads, fail: Fail) -> None:
    async def begin_again() -> None:
        consumer = app.consumer
        assert isinstance(consumer, Consumer)
        await consumer.begin_again()

    async def agent(stream: Any) -> None:
        applying = Applying(log, views, threads, begin_again, fail)
        async for batch in stream:
            await applying.take(batch)

    channel = app.topic(log.name, acks=False, key_serializer="raw", value_serializer="raw")
    app.agent(channel, name=log.name, concurrency=1)(agent)
