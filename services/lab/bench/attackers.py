"""Clients that wish a directory ill, each kind in a process of its own: many requests, slow ones, too large ones.

By sockets, as a proper client can't be so slow or so wrong, and by `http.client`, as in `looks.py`.
"""

import contextlib
import multiprocessing
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from multiprocessing.synchronize import Event
from threading import Thread
from urllib.parse import urlsplit

from services.lab.bench.orphans import end_with_parent

FLOODING = 64
"""Connections by which one user sends requests without a pause."""
HELD = 300
"""Connections on which nothing comes to its end."""
OVERSIZED = 8
"""Connections by which bodies and heads are sent that are too large."""
_PATIENCE_S = 10.0
_CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"


@dataclass(frozen=True, slots=True)
class Target:
    """An API, the token of a user, and children of the directory."""

    url: str
    token: str
    paths: Sequence[str]

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        address = urlsplit(self.url)
        return address.hostname or "", address.port or 80

    def head(self, line: str, *more: str) -> bytes:
        """The head of a request of this user."""
        lines = (line, "Host: bench", f"Authorization: Bearer {self.token}", "Access-Reason: benchmark", *more)
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


Attack = Callable[[Target, Event], None]
"""Goes on until the event is set."""


@contextmanager
def attacked(attack: Attack, target: Target) -> Iterator[None]:
    """The attack goes on meanwhile, in another process."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    process = context.Process(target=_attack, args=(attack, target, stop))
    process.start()
    try:
        yield
    finally:
        stop.set()
        process.join()


def _attack(attack: Attack, target: Target, stop: Event) -> None:
    end_with_parent()
    attack(target, stop)


def flood(target: Target, stop: Event) -> None:
    """Requests entries over many connections, on each the next as soon as one is answered."""
    _at_once(FLOODING, lambda number: _request_on(target, stop, number))


def _request_on(target: Target, stop: Event, number: int) -> None:
    headers = {"Authorization": f"Bearer {target.token}", "Access-Reason": "benchmark"}
    connection = HTTPConnection(*target.place, timeout=_PATIENCE_S)
    while not stop.is_set():
        try:
            connection.request("GET", target.paths[number % len(target.paths)], headers=headers)
            connection.getresponse().read()
        except (OSError, HTTPException):
            connection.close()
        number += FLOODING
    connection.close()


def hold(target: Target, stop: Event) -> None:
    """Begins requests and goes on with a byte a second; a connection that is cut off is made again."""
    body = target.head("POST /children/search HTTP/1.1", "Content-Type: application/json", "Content-Length: 60000")
    beginnings = (b"", b"GET /docs HTTP/1.1\r\nX: ", body)
    number = 0
    with ExitStack() as held:
        connections = [_begun(target, beginnings[each % 3], held) for each in range(HELD)]
        while not stop.wait(1.0 / HELD):
            number = (number + 1) % HELD
            connection, beginning = connections[number], beginnings[number % 3]
            if not _goes_on(connection, b" " if beginning else b""):
                connection.close()
                connections[number] = _begun(target, beginning, held)


def _goes_on(connection: socket.socket, more: bytes) -> bool:
    """Whether the server still waits, after it was sent more."""
    try:
        connection.sendall(more)
        connection.recv(65_536)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _begun(target: Target, beginning: bytes, held: ExitStack) -> socket.socket:
    connection = held.enter_context(socket.create_connection(target.place, _PATIENCE_S))
    with contextlib.suppress(OSError):  # it may be cut off already
        connection.sendall(beginning)
    connection.setblocking(False)
    return connection


def oversize(target: Target, stop: Event) -> None:
    """Sends what is too large, in turn: a body of that stated size, one without end, a head without end."""
    _at_once(OVERSIZED, lambda number: _send_too_much(target, stop, number))


def _send_too_much(target: Target, stop: Event, number: int) -> None:
    kind = "Content-Type: application/json"
    beginnings = (
        target.head("POST /submissions HTTP/1.1", kind, f"Content-Length: {2**30}"),
        target.head("POST /children/search HTTP/1.1", kind, "Transfer-Encoding: chunked"),
        b"GET /docs HTTP/1.1\r\nX: ",
    )
    while not stop.is_set():
        number += 1
        with (
            contextlib.suppress(OSError),
            socket.create_connection(target.place, _PATIENCE_S) as connection,
        ):
            connection.sendall(beginnings[number % 3])
            while not stop.is_set():
                connection.sendall(_CHUNK)


def _at_once(many: int, client: Callable[[int], None]) -> None:
    threads = [Thread(target=client, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
