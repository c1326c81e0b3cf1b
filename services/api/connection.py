"""One connection of a client: how large the head of a request may be, and how long a request may take to arrive.

A client that says nothing, or a byte a second, is cut off; it holds nothing that another client needs meanwhile.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

LARGEST_HEAD = 64 * 1024
"""Bytes of the request line and all headers; what arrives at once beyond it is not kept."""
HEAD_S = 15.0
"""Seconds from the connection, or from a request's first byte, until its headers are there."""
REQUEST_S = 150.0
"""Seconds from the headers until the body is there, read by somebody or not."""


class Connection(HttpToolsProtocol):
    """Uvicorn's connection with bounds: 431 for a large head, 408 for a slow one, an end for a slow body."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _heads = 0
    _size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From now on the client has to say something."""
        super().connection_made(transport)
        self._within(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what belongs to a head that is not whole."""
        begun = self._heads
        super().data_received(data)
        if self._in_head and begun == self._heads:
            self._size += len(data)
        if self._in_head and self._size > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._size = True, 0
        self._heads += 1
        self._within(HEAD_S)

    def on_headers_complete(self) -> None:
        """The head is whole; raises ValueError, which is answered 400, where it came at once and is too large."""
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > LARGEST_HEAD:
            raise ValueError("the head is too large")
        self._in_head = False
        self._within(REQUEST_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._arrived()
        super().on_message_complete()

    def _within(self, seconds: float) -> None:
        self._arrived()
        self._timer = self.loop.call_later(seconds, self._late)

    def _arrived(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        if self.transport.is_closing():
            return
        if self._in_head and (self.cycle is None or self.cycle.response_complete):
            self._refuse(408)
        else:  # an answer may be half written
            self.transport.abort()

    def _refuse(self, status: int) -> None:
        self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
