"""A network between a client and a server that a test can cut."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

Read = Callable[[socket.socket], bytes]
"""The next of what comes from a socket; nothing once there is no more."""


@dataclass
class Proxy:
    """Passes bytes on; when the client has sent `fatal`, the server still gets it, but no answer comes back.

    While `silent` is set, bytes go nowhere and connections stay, as where a cable is cut.
    """

    port: int
    fatal: bytes | None = None
    silent: threading.Event = field(default_factory=threading.Event)
    sockets: list[socket.socket] = field(default_factory=list)

    def mend(self) -> None:
        """Ends a silence; connections that have lost bytes meanwhile are broken."""
        self.silent.clear()
        self.cut()

    def cut(self) -> None:
        """Breaks every connection."""
        while self.sockets:
            with suppress(OSError):
                self.sockets.pop().shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(host: str, port: int, answer: Callable[[int], Read] = lambda _: _some) -> Iterator[Proxy]:
    """A proxy on a free port of this machine; `answer(port)` reads what the server answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        between = Proxy(server.getsockname()[1])
        directions = _some, answer(between.port)
        threading.Thread(target=_accept, args=(server, between, (host, port), directions), daemon=True).start()
        yield between
        between.cut()
        server.shutdown(socket.SHUT_RDWR)


def kafka_proxy(servers: str) -> AbstractContextManager[Proxy]:
    """A proxy before the only broker: where its answers name the broker they name the proxy, so nobody passes it by."""
    host, _, port = servers.rpartition(":")

    def answer(own_port: int) -> Read:
        brokers, own = (host.encode() + struct.pack(">i", number) for number in (int(port), own_port))
        return lambda source: _frame(source).replace(brokers, own)

    return proxy(host, int(port), answer)


def _some(source: socket.socket) -> bytes:
    return source.recv(65536)


def _frame(source: socket.socket) -> bytes:
    """A whole answer of Kafka, behind its length."""
    length = source.recv(4, socket.MSG_WAITALL)
    if len(length) < 4:
        return b""
    return length + source.recv(struct.unpack(">i", length)[0], socket.MSG_WAITALL)


def _accept(server: socket.socket, between: Proxy, target: tuple[str, int], directions: tuple[Read, Read]) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            upstream = socket.create_connection(target)
            between.sockets += [client, upstream]
            for source, sink, read in ((client, upstream, directions[0]), (upstream, client, directions[1])):
                threading.Thread(
                    target=_pass_on, args=(between, source, sink, read, source is client), daemon=True
                ).start()


def _pass_on(between: Proxy, source: socket.socket, sink: socket.socket, read: Read, is_client: bool) -> None:
    with suppress(OSError):
        while data := read(source):
            if between.silent.is_set():
                continue
            fatal = is_client and between.fatal is not None and between.fatal in data
            if fatal:
                source.shutdown(socket.SHUT_RDWR)
            sink.sendall(data)
            if fatal:
                return
        sink.shutdown(socket.SHUT_RDWR)
