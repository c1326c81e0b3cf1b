"""Clients that are oversized or many, over a served API: each is cut off, and an honest one is answered."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from services.api.limits import connection, refusing
from services.api.limits import middleware as middleware
from tests.security.attacks.clients import Place, connected, head, is_answered, place_of, rest, status
from tests.support.api_world import NHS_NUMBER
from tests.support.served import served
from tests.support.world import World

pytestmark = pytest.mark.alone

SILENT = 200
AT_ONCE = 400


@pytest.fixture(scope="module")
def place(world: World) -> Iterator[Place]:
    """Where the API is served, which waits for nobody as long as it does in earnest."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connection, "HEAD_S", 2.0)
        patched.setattr(connection, "REQUEST_S", 6.0)
        patched.setattr(middleware, "BODY_S", 2.0)
        patched.setattr(refusing, "REFUSED_AFTER_S", 0.1)
        with served(world) as environ:
            yield place_of(environ)


@pytest.mark.parametrize(("path", "most"), [("/submissions", middleware.LARGEST_BODY), ("/children/search", 64 * 1024)])
def test_a_body_declared_too_large_is_refused_unread(world: World, place: Place, path: str, most: int) -> None:
    with connected(place) as client:
        client.sendall(head(world, path, f"Content-Length: {most + 1}"))
        assert status(rest(client)) == 413


@pytest.mark.parametrize("path", ["/submissions", "/children/search"])
def test_a_body_of_no_stated_length_is_refused_where_it_passes_the_bound(world: World, place: Place, path: str) -> None:
    kind = "Content-Type: application/x-ndjson" if path == "/submissions" else "Content-Type: application/json"
    subject = "agency:gp" if path == "/submissions" else "user:demo-data-manager"
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with connected(place) as client:
        client.sendall(head(world, path, kind, "Transfer-Encoding: chunked", "Access-Reason: x", subject=subject))
        try:
            for _ in range(middleware.LARGEST_BODY // 65_536 * 4):
                client.sendall(chunk)
        except ConnectionError:
            return
        assert status(rest(client)) == 413


@pytest.mark.parametrize("size", [100_000, 5_000_000])
@pytest.mark.parametrize("where", ["header", "headers", "path"])
def test_a_head_that_is_too_large_is_refused(world: World, place: Place, where: str, size: int) -> None:
    head = {
        "header": b"GET /docs HTTP/1.1\r\nHost: x\r\nX: " + b"x" * size,
        "headers": b"GET /docs HTTP/1.1\r\nHost: x\r\n" + b"X: xxxxxx\r\n" * (size // 11),
        "path": b"GET /docs?" + b"x" * size + b" HTTP/1.1\r\nHost: x",
    }[where]
    with connected(place) as client:
        with suppress(ConnectionError):
            client.sendall(head + b"\r\n\r\n")
        answer = rest(client)
        assert not answer or status(answer) in (400, 431)
    assert is_answered(world, place)


def test_connections_that_say_nothing_keep_nobody_from_an_answer_and_end(world: World, place: Place) -> None:
    with ExitStack() as held:
        silent = [held.enter_context(connected(place)) for _ in range(SILENT)]
        assert is_answered(world, place)
        assert {rest(client).split(b"\r\n")[0] for client in silent} == {b"HTTP/1.1 408 Request Timeout"}
    assert is_answered(world, place)


def test_bodies_that_do_not_arrive_keep_nobody_from_an_answer(world: World, place: Place) -> None:
    sent = head(world, "/submissions", "Content-Type: application/x-ndjson", "Content-Length: 100")
    with ExitStack() as held:
        slow = [held.enter_context(connected(place)) for _ in range(SILENT)]
        for client in slow:
            client.sendall(sent)
        assert is_answered(world, place)
        answers = [rest(client) for client in slow]
    assert {status(answer) for answer in answers} <= {408, 429}
    assert all(b"retry-after" in answer.lower() for answer in answers if status(answer) == 429)


def test_more_looks_at_once_than_are_taken_get_retry_after(world: World, place: Place) -> None:
    path = f"/children/{world.child_with(NHS_NUMBER)}"
    asked = head(
        world, path, "Access-Reason: safeguarding", "Connection: close", subject="user:demo-data-manager", method="GET"
    )
    with ExitStack() as held, ThreadPoolExecutor(8) as threads:
        clients = [held.enter_context(connected(place)) for _ in range(AT_ONCE)]
        for client in clients:
            client.sendall(asked)
        answers = list(threads.map(rest, clients))
    assert all(status(answer) == 200 or b"\r\nretry-after:" in answer.lower() for answer in answers)
    assert {status(answer) for answer in answers} <= {200, 429, 503}
    assert 200 in {status(answer) for answer in answers}
    assert is_answered(world, place)
