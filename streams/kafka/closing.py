"""Closing a Kafka client, in bounded time and without errors: what is left of it ends with the event loop."""

import asyncio
from collections.abc import Awaitable

CLOSE_WITHIN_S = 1


async def close_soon(closing: Awaitable[None]) -> None:
    """Waits for a client to close, for at most `CLOSE_WITHIN_S`, and ignores its errors.

    Closing is a task of its own: an aiokafka consumer that is closed while it waits to fetch again raises
    CancelledError, which would otherwise end the caller.
    """
    task = asyncio.ensure_future(closing)
    await asyncio.wait([task], timeout=CLOSE_WITHIN_S)
    if not task.done():
        task.cancel()
    elif not task.cancelled():
        task.exception()  # else the event loop would log it
