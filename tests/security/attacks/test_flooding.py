"""One caller sends far too many requests at once: that caller waits or is refused, and every other is answered."""

import select
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import psycopg2
import pytest

from services.api.access_control.callers import PUBLIC
from services.api.limits import connection, fairness
from services.api.limits import middleware as middleware
from services.api.limits.fairness import HEALTH, MOST_OF_A_CALLER, PUBLIC_PLACES
from services.api.routes.submissions import MOST_OF_AN_AGENCY
from tests.security.attacks.clients import (
    PATIENCE_S,
    Place,
    connected,
    head,
    is_answered,
    place_of,
    rest,
    status,
    until,
)
from tests.support.api_world import NHS_NUMBER
from tests.support.served import served
from tests.support.waiting import eventually
from tests.support.world import World

pytestmark = pytest.mark.alone

FLOODER, HONEST = "user:demo-data-manager", "user:demo-practitioner"
USUAL = 32
"""Requests that a client with many connections has in hand at once, each of which has to be answered."""


@pytest.fixture(scope="module")
def place(world: World) -> Iterator[Place]:
    """Where the API is served, which gives up no body while a test runs."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connection, "REQUEST_S", 2 * PATIENCE_S)
        patched.setattr(middleware, "BODY_S", 2 * PATIENCE_S)
        with served(world) as environ:
            yield place_of(environ)


def look(world: World, subject: str = FLOODER) -> bytes:
    """A look at the one child."""
    path = f"/children/{world.child_with(NHS_NUMBER)}"
    return head(world, path, "Access-Reason: safeguarding", "Connection: close", subject=subject, method="GET")


def anonymous(path: str) -> bytes:
    """A request without a token."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


def answer(place: Place, sent: bytes) -> bytes:
    with connected(place) as client:
        client.sendall(sent)
        return rest(client)


def held_by_anybody(place: Place, held: ExitStack, paths: Iterable[str], method: str = "POST") -> None:
    """Requests of nobody in particular whose bodies do not arrive, as many as one page may have, for each page."""
    for path in paths:
        for _ in range(MOST_OF_A_CALLER):
            client = held.enter_context(connected(place))
            lines = (f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Length: 100", "Expect: 100-continue")
            client.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")


def unfinished(world: World, place: Place, held: ExitStack, path: str, subject: str, many: int) -> None:
    """So many requests whose bodies do not arrive, each of them in hand."""
    kind = "Content-Type: application/x-ndjson" if path == "/submissions" else "Content-Type: application/json"
    for _ in range(many):
        client = held.enter_context(connected(place))
        client.sendall(head(world, path, kind, "Content-Length: 100", "Expect: 100-continue", subject=subject))
        assert status(client.recv(65_536)) == 100


def test_as_many_as_a_client_usually_has_are_all_answered(world: World, place: Place) -> None:
    asked = look(world)
    assert is_answered(world, place, HONEST)
    with ThreadPoolExecutor(USUAL) as threads:
        answers = list(threads.map(answer, [place] * USUAL * 2, [asked] * USUAL * 2))
    assert {status(each) for each in answers} == {200}
    assert is_answered(world, place, HONEST)


def test_a_caller_with_too_many_in_hand_is_refused_and_nobody_else(world: World, place: Place) -> None:
    with ExitStack() as held:
        unfinished(world, place, held, "/children/search", FLOODER, MOST_OF_A_CALLER)
        response = answer(place, look(world))
        assert status(response) == 429
        assert b"\r\nretry-after: 1\r\n" in response
        assert b"application/problem+json" in response
        assert is_answered(world, place, HONEST)
    while status(answer(place, look(world))) == 429:
        continue
    assert is_answered(world, place, FLOODER)


def test_whoever_gives_no_name_leaves_every_place_to_who_gives_one(world: World, place: Place) -> None:
    pages = sorted(PUBLIC - HEALTH)
    with ExitStack() as held:
        held_by_anybody(place, held, pages)
        while status(answer(place, anonymous(pages[-1]))) != 503:
            continue
        assert is_answered(world, place, HONEST)
        unfinished(world, place, held, "/children/search", FLOODER, MOST_OF_A_CALLER)
        assert is_answered(world, place, HONEST)
        for path in sorted(HEALTH):
            assert status(answer(place, anonymous(path))) == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_bodies_that_do_not_arrive_are_in_the_way_of_nobody_who_asks_for_health(
    world: World, place: Place, method: str
) -> None:
    with ExitStack() as held:
        held_by_anybody(place, held, HEALTH, method)
        for path in sorted(HEALTH):
            eventually(lambda path=path: status(answer(place, anonymous(path))) == 200, PATIENCE_S)
        assert is_answered(world, place, HONEST)


@pytest.mark.parametrize("path", sorted(PUBLIC))
def test_who_reads_what_is_public_is_not_waited_for(place: Place, path: str) -> None:
    with connected(place) as client:
        client.sendall(anonymous(path).replace(b"Connection", b"Content-Length: 1\r\nConnection"))
        assert status(until(client, b"\r\n\r\n")) == 200


def test_a_process_lives_while_what_reads_postgres_waits(world: World, place: Place) -> None:
    with ExitStack() as held, closing(psycopg2.connect(world.database_url)) as connection:
        cursor = held.enter_context(connection.cursor())
        cursor.execute("lock table register.counter in access exclusive mode")
        waiting = [held.enter_context(connected(place)) for _ in range(PUBLIC_PLACES)]
        for client in waiting:
            client.sendall(anonymous("/health/ready"))

        def all_wait() -> bool:
            cursor.execute("select count(*) from pg_locks where not granted")
            return cursor.fetchone() == (PUBLIC_PLACES,)

        eventually(all_wait)
        assert status(answer(place, anonymous("/health/live"))) == 200
        assert select.select(waiting, [], [], 0)[0] == []


def test_health_answers_where_all_together_have_too_many(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fairness, "MOST_IN_HAND", 4)
    with ExitStack() as held:
        unfinished(world, place, held, "/children/search", FLOODER, 4)
        response = answer(place, look(world, HONEST))
        assert status(response) == 503
        assert b"\r\nretry-after: 1\r\n" in response
        for path in sorted(fairness.HEALTH):
            assert status(answer(place, head(world, path, "Connection: close", method="GET"))) == 200


def test_an_agency_whose_bodies_do_not_arrive_leaves_room_for_others(world: World, place: Place) -> None:
    body = b'{"id": "late"}'
    sent = ("Content-Type: application/x-ndjson", f"Content-Length: {len(body)}", "Connection: close")
    with ExitStack() as held:
        unfinished(world, place, held, "/submissions", "agency:gp", MOST_OF_AN_AGENCY)
        assert status(answer(place, head(world, "/submissions", *sent) + body)) == 429
        assert status(answer(place, head(world, "/submissions", *sent, subject="agency:la-north") + body)) == 202
