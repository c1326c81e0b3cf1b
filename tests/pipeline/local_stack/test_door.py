"""The local Kafka asks for a password; its door lets in plain clients of the account that runs it, and no others."""

import asyncio
import os
import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from services.local_stack.door import Door
from services.local_stack.kafka_security import ADMIN_USER, local_security
from services.local_stack.kafka_server import by_scram, kafka_program
from services.local_stack.own_broker import takes_scram
from services.local_stack.peers import account_of
from services.local_stack.ports import HOST, remembered_ports
from services.local_stack.program import running
from streams.kafka.settings import KafkaSettings

LARGE = b"x" * 900_000
ANOTHER = 65_534
"""An account that runs none of this; root alone can make sockets in its name."""
PATIENCE_S = 30.0
SOON_MS = 2_000
VERSIONS = bytes.fromhex("0000000a 0012 0000 00000001 ffff")
"""Kafka's request for the versions of its requests: a broker answers it before anybody has signed in."""


class Local(NamedTuple):
    """A local Kafka with a door: how to sign in to it, to the listener behind the door, and the door's address."""

    kafka: KafkaSettings
    behind: KafkaSettings
    address: str
    ports: dict[str, int]


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    with tempfile.TemporaryDirectory(prefix="contactpoint-test-") as made:
        folder = Path(made)
        ports = remembered_ports(
            folder / "ports.json", ("kafka", "controller", "behind-door", "door", "other", "nobody")
        )
        security = local_security(folder / "data", ports["behind-door"], ports["door"])
        program, kafka = kafka_program(
            folder / "kafka", folder / "kafka.log", ports["kafka"], ports["controller"], security
        )
        behind = security.sign_in(KafkaSettings(f"{HOST}:{ports['behind-door']}"), ADMIN_USER)
        program, kafka = by_scram(program, kafka, behind)
        with running(program), Door(ports["door"], behind) as door:
            with closing(KafkaAdminClient(**kafka.for_kafka_python())) as admin:
                admin.create_topics([NewTopic("kept", 1, 1)])
            yield Local(kafka, behind, door.address, ports)


@contextmanager
def made_by(account: int) -> Iterator[None]:
    """Sockets made meanwhile are that account's."""
    os.seteuid(account)
    try:
        yield
    finally:
        os.seteuid(os.getuid())


def heard(port: int, account: int) -> bytes:
    """What comes back where a client of an account asks for versions."""
    with made_by(account):
        client = socket.socket()
    with client:
        client.settimeout(PATIENCE_S)
        client.connect((HOST, port))
        try:
            client.sendall(VERSIONS)
            return client.recv(4)
        except ConnectionError:
            return b""


def takes(kafka: KafkaSettings) -> bool:
    """Whether a client may write."""
    limits = {"max_block_ms": SOON_MS, "bootstrap_timeout_ms": SOON_MS}
    try:
        with closing(KafkaProducer(**kafka.for_kafka_python(), **limits)) as producer:
            producer.send("kept", b"{}").get(PATIENCE_S)
    except KafkaError:
        return False
    return True


def test_a_plain_client_of_this_account_needs_only_the_address(local: Local) -> None:
    with closing(KafkaProducer(bootstrap_servers=local.address, acks="all")) as producer:
        offset = producer.send("kept", LARGE).get(PATIENCE_S).offset
    place = TopicPartition("kept", 0)
    with closing(KafkaConsumer(bootstrap_servers=local.address, group_id=None)) as consumer:
        consumer.assign([place])
        consumer.seek(place, offset)
        assert next(consumer).value == LARGE


def test_the_door_answers_nothing_to_a_client_of_another_account(local: Local) -> None:
    assert heard(local.ports["door"], os.getuid())
    if os.getuid() == 0:
        assert heard(local.ports["door"], ANOTHER) == b""
    with Door(local.ports["other"], local.behind, account=os.getuid() + 1):
        assert heard(local.ports["other"], os.getuid()) == b""


def test_every_listener_of_the_broker_asks_for_the_password(local: Local) -> None:
    assert takes(local.kafka)
    for listener in (local.kafka, local.behind):
        assert not takes(KafkaSettings(listener.bootstrap_servers))
        assert not takes(replace(listener, sasl_password="guessed"))


def test_a_door_without_a_broker_behind_it_hangs_up(local: Local) -> None:
    nowhere = replace(local.behind, bootstrap_servers=f"{HOST}:{local.ports['nobody']}")
    with Door(local.ports["other"], nowhere):
        assert heard(local.ports["other"], os.getuid()) == b""


@contextmanager
def impostor(port: int) -> Iterator[list[bytes]]:
    """Listens where Kafka should, agrees to every way of signing in, and keeps what it hears after that."""
    heard_there: list[bytes] = []

    def listen() -> None:
        accepted, _ = server.accept()
        with accepted:
            accepted.settimeout(PATIENCE_S)
            handshake = accepted.recv(4096)
            accepted.sendall(struct.pack(">i4shi", 10, handshake[8:12], 0, 0))
            heard_there.append(accepted.recv(4096))

    with socket.create_server((HOST, port)) as server:
        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        yield heard_there
        listener.join(PATIENCE_S)


def test_the_door_shows_the_password_to_no_server_of_another_account(local: Local) -> None:
    nowhere = replace(local.behind, bootstrap_servers=f"{HOST}:{local.ports['nobody']}")
    another = os.getuid() + 1
    with impostor(local.ports["nobody"]) as heard_there, Door(local.ports["other"], nowhere, runs_kafka=another):
        assert heard(local.ports["other"], os.getuid()) == b""
    assert heard_there == [b""]


def test_the_stack_shows_the_password_to_no_server_of_another_account(local: Local) -> None:
    nowhere = replace(local.behind, bootstrap_servers=f"{HOST}:{local.ports['nobody']}")
    with impostor(local.ports["nobody"]) as heard_there:
        assert not takes_scram(nowhere, runs_kafka=os.getuid() + 1)
    assert heard_there == [b""]
    assert not takes_scram(nowhere)


@contextmanager
def overheard(port: int, kafka_port: int) -> Iterator[list[bytes]]:
    """Passes on to Kafka what is sent to a port, and keeps it."""
    pieces: list[bytes] = []

    def pass_on(one: socket.socket, other: socket.socket, kept: list[bytes]) -> None:
        with suppress(OSError):
            while piece := one.recv(65_536):
                kept.append(piece)
                other.sendall(piece)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    def listen() -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                broker = socket.create_connection((HOST, kafka_port))
                threading.Thread(target=pass_on, args=(client, broker, pieces), daemon=True).start()
                threading.Thread(target=pass_on, args=(broker, client, []), daemon=True).start()

    with socket.create_server((HOST, port)) as server:
        threading.Thread(target=listen, daemon=True).start()
        yield pieces
        server.shutdown(socket.SHUT_RDWR)


async def takes_of_aiokafka(kafka: KafkaSettings) -> bool:
    async with AIOKafkaProducer(**kafka.for_aiokafka()) as producer:
        return bool(await producer.send_and_wait("kept", b"{}"))


def test_what_the_stacks_own_processes_send_does_not_hold_the_password(local: Local) -> None:
    there = replace(local.kafka, bootstrap_servers=f"{HOST}:{local.ports['nobody']}")
    for send in (takes, lambda kafka: asyncio.run(takes_of_aiokafka(kafka))):
        with overheard(local.ports["nobody"], local.ports["kafka"]) as pieces:
            assert send(there)
        sent = b"".join(pieces)
        assert b"SCRAM-SHA-512" in sent
        assert (local.kafka.sasl_password or "").encode() not in sent


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_account_of_a_connection_is_known_while_it_is_open(family: socket.AddressFamily) -> None:
    with socket.create_server((HOST, 0)) as server, socket.socket(family) as client:
        here = server.getsockname()
        client.connect((HOST if family == socket.AF_INET else f"::ffff:{HOST}", here[1]))
        accepted, there = server.accept()
        with accepted:
            assert account_of(there, here) == os.getuid()
            assert account_of((HOST, 1), here) is None
            client.close()
            assert account_of(there, here) is None
