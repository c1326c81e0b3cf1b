"""A few callers who are known, and whose bodies do not arrive, do not fill all the room there is for those who are."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from services.api.limits import refusing
from services.api.limits.fairness import MOST_IN_HAND, MOST_OF_A_CALLER, Fair
from services.auth.tokens import Caller, Principal

FLOODERS = MOST_IN_HAND // MOST_OF_A_CALLER
TURNS_OF_THE_LOOP = 100
"""More than a request takes until it waits for its body or is refused."""


async def answered(fair: Fair, name: str, receive: Receive) -> int:
    """The status of the answer to a caller's request."""
    state = {"principal": Principal(Caller.USER, name, 0.0)}
    scope: Scope = {"type": "http", "method": "POST", "path": "/children/search", "headers": [], "state": state}
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await fair(scope, receive, send)
    return statuses[0]


async def done(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def at_once() -> Message:
    return {"type": "http.request", "body": b"{}", "more_body": False}


async def never() -> Message:
    await asyncio.Future()
    raise AssertionError


@pytest.mark.parametrize("in_turn", [True, False])
def test_callers_whose_bodies_do_not_arrive_leave_room_for_others(
    monkeypatch: pytest.MonkeyPatch, *, in_turn: bool
) -> None:
    monkeypatch.setattr(refusing, "REFUSED_AFTER_S", 0)
    names = [f"flooder {number}" for number in range(FLOODERS)] * MOST_OF_A_CALLER

    async def flood() -> None:
        fair = Fair(done)
        sent = [asyncio.ensure_future(answered(fair, name, never)) for name in (names if in_turn else sorted(names))]
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)
        assert {each.result() for each in sent if each.done()} == {429}
        assert sum(not each.done() for each in sent) >= MOST_IN_HAND * 3 // 4
        assert [await answered(fair, f"other {number}", at_once) for number in range(FLOODERS)] == [200] * FLOODERS
        for each in sent:
            each.cancel()
        await asyncio.gather(*sent, return_exceptions=True)

    asyncio.run(flood())
