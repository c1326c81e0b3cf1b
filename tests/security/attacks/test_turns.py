"""Who has a turn when: nobody waits behind all requests of another."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from services.api.limits.turns import LONGEST_REST_S, Turns

Asking = asyncio.Task[None]


class Desk:
    """Asks for turns and notes the order in which they come."""

    def __init__(self, places: int) -> None:
        self.turns = Turns(places)
        self.came: list[str] = []

    async def ask(self, *callers: str) -> list[Asking]:
        """So many requests, which have asked once this returns."""
        asked = [asyncio.ensure_future(self._ask(who)) for who in callers]
        await settled()
        return asked

    async def _ask(self, who: str) -> None:
        await self.turns.take(who)
        self.came.append(who)

    async def give_back(self, who: str, seconds: float = 0.0) -> None:
        """Ends a turn."""
        self.turns.give_back(who, seconds)
        await settled()


async def settled() -> None:
    """Everybody who can go on has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def test_who_is_alone_has_every_place() -> None:
    async def test() -> None:
        desk = Desk(4)
        asked = await desk.ask(*["flood"] * 6)
        assert desk.came == ["flood"] * 4
        await desk.give_back("flood", LONGEST_REST_S)
        assert desk.came == ["flood"] * 5
        asked[-1].cancel()

    run(test)


def test_the_next_free_place_is_for_somebody_else() -> None:
    async def test() -> None:
        desk = Desk(2)
        await desk.ask(*["flood"] * 10)
        await desk.ask("honest", "other")
        assert desk.came == ["flood", "flood"]
        await desk.give_back("flood")
        assert desk.came[2:] == ["honest"]
        await desk.give_back("flood")
        assert desk.came[3:] == ["other"]

    run(test)


def test_beside_others_each_has_one_place_at_a_time() -> None:
    async def test() -> None:
        desk = Desk(8)
        await desk.ask("honest")
        await desk.ask(*["flood"] * 5)
        assert desk.came == ["honest", "flood"]
        await desk.ask("other")
        assert desk.came == ["honest", "flood", "other"]
        for turns in range(2, 6):
            await desk.give_back("flood", 0.001)
            while desk.came.count("flood") < turns:
                await settled()
        assert desk.came == ["honest", "flood", "other", *["flood"] * 4]

    run(test)


def test_who_gives_up_keeps_no_place() -> None:
    async def test() -> None:
        desk = Desk(1)
        await desk.ask("first")
        (waiting,) = await desk.ask("second")
        await desk.ask("third")
        waiting.cancel()
        await desk.give_back("first")
        assert desk.came == ["first", "third"]
        (late,) = await desk.ask("second")
        desk.turns.give_back("third", 0.0)
        late.cancel()  # with its turn on the way
        await settled()
        await desk.ask("fourth")
        assert desk.came == ["first", "third", "fourth"]

    run(test)
