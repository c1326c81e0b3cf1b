"""One connection of a client: how large the head of a request may be, and how long each side is waited for.

A client that sends nothing, sends a byte a second or does not take its answer is cut off, and holds nothing meanwhile
that another client needs. All of this is done with asyncio's protocols and transports; uvicorn's protocol is a part
that gets what has passed, and a second parser (httptools, as uvicorn's own) follows where in a request the client is.
"""

import asyncio
from contextlib import suppress
from contextvars import ContextVar
from enum import Enum
from http import HTTPStatus

import httptools

from services.api.limits import refusing
from services.api.limits.connections import Connections
from services.auth.certificates import agency_of
from services.auth.tokens import Principal

LARGEST_HEAD = 64 * 1024
"""Bytes of the request line and all headers; what arrives at once beyond it is not kept."""
HEAD_S = 15.0
"""Seconds from the connection, or from a request's first byte, until its headers are there."""
REQUEST_S = 150.0
"""Seconds from the headers until the body is there, read by the app or not."""
IDLE_S = 30.0
"""Seconds between an answer and the next request."""
ANSWER_S = 60.0
"""Seconds that a client may take to make room for more of its answer, and for the rest of it at the end."""


class Awaited(Enum):
    """What a client has to send next."""

    HEAD = "the rest of a head"
    BODY = "the rest of a body"
    REQUEST = "another request, or nothing"


class Connection(asyncio.Protocol):
    """A connection with bounds before the protocol of the server, which gets all that is within them.

    A large head is answered 431, a slow one 408; a slow body and an answer that is not taken end the connection. One
    too many is answered 503, or 429 where its address has its share already. `agency` is the one that the client's
    certificate names.
    """

    def __init__(self, server: asyncio.Protocol, connections: Connections) -> None:
        self.agency: Principal | None = None
        self._server = server
        self._connections = connections
        self._parser = httptools.HttpRequestParser(self)
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._awaited = Awaited.HEAD
        self._heads = self._unanswered = 0
        self._url = b""
        self._lines = self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._is_refused = self._is_lost = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From now on the client has to send a head; OpenSSL has verified its certificate by now, or there is none."""
        self._transport = transport
        self.agency = agency_of(transport.get_extra_info("peercert"))
        if self.agency is not None:
            self.certificate = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        self._server.connection_made(transport)
        address = transport.get_extra_info("peername")
        refused = self._connections.enter(self, str(address[0]) if address else "")
        if refused is None:
            self._within(HEAD_S)
        else:
            self._refuse(refused)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._is_lost = True
        self._connections.leave(self)
        self._arrived()
        self._taken()
        del self._parser  # each refers to the other
        self._server.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hands on what is within the bounds; a head that is not whole is counted as it arrives."""
        if self._is_refused:
            return
        heads = self._heads
        try:
            with suppress(httptools.HttpParserUpgrade):  # the server goes on with HTTP/1.1
                self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse_later(HTTPStatus.BAD_REQUEST)
            return
        if self._awaited is Awaited.HEAD and heads == self._heads:
            self._size += len(data)
            if self._size > LARGEST_HEAD:
                self._refuse_later(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                return
        _current.set(self)
        self._server.data_received(data)

    def eof_received(self) -> bool | None:
        """The client sends nothing more."""
        return self._server.eof_received()

    def pause_writing(self) -> None:
        """The client has not taken what was sent."""
        self._server.pause_writing()
        self._has_to_take()

    def resume_writing(self) -> None:
        """It has taken most of it; the rest is waited for only where that is the last of it."""
        self._server.resume_writing()
        if self._transport.is_closing():
            self._has_to_take()
        else:
            self._taken()

    def on_message_begin(self) -> None:
        """Called by the parser at the first byte of a request."""
        self._awaited, self._url, self._lines, self._size = Awaited.HEAD, b"", 0, 0
        self._heads += 1
        self._within(HEAD_S)

    def on_url(self, url: bytes) -> None:
        """Called by the parser with a part of the request's target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser with a header."""
        self._lines += len(name) + len(value) + 4

    def on_headers_complete(self) -> None:
        """Called by the parser with the head; raises ValueError for one that came at once and is too large."""
        if len(self._url) + self._lines > LARGEST_HEAD:
            raise ValueError("the head is too large")
        httptools.parse_url(self._url).path.decode("ascii")  # raises where there is no path that can be read
        self._awaited = Awaited.BODY
        self._unanswered += 1
        self._within(REQUEST_S)
        self._connections.is_busy(self)

    def on_message_complete(self) -> None:
        """Called by the parser at the end of a request."""
        self._awaited = Awaited.REQUEST
        self._arrived()
        self._rests()

    def answered(self) -> None:
        """The answer to a request is handed to the system, or waits for the client to take the rest."""
        self._unanswered -= 1
        if self._is_lost:
            return
        if not self._unanswered:
            self._connections.is_idle(self)
        self._rests()
        if self._transport.is_closing():
            self._has_to_take()

    def yields(self) -> None:
        """Makes room for others from now on, whatever is still answered."""
        self._connections.is_idle(self)

    def make_room(self) -> None:
        """Ends a connection that is idle, for the sake of another."""
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        elif self._awaited is Awaited.HEAD:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._end()

    def _rests(self) -> None:
        if not self._unanswered and self._awaited is Awaited.REQUEST:
            self._within(IDLE_S)

    def _within(self, seconds: float) -> None:
        self._arrived()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._late)

    def _arrived(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _has_to_take(self) -> None:
        self._taken()
        self._taking = asyncio.get_running_loop().call_later(ANSWER_S, self._transport.abort)

    def _taken(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _late(self) -> None:
        if self._transport.is_closing():
            return
        if self._unanswered or self._awaited is Awaited.BODY:  # an answer may be half written
            self._transport.abort()
        elif self._awaited is Awaited.HEAD:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._end()

    def _refuse_later(self, status: HTTPStatus) -> None:
        self._is_refused = True
        self._transport.pause_reading()
        self._arrived()
        self._timer = asyncio.get_running_loop().call_later(refusing.REFUSED_AFTER_S, self._refuse, status)

    def _refuse(self, status: HTTPStatus) -> None:
        if self._transport.is_closing():
            return
        again = "retry-after: 1\r\n" if status in refusing.COME_AGAIN else ""
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{again}content-length: 0\r\nconnection: close\r\n\r\n"
        self._transport.write(head.encode())
        self._end()

    def _end(self) -> None:
        """Closes; a client that does not take what is left is not waited for any longer than any other."""
        if not self._transport.is_closing():
            self._transport.close()
            self._has_to_take()


_current: ContextVar[Connection | None] = ContextVar("connection", default=None)


def current_connection() -> Connection | None:
    """The connection by which the request came that is being answered; None where it came by none, as in a test."""
    return _current.get()
