"""More connections than there are places for: idle ones make room, and nobody is left without an answer."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from services.api.limits import connections
from services.api.limits.connections import Connections
from tests.security.attacks.clients import Place, connected, head, is_answered, place_of, rest, status, until
from tests.support.served import served
from tests.support.world import World

MOST = 8


@contextmanager
def api(world: World, **settings: str) -> Iterator[Place]:
    """Where an API with few places is served."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connections, "MOST_CONNECTIONS", MOST)
        with served(world, **settings) as environ:
            yield place_of(environ)


def test_connections_that_ask_nothing_make_room_for_who_asks(world: World) -> None:
    with api(world) as place, ExitStack() as held:
        silent = [held.enter_context(connected(place)) for _ in range(3 * MOST)]
        assert [status(rest(client)) for client in silent[: 2 * MOST]] == [408] * 2 * MOST
        assert is_answered(world, place)


def test_a_client_that_keeps_its_connection_makes_room_once_it_is_answered(world: World) -> None:
    with api(world) as place, ExitStack() as held:
        kept = [held.enter_context(connected(place)) for _ in range(MOST)]
        for client in kept:
            client.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert until(client, b"}").startswith(b"HTTP/1.1 200 ")
        assert is_answered(world, place)
        assert rest(kept[0]) == b""


def test_where_all_are_busy_the_next_gets_retry_after(world: World) -> None:
    sent = head(world, "/submissions", "Content-Type: application/x-ndjson", "Content-Length: 100")
    with api(world) as place:
        with ExitStack() as held:
            busy = [held.enter_context(connected(place)) for _ in range(MOST)]
            for client in busy:
                client.sendall(sent + b"{")
            response = b"HTTP/1.1 408 "
            while response.startswith(b"HTTP/1.1 408 "):  # until the last of them has been read, it is the one to go
                with connected(place) as more:
                    response = rest(more)
            assert status(response) == 503
            assert b"\r\nretry-after: 1\r\n" in response
        while not has_place(place):
            continue
        assert is_answered(world, place)


def has_place(place: Place) -> bool:
    """Whether there is a place: the server notices later than the client that a connection has ended."""
    with connected(place) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return status(rest(client) or b"HTTP/1.1 503") == 200


def test_an_address_has_no_more_than_its_share(world: World) -> None:
    with api(world, CONTACTPOINT_CONNECTIONS_PER_ADDRESS="3") as place:
        while not has_place(place):
            continue
        with ExitStack() as held:
            clients = [held.enter_context(connected(place)) for _ in range(3)]
            with connected(place) as more:
                response = rest(more)
            assert status(response) == 429
            assert b"\r\nretry-after: 1\r\n" in response
            clients[0].sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert status(clients[0].recv(65_536)) == 200
        while not has_place(place):
            continue


class Client:
    """An end of a connection that only notes that it had to go."""

    def __init__(self) -> None:
        self.had_to_go = False

    def make_room(self) -> None:
        self.had_to_go = True


def test_whoever_is_idle_longest_goes_first() -> None:
    places, (first, second, third, fourth) = Connections(3), (Client() for _ in range(4))
    for client in (first, second, third):
        assert places.enter(client, "192.0.2.1") is None
    places.is_busy(first)
    places.is_busy(second)
    places.is_idle(first)
    assert places.enter(fourth, "192.0.2.2") is None
    assert [each.had_to_go for each in (first, second, third, fourth)] == [False, False, True, False]


def test_who_went_is_forgotten() -> None:
    places, (first, second, third) = Connections(8, 1), (Client() for _ in range(3))
    assert places.enter(first, "192.0.2.1") is None
    assert places.enter(second, "192.0.2.1") == 429
    places.leave(second)
    assert places.enter(third, "192.0.2.1") == 429
    places.leave(first)
    places.is_idle(first)
    assert places.enter(third, "192.0.2.1") is None
