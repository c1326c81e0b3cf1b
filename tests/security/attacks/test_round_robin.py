"""Which caller has a place when: nobody waits behind all requests of another."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from services.api.limits.round_robin import LONGEST_REST_S, RoundRobin

Waiting = asyncio.Task[None]


class Callers:
    """Take places, and note the order in which they have them."""

    def __init__(self, places: int) -> None:
        self.round_robin = RoundRobin(places)
        self.came: list[str] = []

    async def request(self, *callers: str) -> list[Waiting]:
        """So many requests, which wait or have a place once this returns."""
        waiting = [asyncio.ensure_future(self._request(who)) for who in callers]
        await settled()
        return waiting

    async def _request(self, who: str) -> None:
        await self.round_robin.take(who)
        self.came.append(who)

    async def give_back(self, who: str, seconds: float = 0.0) -> None:
        """Ends a request."""
        self.round_robin.give_back(who, seconds)
        await settled()


async def settled() -> None:
    """Everybody who can go on has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def test_who_is_alone_has_every_place() -> None:
    async def test() -> None:
        callers = Callers(4)
        waiting = await callers.request(*["flood"] * 6)
        assert callers.came == ["flood"] * 4
        await callers.give_back("flood", LONGEST_REST_S)
        assert callers.came == ["flood"] * 5
        waiting[-1].cancel()

    run(test)


def test_the_next_free_place_is_for_somebody_else() -> None:
    async def test() -> None:
        callers = Callers(2)
        await callers.request(*["flood"] * 10)
        await callers.request("honest", "other")
        assert callers.came == ["flood", "flood"]
        await callers.give_back("flood")
        assert callers.came[2:] == ["honest"]
        await callers.give_back("flood")
        assert callers.came[3:] == ["other"]

    run(test)


def test_beside_others_each_has_one_place_at_a_time() -> None:
    async def test() -> None:
        callers = Callers(8)
        await callers.request("honest")
        await callers.request(*["flood"] * 5)
        assert callers.came == ["honest", "flood"]
        await callers.request("other")
        assert callers.came == ["honest", "flood", "other"]
        for number in range(2, 6):
            await callers.give_back("flood", 0.001)
            while callers.came.count("flood") < number:
                await settled()
        assert callers.came == ["honest", "flood", "other", *["flood"] * 4]

    run(test)


def test_who_gives_up_keeps_no_place() -> None:
    async def test() -> None:
        callers = Callers(1)
        await callers.request("first")
        (waiting,) = await callers.request("second")
        await callers.request("third")
        waiting.cancel()
        await callers.give_back("first")
        assert callers.came == ["first", "third"]
        (late,) = await callers.request("second")
        callers.round_robin.give_back("third", 0.0)
        late.cancel()  # with its turn on the way
        await settled()
        await callers.request("fourth")
        assert callers.came == ["first", "third", "fourth"]

    run(test)
