"""The middleware of every request: bounds on bodies, answers in pieces, counts for the metrics, a log of errors."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.durations import Durations
from services.api.limits.refusing import refuse
from services.api.problems import Problem

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes of a body of submissions; any other body may have `LARGEST_QUESTION`."""
LARGEST_QUESTION = 64 * 1024
LARGEST_FILE = 256 * 1024
"""Bytes of a form with a file to try."""
_LARGEST = {"/submissions": LARGEST_BODY, "/pages/trial/tried": LARGEST_FILE}
BODY_S = 120.0
"""Seconds that a body may take to arrive."""
PIECE = 64 * 1024
"""Bytes of an answer that are sent at once: a request is in hand until its client has taken all pieces but the last."""
_CLOSE = {"Connection": "close"}
"""What is left of the body is not read."""
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_log = logging.getLogger(__name__)


class RequestMiddleware:
    """The outermost layer. `answered` counts answers by method, route and status; a route is a template, not a path.

    `durations` has how long they took.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.in_hand = 0
        self.answered: Counter[tuple[str, str, int]] = Counter()
        self.durations = Durations()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, seconds, began = 0, 0.0, time.perf_counter()

        async def counted(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - began
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            for piece in _pieces(message):
                await send(piece)

        self.in_hand += 1
        try:
            await self._pass(scope, receive, counted)
        except Exception as error:  # it has been answered as a problem; a traceback might hold personal data
            where = f"{scope['method']} {_route(scope)}"
            _log.error("unexpected %s in %s at %s", type(error).__name__, where, _place(error))
        finally:
            self.in_hand -= 1
            self.answered[scope["method"], _route(scope), status] += 1
            self.durations.observe(scope["method"], _route(scope), status, seconds)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = _LARGEST.get(scope["path"], LARGEST_QUESTION)
        stated = Headers(scope=scope).get("content-length", "0")
        if stated.isdigit() and int(stated) <= most:
            await self._app(scope, _limited(receive, most), send)
        else:
            large = _too_large(most)
            await refuse(scope, receive, send, large.status, large.detail, _CLOSE)


def _too_large(most: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body may have at most {most:,} bytes; send it in parts", _CLOSE
    )


def _pieces(message: Message) -> Iterator[Message]:
    """A message as several, each of which waits until the client has made room for it."""
    body = message.get("body", b"")
    if len(body) <= PIECE:
        yield message
        return
    last = len(body) - PIECE
    for begin in range(0, len(body), PIECE):
        more = begin < last or message.get("more_body", False)
        yield {**message, "body": body[begin : begin + PIECE], "more_body": more}


def _limited(receive: Receive, most: int) -> Receive:
    """Receives a body up to a bound of its size, stated or not, and of its time."""
    received = 0
    until: float | None = asyncio.get_running_loop().time() + BODY_S

    async def counted() -> Message:
        nonlocal received, until
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise Problem(
                HTTPStatus.REQUEST_TIMEOUT, "the body took too long to arrive; send it again", _CLOSE
            ) from None
        if not message.get("more_body"):
            until = None  # from here on only the end of the connection is awaited
        received += len(message.get("body", b""))
        if received > most:
            raise _too_large(most)
        return message

    return counted


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "other"))


def _place(error: BaseException) -> str:
    """File and line where an error was raised; its text might hold personal data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
