"""The door to the local Kafka for plain clients: it lets in the account that runs the stack, and nobody else.

Kafka asks everybody for a password. A client that knows an address and nothing else has none; the door asks the system
whose it is, signs in for it, and passes on what both say. It gives the password to nobody.
"""

import asyncio
import logging
import os
import struct
import threading
from types import TracebackType

from services.local_stack.peers import account_of
from services.local_stack.ports import HOST
from services.local_stack.program import CannotStart
from streams.kafka.settings import KafkaSettings

MOST_CLIENTS = 256
SIGN_IN_S = 10.0
PIECE = 256 * 1024
_HANDSHAKE, _AUTHENTICATE = (17, 1), (36, 0)
"""Kafka's requests SaslHandshake and SaslAuthenticate, by key and version."""
_LARGEST_ANSWER = 64 * 1024

logger = logging.getLogger(__name__)


class NotLetIn(Exception):
    """The broker does not take the sign-in."""


class Door:
    """Listens on `port` in a thread of its own while it is entered as a context.

    `kafka` is the listener behind it, and how to sign in there by PLAIN; `account` is whose clients get in.
    """

    def __init__(self, port: int, kafka: KafkaSettings, account: int | None = None) -> None:
        self.address = f"{HOST}:{port}"
        self._port = port
        self._kafka = kafka
        self._account = os.getuid() if account is None else account
        self._clients = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="door", daemon=True)

    def __enter__(self) -> "Door":
        """Opens; raises CannotStart where something else listens on the port."""
        self._thread.start()
        opened = asyncio.start_server(self._meet, HOST, self._port, limit=PIECE)
        try:
            self._server = asyncio.run_coroutine_threadsafe(opened, self._loop).result()
        except OSError as error:
            raise CannotStart(f"nothing can listen on {self.address}, where clients reach Kafka: {error}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes, and ends what goes through."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client: nothing that it sends is passed on before it is known."""
        self._clients += 1
        try:
            client, here = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
            if self._clients > MOST_CLIENTS:
                return
            if account_of(client, here) != self._account:
                logger.warning("Kafka: a client of another account was not let in")
                return
            await self._pass_through(reader, writer)
        except (OSError, EOFError, TimeoutError):
            pass  # Kafka is away, or one of them is gone; the client tries again
        except NotLetIn:
            logger.warning("Kafka does not take the stack's own password")
        finally:
            self._clients -= 1
            writer.close()

    async def _pass_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(SIGN_IN_S):
            host, _, port = self._kafka.bootstrap_servers.partition(":")
            answers, broker = await asyncio.open_connection(host, int(port), limit=PIECE)
            try:
                await self._sign_in(answers, broker)
            except BaseException:
                broker.close()
                raise
        await asyncio.gather(_pass_on(reader, broker), _pass_on(answers, writer))

    async def _sign_in(self, answers: asyncio.StreamReader, broker: asyncio.StreamWriter) -> None:
        """Signs in as the stack itself; raises NotLetIn."""
        secret = f"\0{self._kafka.sasl_username}\0{self._kafka.sasl_password}".encode()
        requests = (
            (_HANDSHAKE, struct.pack(">h5s", 5, b"PLAIN")),
            (_AUTHENTICATE, struct.pack(f">i{len(secret)}s", len(secret), secret)),
        )
        for number, ((key, version), body) in enumerate(requests):
            head = struct.pack(">hhih", key, version, number, -1)  # no client id
            broker.write(struct.pack(">i", len(head) + len(body)) + head + body)
            await broker.drain()
            (size,) = struct.unpack(">i", await answers.readexactly(4))
            if not 6 <= size <= _LARGEST_ANSWER:
                raise NotLetIn
            answered, error = struct.unpack(">ih", (await answers.readexactly(size))[:6])
            if answered != number or error:
                raise NotLetIn


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What one side says to the other, until it says no more; then the other is gone too."""
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
