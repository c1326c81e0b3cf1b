"""Clients that never finish what they begin, over a served API: each is cut off, and an honest one is answered."""

from collections.abc import Iterator

import pytest

from services.api.limits import connection
from services.api.limits import middleware as middleware
from tests.security.attacks.clients import Place, connected, head, is_answered, place_of, rest, status
from tests.support.served import served
from tests.support.world import World


@pytest.fixture(scope="module")
def place(world: World) -> Iterator[Place]:
    """Where the API is served, which waits for nobody as long as it does in earnest."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connection, "HEAD_S", 2.0)
        patched.setattr(connection, "REQUEST_S", 10.0)
        patched.setattr(middleware, "BODY_S", 2.0)
        with served(world) as environ:
            yield place_of(environ)


def test_a_head_that_arrives_byte_by_byte_is_cut_off(world: World, place: Place) -> None:
    with connected(place) as client:
        client.sendall(b"GET /docs HT")
        assert is_answered(world, place)
        assert status(rest(client)) == 408


def test_a_head_that_never_ends_is_cut_off_though_bytes_still_come(world: World, place: Place) -> None:
    with connected(place) as client:
        client.sendall(b"GET /docs HTTP/1.1\r\nX: ")
        client.settimeout(0.1)
        received = b""
        for _ in range(600):
            try:
                client.sendall(b"x")
                received = client.recv(65_536)
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("a client that sends ten bytes a second is never cut off")
        assert not received or status(received) == 408


@pytest.mark.parametrize("path", ["/submissions", "/children/search"])
def test_a_body_that_does_not_arrive_is_cut_off(world: World, place: Place, path: str) -> None:
    kind = "application/x-ndjson" if path == "/submissions" else "application/json"
    subject = "agency:gp" if path == "/submissions" else "user:demo-data-manager"
    sent = head(world, path, f"Content-Type: {kind}", "Content-Length: 1000", "Access-Reason: x", subject=subject)
    with connected(place) as client:
        client.sendall(sent + b'{"a')
        assert is_answered(world, place)
        assert status(rest(client)) == 408


def test_a_body_that_nobody_reads_is_cut_off_too(world: World, place: Place) -> None:
    with connected(place) as client:
        client.sendall(b"POST /children/search HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")
        assert status(rest(client)) == 401
