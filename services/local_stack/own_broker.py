"""Connections to the local Kafka that make sure whose it is before they show it the password.

While Kafka is away, any account of this machine may listen on its port. Linux says whose a server's socket is.
"""

import asyncio
import hashlib
import os
import secrets
import struct

from services.local_stack.peers import account_of
from streams.kafka.settings import KafkaSettings

LIMIT_S = 10.0
READY_S = 3.0
"""For whoever asks again: the supervisor does nothing else meanwhile."""
PIECE = 256 * 1024
SCRAM = "SCRAM-SHA-512"
"""A sign-in that proves to the broker that one has the password, and sends nothing that could stand for it."""
_SHA_512, _ROUNDS = 2, 4_096
"""How Kafka numbers that mechanism, and the fewest rounds that it takes: nobody guesses 256 random bits."""
_HANDSHAKE, _AUTHENTICATE, _ALTER_SCRAM = (17, 1), (36, 0), (51, 0)
"""Kafka's requests SaslHandshake, SaslAuthenticate and AlterUserScramCredentials, by key and version."""
_LARGEST_ANSWER = 64 * 1024

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NotLetIn(Exception):
    """The broker does not take what it is sent."""


class Impostor(Exception):
    """What listens where the broker should is another account's."""


async def signed_in(kafka: KafkaSettings, runs_kafka: int | None = None) -> Connection:
    """A connection that is signed in by PLAIN; `runs_kafka` is the broker's account, by default that of this process.

    Raises NotLetIn, OSError, EOFError, TimeoutError, and Impostor before the password is sent.
    """
    async with asyncio.timeout(LIMIT_S):
        host, _, port = kafka.bootstrap_servers.partition(":")
        connection = await asyncio.open_connection(host, int(port), limit=PIECE)
        try:
            await _sign_in(connection, kafka, os.getuid() if runs_kafka is None else runs_kafka)
        except BaseException:
            connection[1].close()
            raise
        return connection


def takes_scram(kafka: KafkaSettings, runs_kafka: int | None = None) -> bool:
    """Has the broker take by SCRAM, from a moment later on, the password that it takes by PLAIN; whether it agreed."""
    try:
        asyncio.run(asyncio.wait_for(_set_scram(kafka, runs_kafka), READY_S))
    except (NotLetIn, Impostor, OSError, EOFError):  # TimeoutError is an OSError
        return False
    return True


async def _sign_in(connection: Connection, kafka: KafkaSettings, runs_kafka: int) -> None:
    """Linux has an account for the server's end once that is accepted, as it is where it has answered."""
    _refuse_errors(await _answer(connection, _HANDSHAKE, struct.pack(">h5s", 5, b"PLAIN")))
    server, here = (connection[1].get_extra_info(name) for name in ("peername", "sockname"))
    if account_of(server, here) != runs_kafka:
        raise Impostor
    secret = f"\0{kafka.sasl_username}\0{kafka.sasl_password}".encode()
    _refuse_errors(await _answer(connection, _AUTHENTICATE, struct.pack(f">i{len(secret)}s", len(secret), secret)))


async def _set_scram(kafka: KafkaSettings, runs_kafka: int | None) -> None:
    user, password = (kafka.sasl_username or "").encode(), (kafka.sasl_password or "").encode()
    salt = secrets.token_bytes(32)
    salted = hashlib.pbkdf2_hmac("sha512", password, salt, _ROUNDS)
    credential = _counted(user) + struct.pack(">bi", _SHA_512, _ROUNDS) + _counted(salt) + _counted(salted) + b"\0"
    connection = await signed_in(kafka, runs_kafka)
    try:
        # tags of the head: none; deletions: none; one credential; tags: none
        answer = await _answer(connection, _ALTER_SCRAM, b"\0" + b"\1" + b"\2" + credential + b"\0")
    finally:
        connection[1].close()
    _refuse_errors(answer, 1 + 4 + 1 + len(_counted(user)))  # after tags, throttling, the number of results, the user


def _counted(text: bytes) -> bytes:
    """Up to 126 bytes as Kafka's compact strings are."""
    return bytes((len(text) + 1,)) + text


async def _answer(connection: Connection, request: tuple[int, int], body: bytes) -> bytes:
    """What the broker answers to a request; raises NotLetIn where it is none of Kafka's answers."""
    answers, broker = connection
    key, version = request
    head = struct.pack(">hhih", key, version, key, -1)  # numbered by its key; no client id
    broker.write(struct.pack(">i", len(head) + len(body)) + head + body)
    await broker.drain()
    (size,) = struct.unpack(">i", await answers.readexactly(4))
    if not 4 <= size <= _LARGEST_ANSWER:
        raise NotLetIn
    answer = await answers.readexactly(size)
    if struct.unpack_from(">i", answer) != (key,):
        raise NotLetIn
    return answer[4:]


def _refuse_errors(answer: bytes, place: int = 0) -> None:
    """Raises NotLetIn unless there is the error code 0 at a place of the answer."""
    if answer[place : place + 2] != b"\0\0":
        raise NotLetIn
