"""Clients of a served API that send any bytes."""

import json
import socket
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.support.api_world import NHS_NUMBER, bearer, looking
from tests.support.world import World

PATIENCE_S = 60.0
"""Far longer than anything here may take."""

Place = tuple[str, int]


def place_of(environ: Mapping[str, str]) -> Place:
    """Where the API of this environment is."""
    url = urlsplit(environ["CONTACTPOINT_URL"])
    assert url.hostname
    assert url.port
    return url.hostname, url.port


def connected(place: Place) -> socket.socket:
    """A connection on which nothing was sent yet."""
    return socket.create_connection(place, PATIENCE_S)


def rest(client: socket.socket) -> bytes:
    """What the server sends until it ends the connection; it has to."""
    received = b""
    try:
        while more := client.recv(65_536):
            received += more
    except ConnectionError:
        pass
    return received


def head(world: World, path: str, *more: str, subject: str = "agency:gp", method: str = "POST") -> bytes:
    """The head of a request of a caller who is known."""
    token = bearer(world, subject)["Authorization"]
    lines = (f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: {token}", *more)
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def until(client: socket.socket, end: bytes) -> bytes:
    """What the server sends up to an end, in however many pieces."""
    received = b""
    while not received.endswith(end) and (more := client.recv(65_536)):
        received += more
    return received


def status(response: bytes) -> int:
    """The status of an answer."""
    return int(response.split(b" ", 2)[1])


def is_answered(world: World, place: Place, subject: str = "user:demo-data-manager") -> bool:
    """Whether an honest user gets what there is."""
    with closing(HTTPConnection(*place, timeout=PATIENCE_S)) as client:
        client.request("GET", f"/children/{world.child_with(NHS_NUMBER)}", headers=looking(world, subject))
        answer = client.getresponse()
        return answer.status == 200 and bool(json.loads(answer.read())["child"])
