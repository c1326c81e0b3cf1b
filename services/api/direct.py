"""The calls that are made most, answered without FastAPI's search for a route and its reading of parameters.

These cost a quarter of what a look costs the API. FastAPI has the same calls, for the OpenAPI document and
for every request that is not written as it should be: it explains what is wrong with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Direct:
    """A call: `answer` gives the answer to a request and its whole body, in a thread; None leaves it to FastAPI."""

    method: str
    path: str
    answer: Callable[[Request, bytes], Response | None]


class DirectCalls:
    """The ASGI layer before FastAPI, to which everything goes that is none of these calls."""

    def __init__(self, app: FastAPI, calls: Sequence[Direct]) -> None:
        self._app = app
        self._calls = [(call.method, compile_path(call.path)[0], call) for call in calls]
        handlers = dict(app.exception_handlers)
        unexpected = handlers.pop(Exception, None)
        self._handled: ASGIApp = ServerErrorMiddleware(ExceptionMiddleware(self._answer, handlers), unexpected)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            for method, pattern, call in self._calls:
                if method == scope["method"] and (found := pattern.fullmatch(scope["path"])):
                    scope["route"], scope["path_params"] = call, found.groupdict()
                    await self._handled(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive()).get("body", b"")  # all of it: a request has its place once its body is here
        response = await run_sync(scope["route"].answer, Request(scope, receive), body)
        await (response or self._app)(scope, _again(body, receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """Receives a body that is here already."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received
