"""The door to the local Kafka for plain clients: it lets in the account that runs the stack, and nobody else.

Kafka asks everybody for a password. A client that knows an address and nothing else has none; the door asks the system
whose it is, signs in for it, and passes on what both say. It gives the password to no client, and to no server that
another account runs.
"""

import asyncio
import logging
import os
import threading
from types import TracebackType

from services.local_stack.own_broker import PIECE, Impostor, NotLetIn, signed_in
from services.local_stack.peers import account_of
from services.local_stack.ports import HOST
from services.local_stack.program import CannotStart
from streams.kafka.settings import KafkaSettings

MOST_CLIENTS = 256

logger = logging.getLogger(__name__)


class Door:
    """Listens on `port` in a thread of its own while it is entered as a context.

    `kafka` is the listener behind it, and how to sign in there by PLAIN; `account` is whose clients get in, and
    `runs_kafka` who runs the broker, by default the account of this process.
    """

    def __init__(
        self, port: int, kafka: KafkaSettings, account: int | None = None, runs_kafka: int | None = None
    ) -> None:
        self.address = f"{HOST}:{port}"
        self._port = port
        self._kafka = kafka
        self._account = os.getuid() if account is None else account
        self._runs_kafka = runs_kafka
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
        except (OSError, EOFError):  # TimeoutError is an OSError
            pass  # Kafka is away, or one of them is gone; the client tries again
        except NotLetIn:
            logger.warning("Kafka does not take the stack's own password")
        except Impostor:
            logger.warning("Kafka: another account listens in its place, and was not given the password")
        finally:
            self._clients -= 1
            writer.close()

    async def _pass_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, broker = await signed_in(self._kafka, self._runs_kafka)
        await asyncio.gather(_pass_on(reader, broker), _pass_on(answers, writer))


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
