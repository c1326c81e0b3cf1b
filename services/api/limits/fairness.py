"""Requests of one caller do not keep those of others waiting: a bound on what a caller has in hand, and round robin."""

import asyncio
from collections import Counter
from collections.abc import Hashable
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.limits.refusing import refuse
from services.api.limits.round_robin import PLACES, RoundRobin
from services.api.problems import Problem

MOST_OF_A_CALLER = 64
"""Requests of one caller in hand: at work, waiting for a place or for their body, or with an answer not yet taken."""
MOST_IN_HAND = 256
"""The same of all callers together who are known by name."""
MOST_OF_A_CALLER_AT_LAST = 16
"""Instead of MOST_OF_A_CALLER, once three quarters of MOST_IN_HAND are taken: a few callers leave room for others."""
MOST_OF_ANYBODY = 64
"""The same of all together who give no name, beside those for HEALTH: they take no place of who is known."""
MOST_FOR_HEALTH = 32
"""Requests in hand to read one path of HEALTH, which machines ask."""
HEALTH = frozenset({"/health/live", "/health/ready"})
PUBLIC_PLACES = 2
"""Places for each path of HEALTH, and for all other public paths, each of which counts as a caller of its own.

So where Postgres is slow, and those that read it wait, a process still says that it lives.
"""
ALL_PUBLIC_PLACES = (len(HEALTH) + 1) * PUBLIC_PLACES
_READS = frozenset({"GET", "HEAD"})
_LAZY = "/submissions"
"""The one call with bodies too large to be kept until it has a place: it has a bound of its own on them."""
_WAIT = "you have too many requests in hand; wait for some of their answers"
_BUSY = "too many requests at once"
_AGAIN = {"Retry-After": "1"}


class Fair:
    """The ASGI layer within authentication.

    A request has a place from when all of it is here until its answer begins: neither a slow body nor an answer that
    is not taken holds one. To read what is public no body is waited for. `most_of_anybody` bounds what all callers
    without a name have in hand together; they are counted apart, so that no number of them is in the way of a caller
    who is known.
    """

    def __init__(self, app: ASGIApp, most_of_anybody: int = MOST_OF_ANYBODY) -> None:
        self._app = app
        self._most_of_anybody = most_of_anybody
        self._callers = RoundRobin(PLACES)
        self._public = RoundRobin(PUBLIC_PLACES)
        self._health = {path: RoundRobin(PUBLIC_PLACES) for path in HEALTH}
        self._of_known: Counter[Hashable] = Counter()
        self._of_anybody: Counter[Hashable] = Counter()
        self._for_health: Counter[Hashable] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        principal = scope.get("state", {}).get("principal")
        who = (principal.kind, principal.name) if principal else scope["path"]
        in_hand, most_of_one, most = self._bounds(scope, is_known=principal is not None)
        if in_hand[who] >= most_of_one:
            await refuse(scope, receive, send, HTTPStatus.TOO_MANY_REQUESTS, _WAIT, _AGAIN)
            return
        if in_hand.total() >= most:
            await refuse(scope, receive, send, HTTPStatus.SERVICE_UNAVAILABLE, _BUSY, _AGAIN)
            return
        in_hand[who] += 1
        places = self._callers if principal else self._health.get(scope["path"], self._public)
        place = _Place(places, who)
        if principal is None and scope["method"] in _READS:
            receive = _again(b"", receive)
        try:
            await self._pass_on(place, scope, receive, send)
        except Problem as problem:
            await refuse(scope, receive, send, problem.status, problem.detail, problem.headers or {})
        finally:
            place.end()
            in_hand[who] -= 1
            if not in_hand[who]:
                del in_hand[who]

    def _bounds(self, scope: Scope, *, is_known: bool) -> tuple[Counter[Hashable], int, int]:
        """Where a request is counted, and how many of its caller and of all who are counted there may be in hand."""
        if is_known:
            nearly_full = self._of_known.total() >= MOST_IN_HAND * 3 // 4
            of_a_caller = MOST_OF_A_CALLER_AT_LAST if nearly_full else MOST_OF_A_CALLER
            return self._of_known, of_a_caller, MOST_IN_HAND
        if scope["path"] in HEALTH and scope["method"] in _READS:
            return self._for_health, MOST_FOR_HEALTH, len(HEALTH) * MOST_FOR_HEALTH
        return self._of_anybody, MOST_OF_A_CALLER, self._most_of_anybody

    async def _pass_on(self, place: "_Place", scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != _LAZY:
            body = await whole_body(receive)
            if body is None:
                return
            await place.begin()
            receive = _again(body, receive)

        async def received() -> Message:
            message = await receive()
            if not message.get("more_body"):
                await place.begin()
            return message

        async def sent(message: Message) -> None:
            place.end()
            await send(message)

        await self._app(scope, received, sent)


class _Place:
    """The place at work of one request, which it takes and gives back once."""

    def __init__(self, places: RoundRobin, who: Hashable) -> None:
        self._places, self._who = places, who
        self._since: float | None = None
        self._ended = False

    async def begin(self) -> None:
        """Waits for the place, where it was not taken yet."""
        if self._since is None:
            await self._places.take(self._who)
            self._since = asyncio.get_running_loop().time()

    def end(self) -> None:
        """Gives the place back, where it was taken."""
        if self._since is not None and not self._ended:
            self._ended = True
            self._places.give_back(self._who, asyncio.get_running_loop().time() - self._since)


async def whole_body(receive: Receive) -> bytes | None:
    """The body, or None where the client went away; raises Problem 408 or 413."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """Receives a body that is here already."""
    is_received = False

    async def received() -> Message:
        nonlocal is_received
        if is_received:
            return await receive()
        is_received = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
