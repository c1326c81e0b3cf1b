"""Closing a Kafka client ends in time and without an error, whatever the client does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from streams.kafka.closing import close_soon

Closing = Callable[[], Awaitable[None]]


async def ends_cancelled() -> None:
    """As an aiokafka consumer does that is closed while it waits to fetch again."""
    fetching = asyncio.ensure_future(asyncio.sleep(3600))
    await asyncio.sleep(0)
    fetching.cancel()
    await fetching


async def fails() -> None:
    """As a client does whose server is away."""
    raise OSError


async def never_ends() -> None:
    """As a client does whose server is silent."""
    await asyncio.Event().wait()


@pytest.mark.parametrize("closing", [ends_cancelled, fails, never_ends])
def test_whoever_closes_goes_on(closing: Closing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.kafka.closing.CLOSE_WITHIN_S", 0.01)
    assert asyncio.run(going_on_after(closing))


async def going_on_after(closing: Closing) -> bool:
    """Closes; true once that has returned."""
    await close_soon(closing())
    return True
