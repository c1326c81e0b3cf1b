"""Clients that ask for much and do not read it: they hold no thread and no connection to Postgres, and are cut off."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from services.api.limits import connection
from services.api.limits.round_robin import PLACES
from services.lab.simulate.identifiers import nhs_number
from tests.security.attacks.clients import PATIENCE_S, Place, head, is_answered, place_of, rest
from tests.support.api_world import NHS_NUMBER
from tests.support.served import served
from tests.support.world import World, person

pytestmark = pytest.mark.alone

CHILDREN = 40
"""With all that each says of itself, ten times what is taken for a client: NARROW, and 64 KiB by the server itself."""
NARROW = 4_096
"""Bytes that a client's system takes for it unread, and the server's takes unsent: by itself that one takes 4 MiB."""
NOT_READING = PLACES + 4
LONG: dict[str, Any] = {
    "address": {"lines": [f"{number} " + "Ropewalk " * 20 for number in range(50)], "status": "current"},
    "other_names": [
        {"given_name": "Ada " * 20, "family_name": f"{number} " + "Quaternion " * 7} for number in range(50)
    ],
}


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    born = (f"{1995 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}" for number in range(CHILDREN))
    outcomes = one_child.submit(
        *(
            person(f"L{number}", date_of_birth=day, nhs_number=nhs_number(number + 100, 7), **LONG)
            for number, day in enumerate(born)
        )
    )
    assert outcomes == ["accepted"] * CHILDREN
    assert one_child.child_with(NHS_NUMBER)
    return one_child


@pytest.fixture
def answer_s() -> float:
    """For how long an answer that is not taken is kept."""
    return 2.0


@pytest.fixture
def place(world: World, monkeypatch: pytest.MonkeyPatch, answer_s: float) -> Iterator[Place]:
    monkeypatch.setattr(connection, "ANSWER_S", answer_s)
    made = connection.Connection.connection_made

    def made_narrow(self: connection.Connection, transport: asyncio.Transport) -> None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, NARROW)
        made(self, transport)

    monkeypatch.setattr(connection.Connection, "connection_made", made_narrow)
    with served(world) as environ:
        yield place_of(environ)


def narrow(place: Place) -> socket.socket:
    """A connection whose client takes little that it does not read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
    client.settimeout(PATIENCE_S)
    client.connect(place)
    return client


def export(world: World, *more: str) -> bytes:
    """A question for everybody there is."""
    return head(
        world,
        "/export?limit=1000",
        "Access-Reason: safeguarding",
        *more,
        subject="user:demo-data-manager",
        method="GET",
    )


def reader_of(place: Place, what: bytes, held: ExitStack) -> socket.socket:
    """A client that has read the first bytes of its answer and no more."""
    client = held.enter_context(narrow(place))
    client.sendall(what)
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def in_hand(place: Place) -> int:
    """How many requests are in hand beside the one that asks for it."""
    with socket.create_connection(place, PATIENCE_S) as client:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = rest(client).decode()
    (line,) = (line for line in text.splitlines() if line.startswith("contactpoint_requests_in_hand "))
    return int(float(line.split()[1])) - 1


def is_cut(response: bytes) -> bool:
    """Whether the rest of an answer, whose status line has been read, is less than it should be."""
    top, _, body = response.partition(b"\r\n\r\n")
    (length,) = (line for line in top.lower().splitlines() if line.startswith(b"content-length:"))
    return len(body) < int(length.split()[1])


@pytest.mark.parametrize("answer_s", [PATIENCE_S * 2])
def test_who_does_not_read_holds_no_thread_and_no_connection_to_postgres(world: World, place: Place) -> None:
    with ExitStack() as held:
        for _ in range(NOT_READING):
            reader_of(place, export(world), held)
        assert in_hand(place) == NOT_READING
        assert is_answered(world, place, "user:demo-practitioner")
        assert is_answered(world, place)
        with world.database.transaction() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity"
                " where application_name like 'contactpoint api%' and state <> 'idle'"
            )
            assert cursor.fetchall() == [(0,)]


def test_an_answer_that_is_not_taken_is_given_up(world: World, place: Place) -> None:
    with ExitStack() as held:
        client = reader_of(place, export(world), held)
        while in_hand(place):
            assert is_answered(world, place)
        assert is_cut(rest(client))


def test_who_reads_slowly_gets_everything(world: World, place: Place) -> None:
    with ExitStack() as held:
        client = reader_of(place, export(world, "Connection: close"), held)
        received = b""
        while more := client.recv(NARROW):
            received += more
        assert not is_cut(received)
        assert received.count(b"\n") > CHILDREN
