"""The proxy of compose.yaml, with its own configuration, shares requests among as many APIs as Docker's resolver names.

haproxy is no package of Python's: where it is not installed, that is printed.
"""

import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from services.local_stack.ports import remembered_ports
from services.local_stack.program import Program, running
from tests.support.tree import ROOT
from tests.support.waiting import eventually

ADDRESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
"""Where the servers of one name listen, on one port, as the containers of one service do."""
A_RECORD, INTERNET, ANSWER = 1, 1, 0x8180


def answered(query: bytes, addresses: tuple[str, ...]) -> bytes:
    """A resolver's answer (RFC 1035): these addresses to who asks for IPv4, and none to others."""
    end = query.index(b"\0", 12) + 5
    (kind,) = struct.unpack(">H", query[end - 4 : end - 2])
    found = addresses if kind == A_RECORD else ()
    records = (struct.pack(">HHHIH", 0xC00C, A_RECORD, INTERNET, 5, 4) + socket.inet_aton(address) for address in found)
    return query[:2] + struct.pack(">HHHHH", ANSWER, 1, len(found), 0, 0) + query[12:end] + b"".join(records)


@contextmanager
def a_resolver(addresses: list[str]) -> Iterator[int]:
    """Answers every name with what the list holds at that time; gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                query, whom = asked.recvfrom(1024)
                if not query:
                    return
                asked.sendto(answered(query, tuple(addresses)), whom)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield asked.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", asked.getsockname())
            thread.join()


@contextmanager
def a_server(address: str, port: int) -> Iterator[None]:
    """Answers every request with its own address."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(address.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer((address, port), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_requests_are_shared_among_all_apis_that_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = shutil.which("haproxy")
    if program is None:
        with capsys.disabled():
            print("\nNOT CHECKED by haproxy: it is not installed")
        return
    ports = remembered_ports(tmp_path / "ports.json", ("proxy", "api"))
    named = list(ADDRESSES[:2])
    with ExitStack() as servers:
        for address in ADDRESSES:
            servers.enter_context(a_server(address, ports["api"]))
        resolver = servers.enter_context(a_resolver(named))
        text = (ROOT / "haproxy.cfg").read_text(encoding="utf-8")
        for ours, here in (
            (r"bind :8080", f"bind 127.0.0.1:{ports['proxy']}"),
            (r"api:8080", f"api:{ports['api']}"),
            (r"127\.0\.0\.11:53", f"127.0.0.1:{resolver}"),
        ):
            text, changed = re.subn(ours, here, text)
            assert changed == 1
        configuration = tmp_path / "haproxy.cfg"
        configuration.write_text(text, encoding="utf-8")
        subprocess.run([program, "-c", "-f", configuration], check=True, capture_output=True)
        log = tmp_path / "haproxy.log"
        proxy = Program("proxy", [program, "-f", str(configuration)], tmp_path, log, {}, ready=lambda: True)
        servers.enter_context(running(proxy))
        url = f"http://127.0.0.1:{ports['proxy']}/children"

        def who_answers() -> set[str]:
            try:
                return {httpx.get(url, timeout=5).text for _ in range(12)}
            except httpx.TransportError:
                return set()

        eventually(lambda: who_answers() == set(ADDRESSES[:2]))
        named.append(ADDRESSES[2])
        eventually(lambda: who_answers() == set(ADDRESSES))
        named.remove(ADDRESSES[0])
        eventually(lambda: who_answers() == set(ADDRESSES[1:]))
