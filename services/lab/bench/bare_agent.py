"""A Faust agent that does nothing; prints how many messages it got, and in how many seconds.

It reads on two lines who signs in to Kafka, and the password, which is for no command line.
"""

import asyncio
import sys
import time

import faust


def main(servers: str, topic: str, messages: int, folder: str, user: str, password: str) -> None:
    """Reads the topic from its beginning until so many messages have come; Faust keeps what it writes in the folder."""
    app = faust.App(
        "bench-bare-agent",
        broker=f"kafka://{servers.split(',')[0]}",
        broker_credentials=faust.SASLCredentials(username=user, password=password, mechanism="PLAIN"),
        datadir=folder,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        topic_disable_leader=True,
    )
    source = app.topic(topic, value_type=bytes, value_serializer="raw", key_serializer="raw")
    spent: list[tuple[int, float]] = []

    @app.agent(source, concurrency=1)
    async def nothing(stream: faust.StreamT[bytes]) -> None:
        count, since = 0, 0.0
        async for _ in stream:
            if count == 0:
                since = time.perf_counter()
            count += 1
            if count == messages:
                spent.append((count, time.perf_counter() - since))

    asyncio.run(_until(app, spent))
    count, seconds = spent[0]
    print(count, seconds)


async def _until(app: faust.App, spent: list[tuple[int, float]]) -> None:
    async with app:
        while not spent:
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], *sys.stdin.read().splitlines())
