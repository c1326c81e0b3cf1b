"""The Faust app that keeps the views live: one thin agent for each log."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import Any

from projections.base.partition import Partition
from projections.catalogue import LOGS, Log
from streams.kafka.settings import KafkaSettings
from streams.projecting._faust_driver import App, Fail, Transport
from streams.projecting.reader import Fetched, log_of

QUEUED_FETCHES = 2
"""How many fetches of a log may wait while one is applied."""

Apply = Callable[[Log, Fetched], None]


def build_app(
    kafka: KafkaSettings,
    offsets: Mapping[Partition, int],
    apply: Apply,
    worker: Executor,
    fail: Fail,
) -> App:
    """An app that reads each partition from its offset on and applies what it fetches; start it with `app.start()`.

    `apply` runs in `worker`, which has one thread, so that the event loop never blocks and there is one writer. `fail`
    gets what it raises, and nothing more of that log is applied.
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
    app.transport = Transport(app, kafka, offsets, fail)
    for log in LOGS.values():
        topics = sorted({topic for topic, _ in offsets if log_of(topic) == log.name})
        if topics:
            _add_agent(app, log, topics, apply, worker, fail)
    return app


def _add_agent(app: App, log: Log, topics: Iterable[str], apply: Apply, worker: Executor, fail: Fail) -> None:
    async def agent(stream: Any) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for fetched in stream:
                await loop.run_in_executor(worker, apply, log, fetched)
        except Exception as error:
            fail(error)
            await asyncio.Event().wait()

    channel = app.topic(*topics, acks=False, key_serializer="raw", value_serializer="raw")
    app.agent(channel, name=log.name, concurrency=1)(agent)
