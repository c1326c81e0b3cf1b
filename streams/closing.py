"""Closing a Kafka client must not take long, nor fail: what is left of it ends with the event loop."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

CLOSE_WITHIN_S = 1


async def close_soon(closing: Awaitable[None]) -> None:
    """Waits for a client to close, for at most `CLOSE_WITHIN_S`, and takes no notice of its errors."""
    with suppress(Exception):
        await asyncio.wait_for(closing, CLOSE_WITHIN_S)
