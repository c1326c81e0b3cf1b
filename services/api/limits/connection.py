"""One connection of a client: how large the head of a request may be, and how long each side may be waited for.

A client that says nothing, says a byte a second or does not take its answer is cut off; it holds nothing that another
client needs meanwhile.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.api.limits import refusing
from services.api.limits.connections import Connections

LARGEST_HEAD = 64 * 1024
"""Bytes of the request line and all headers; what arrives at once beyond it is not kept."""
HEAD_S = 15.0
"""Seconds from the connection, or from a request's first byte, until its headers are there."""
REQUEST_S = 150.0
"""Seconds from the headers until the body is there, read by somebody or not."""
ANSWER_S = 60.0
"""Seconds that a client may take to make room for more of its answer, and for the rest of it at the end."""


class Connection(HttpToolsProtocol):
    """Uvicorn's connection with bounds.

    A large head is answered 431, a slow one 408; a slow body and an answer that is not taken end the connection. One
    too many is answered 503, or 429 where its address has its share already.
    """

    _timer: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _in_head = True
    _is_refused = False
    _heads = 0
    _size = 0

    def __init__(self, *args: Any, connections: Connections, **more: Any) -> None:
        super().__init__(*args, **more)
        self._connections = connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From now on the client has to say something."""
        super().connection_made(transport)
        refused = self._connections.enter(self, self.client[0] if self.client else "")
        if refused is None:
            self._within(HEAD_S)
        else:
            self._refuse(refused)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._connections.leave(self)
        self._arrived()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what belongs to a head that is not whole."""
        if self._is_refused:
            return
        begun = self._heads
        super().data_received(data)
        if self._in_head and begun == self._heads:
            self._size += len(data)
        if self._in_head and self._size > LARGEST_HEAD and not self._is_refused:
            self._refuse_later(431)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._size = True, 0
        self._heads += 1
        self.scope["state"][refusing.YIELDS] = self._yields
        self._within(HEAD_S)

    def on_headers_complete(self) -> None:
        """The head is whole; raises ValueError, which is answered 400, where it came at once and is too large."""
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > LARGEST_HEAD:
            raise ValueError("the head is too large")
        self._in_head = False
        self._within(REQUEST_S)
        self._connections.is_busy(self)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._arrived()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is handed to the system, or waits for the client to take the rest."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._connections.is_idle(self)
        if self.transport.is_closing():
            self._has_to_take()

    def pause_writing(self) -> None:
        """The client has not taken what was sent."""
        super().pause_writing()
        self._has_to_take()

    def resume_writing(self) -> None:
        """It has taken most of it; the rest is waited for only where that is the last of it."""
        super().resume_writing()
        if self.transport.is_closing():
            self._has_to_take()
        else:
            self._taken()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more is asked."""
        self._end()

    def _yields(self) -> None:
        """Whatever is still answered by it, it makes room for others from now on."""
        self._connections.is_idle(self)

    def make_room(self) -> None:
        """Ends a connection that is idle, for the sake of another."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        elif self._in_head:
            self._refuse(408)
        else:
            self._end()

    def _within(self, seconds: float) -> None:
        self._arrived()
        self._timer = self.loop.call_later(seconds, self._late)

    def _arrived(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _has_to_take(self) -> None:
        self._taken()
        self._taking = self.loop.call_later(ANSWER_S, self.transport.abort)

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _late(self) -> None:
        if self.transport.is_closing():
            return
        if self._in_head and (self.cycle is None or self.cycle.response_complete):
            self._refuse(408)
        else:  # an answer may be half written
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """What was sent is no request that can be read."""
        self._refuse_later(400)

    def _refuse_later(self, status: int) -> None:
        self._is_refused = True
        self.transport.pause_reading()
        self._arrived()
        self._timer = self.loop.call_later(refusing.REFUSED_AFTER_S, self._refuse, status)

    def _refuse(self, status: int) -> None:
        if self.transport.is_closing():
            return
        again = b"retry-after: 1\r\n" if status in (429, 503) else b""
        self.transport.write(STATUS_LINE[status] + again + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self._end()

    def _end(self) -> None:
        """Closes; a client that does not take what is left is not waited for any longer than any other."""
        if not self.transport.is_closing():
            self.transport.close()
            self._has_to_take()
