"""A comparison of policies as an answer that is sent while it is made: lines of JSON, the result last."""

import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from anyio.to_thread import run_sync
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from services.inclusion_policy.running import Run
from streams.access.appender import AccessLogAway

_log = logging.getLogger(__name__)
_TRY_AGAIN = "the comparison did not come to its end; try again"
_UNRECORDED = "the access log cannot be reached, and nothing is shown that it does not record; try again later"


class Compared(StreamingResponse):
    """Streams the lines of one run, and ends the run with the answer, also where the client disconnects.

    Progress is `{"done", "of"}`; then there is the result, or `{"problem"}` with a sentence. `record` is called with
    the children on the lists, a thousand at once, before the result is shown; `close` at the end in any case.
    """

    def __init__(self, run: Run, record: Callable[[list[str]], None], close: Callable[[], None]) -> None:
        super().__init__(self._lines(), media_type="application/x-ndjson")
        self._run, self._record, self._close = run, record, close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._run.end()
            self._close()

    async def _lines(self) -> AsyncIterator[bytes]:
        while message := await run_sync(self._run.next_message, abandon_on_cancel=True):
            if "done" in message:
                yield _line(message)
                continue
            if "shown" in message:
                try:
                    await run_sync(self._record, message["shown"])
                except AccessLogAway:
                    yield _line({"problem": _UNRECORDED})
                    return
                continue
            async for piece in self._result(message):
                yield piece
            return
        yield _line({"problem": _TRY_AGAIN})

    async def _result(self, message: dict[str, Any]) -> AsyncIterator[bytes]:
        """The last line: the result, once everybody whom it names is recorded, or why there is none."""
        if "ready" not in message:
            _log.error("a comparison of policies failed: %s", message)
            yield _line({"problem": message.get("away", _TRY_AGAIN)})
            return
        while piece := await run_sync(self._run.piece, abandon_on_cancel=True):
            yield piece


def _line(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
