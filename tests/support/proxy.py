"""A network between a client and a server that a test can cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """Passes bytes on; when the client has sent `fatal`, the server still gets it, but no answer comes back.

    While `silent` is set, bytes go nowhere and connections stay, as where a cable is cut.
    """

    port: int
    fatal: bytes | None = None
    silent: threading.Event = field(default_factory=threading.Event)
    sockets: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        """Breaks every connection."""
        while self.sockets:
            with suppress(OSError):
                self.sockets.pop().shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    """A proxy on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        between = Proxy(server.getsockname()[1])
        threading.Thread(target=_accept, args=(server, between, (host, port)), daemon=True).start()
        yield between
        between.cut()
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, between: Proxy, target: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            upstream = socket.create_connection(target)
            between.sockets += [client, upstream]
            for source, sink, is_client in ((client, upstream, True), (upstream, client, False)):
                threading.Thread(target=_pass_on, args=(between, source, sink, is_client), daemon=True).start()


def _pass_on(between: Proxy, source: socket.socket, sink: socket.socket, is_client: bool) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            if between.silent.is_set():
                continue
            fatal = is_client and between.fatal is not None and between.fatal in data
            if fatal:
                source.shutdown(socket.SHUT_RDWR)
            sink.sendall(data)
            if fatal:
                return
        sink.shutdown(socket.SHUT_RDWR)
