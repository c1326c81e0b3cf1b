"""The API's process."""

import asyncio
import gc
import logging
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from domain.matching import Comparer, Searcher
from services.api.app import build_app
from services.api.database_connections import WAIT_S, share_out
from services.api.dependencies import Dependencies
from services.api.limits import connection, connections
from services.api.limits.connection import Connection
from services.api.limits.connection_middleware import ConnectionMiddleware
from services.api.limits.connections import Connections
from services.api.limits.middleware import RequestMiddleware
from services.api.limits.tls import revocation_lists, tls_options
from services.api.monitoring import Monitoring
from services.api.pages.configured import pages_before
from services.auth.trust import verifier_for
from services.configuration.settings import Settings, read_stack
from services.inclusion_policy.deployment import Deployment
from services.inclusion_policy.shipped import text_named
from services.queries.positions import MOST_LAG_S
from services.registrar.matcher_settings import load_settings
from streams.access.access_log import AccessLog
from streams.access.appender import AccessAppender
from streams.access.grants import Users
from streams.access.overrides import MOST_OVERRIDES
from streams.clock import Clock, utc_now
from streams.crypto.keys import KeyRing, fences_of, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.database import Pool
from streams.store.replica import Replica

DEFAULT_PORT = 8000
SWITCH_S = 0.0005
"""How long a thread computes while others wait to: a busy event loop would hold up each step of a request's work."""
GARBAGE = 50_000
"""Objects made before those not in use are looked for: at Python's 700 it is done ten times for a look."""
GRACE_S = 10
"""How long requests in hand may take after the process was asked to stop."""

_log = logging.getLogger(__name__)


def run(settings: Settings, stop: Event) -> None:
    """Serves until `stop` is set; while Postgres or Kafka is away, what needs it is answered 503."""
    server = server_of(open_app(settings), settings)
    gc.freeze()  # what is there now stays, and need not be gone through again and again
    Thread(target=_stop_with, args=(stop, server), daemon=True, name="stop").start()
    _log.info("listening on %s port %s", server.config.host, server.config.port)
    server.run()


def server_of(app: RequestMiddleware, settings: Settings) -> uvicorn.Server:
    """The server of this process, with its bounds on connections; it leaves signals to whoever runs it."""
    tls, revoked = tls_options(settings.tls), revocation_lists(settings.tls)
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(GARBAGE)
    places = Connections(connections.MOST_CONNECTIONS, settings.connections_of_an_address)

    def bounded(**given: Any) -> Connection:
        return Connection(HttpToolsProtocol(**given), places)

    return _Server(
        uvicorn.Config(
            ConnectionMiddleware(app, revoked),
            http=cast("type[asyncio.Protocol]", bounded),
            host=settings.host,
            port=DEFAULT_PORT if settings.port is None else settings.port,
            loop="uvloop",
            ws="none",
            interface="asgi3",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            date_header=True,
            timeout_keep_alive=math.ceil(2 * connection.IDLE_S),  # never the first to end a connection
            timeout_graceful_shutdown=GRACE_S,
            **tls,
        )
    )


def open_app(settings: Settings, clock: Clock = utc_now) -> RequestMiddleware:
    """The API with everything that it needs; its connections are made when they are first used.

    Raises PolicyRefused or SettingsRefused where the policy of this directory, or the matcher's settings can't be used.
    """
    database_url = settings.need_database()
    key = KeyEncryptionKey.from_file(settings.keys / "key-encryption.key")
    shared_out = share_out(settings.connections)
    pool = Pool(database_url, shared_out.requests, "contactpoint api", wait_s=WAIT_S)
    look_ups = Pool(database_url, shared_out.look_ups, "contactpoint api look-ups", wait_s=WAIT_S)
    appender = AccessAppender(database_url, key, clock)
    access_log = AccessLog(appender)
    keys = KeyRing(key, reader_of(look_ups, "register"), fenced=fences_of(look_ups, "register"))
    access_keys = KeyRing(key, reader_of(look_ups, "access"))
    searcher, comparer = Searcher(load_settings()), Comparer(load_settings(settings.matcher))
    deployment = Deployment(*text_named(settings.policy))
    watch = Monitoring.over(look_ups, appender)
    kafka, verifier = settings.need_kafka(), verifier_for(settings, clock)
    users = Users(appender)
    replica = None
    if settings.database_read_url:
        reads = Pool(settings.database_read_url, shared_out.requests, "contactpoint api reads", wait_s=WAIT_S)
        replica = Replica(pool, reads)
    dependencies = Dependencies(
        pool,
        look_ups,
        keys,
        access_keys,
        access_log,
        verifier,
        kafka,
        searcher,
        comparer,
        database_url,
        deployment,
        users,
        watch,
        clock,
        settings.stack_id,
        replica,
        settings.most_lag_s or MOST_LAG_S,
        settings.overrides_per_day or MOST_OVERRIDES,
        lambda: read_stack(settings.data).get("processes", []) if settings.stack_id else [],
        settings.data / "logs",
    )

    def close() -> None:
        dependencies.producer.close()
        dependencies.denials.close()
        access_log.close()
        appender.close()
        pool.close()
        if replica:
            replica.close()
        look_ups.close()

    return build_app(dependencies, close, pages_before(settings, clock))


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Installs nothing."""
        yield


def _stop_with(stop: Event, server: uvicorn.Server) -> None:
    stop.wait()
    server.should_exit = True
