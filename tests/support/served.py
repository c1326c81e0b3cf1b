"""The API of a test's directory, served on a port of its own, for verbs that ask it."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

import httpx
import pytest

from services.api.server import run
from services.cli.main import main
from services.configuration.http_client import http_client
from services.configuration.settings import read_settings
from tests.support.signing_in import signed_in
from tests.support.waiting import eventually
from tests.support.world import World

Ran = Callable[..., int]


def runner(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Runs a verb as a client of a served directory; gives its exit status."""
    monkeypatch.delenv("CONTACTPOINT_TOKEN", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return lambda *words: main([str(word) for word in words])


@contextmanager
def served(world: World, **more: str) -> Iterator[dict[str, str]]:
    """The environment of a client of the directory, whose API is served meanwhile with more settings."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {
        "CONTACTPOINT_KAFKA": world.kafka.bootstrap_servers,
        "CONTACTPOINT_DATABASE_URL": world.database_url,
        "CONTACTPOINT_DATA": str(world.folder),
        "CONTACTPOINT_URL": f"http://127.0.0.1:{port}",
    }
    stop = threading.Event()
    own = {"CONTACTPOINT_PORT": str(port), "CONTACTPOINT_DATABASE_URL": signed_in(world.database_url, "api")}
    settings = read_settings(None, environ | more | own)
    api = threading.Thread(target=run, args=(settings, stop))
    api.start()
    try:
        eventually(lambda: _answers(f"{environ['CONTACTPOINT_URL']}/health/ready"))
        yield environ
    finally:
        stop.set()
        api.join()


def _answers(url: str) -> bool:
    with http_client(timeout_s=5, tls=False) as client:
        try:
            return client.get(url).is_success
        except httpx.HTTPError:
            return False
