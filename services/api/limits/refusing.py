"""How requests beyond a bound are refused: a while later, because a client that does not wait asks again at once.

Refused as fast as it asks, one such client kept the event loop busy thousands of times a second.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from services.api.problems import problem_response

REFUSED_AFTER_S = 1.0
COME_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""What is answered with the header `Retry-After`."""
YIELDS = "yields"
"""Where a request's state has a function without arguments, to be called where its connection may make room."""


async def refuse(
    scope: Scope, receive: Receive, send: Send, status: HTTPStatus, detail: str, headers: Mapping[str, str]
) -> None:
    """Answers a request with a problem; its connection counts as idle from now on."""
    scope.get("state", {}).get(YIELDS, lambda: None)()
    await asyncio.sleep(REFUSED_AFTER_S)
    await problem_response(status, detail, headers)(scope, receive, send)
