"""What a test module runs on: a directory, a stack, or a stage of the pipeline; a client of the API, and its user.

`world` has one child. A module that begins elsewhere overrides it once: `def world(empty_world)`, `def world(clinic)`.
"""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from streams.access import grants
from streams.kafka.settings import KafkaSettings
from tests.support import api_world
from tests.support.api_world import NHS_NUMBER, Headers, client_of, looking
from tests.support.clinic import know_clinic
from tests.support.databases import empty_database, make
from tests.support.entitlements import NORTH, SOUTH, entitlement
from tests.support.projector_stage import Stage, empty_stage
from tests.support.relay_stage import Store, empty_store
from tests.support.served import served
from tests.support.stack import Stack, running_stack
from tests.support.world import Beginning, World


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A whole stack, as a user runs it, of the module's own."""
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def beginning(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Beginning:
    """What each directory begins with: it is made once and copied."""
    return Beginning.made(make(postgres, "beginning"), tmp_path_factory.mktemp("beginning") / "keys")


@pytest.fixture(scope="module")
def empty_world(
    kafka: KafkaSettings, postgres: str, beginning: Beginning, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A directory in which nobody is known, in a database of the module's own."""
    with (
        empty_database(postgres, beginning.database) as url,
        closing(World(kafka, url, tmp_path_factory.mktemp("world"), beginning=beginning)) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def two_managers(empty_world: World) -> World:
    """The directory with a data manager in each of two authorities, `north-manager` and `south-manager`."""
    users = [
        entitlement("data-manager", user=f"{place}-manager", authority=authority, sensitive=True)
        for place, authority in (("north", NORTH), ("south", SOUTH))
    ]
    grants.add_users(empty_world.database_url, empty_world.key, users)
    return empty_world


@pytest.fixture(scope="module")
def one_child(empty_world: World) -> World:
    """The directory with one child whom two agencies know."""
    api_world.know_one_child(empty_world)
    return empty_world


@pytest.fixture(scope="module")
def clinic(empty_world: World) -> World:
    """The directory with children whom a clinic knows, and users of every role."""
    know_clinic(empty_world)
    return empty_world


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """The directory that the module's tests share."""
    return one_child


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient]:
    """A client of the API over the module's directory."""
    with client_of(world) as made:
        yield made


@pytest.fixture(scope="module")
def environ(world: World) -> Iterator[dict[str, str]]:
    """The environment of a client of the module's directory, whose API is served meanwhile."""
    with served(world) as made:
        yield made


@pytest.fixture(scope="module")
def store(kafka: KafkaSettings, database_url: str) -> Iterator[Store]:
    """An empty database for the relay, and a Kafka without topics."""
    with empty_store(kafka, database_url) as made:
        yield made


@pytest.fixture(scope="module")
def stage(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Empty logs and views for the projector."""
    with empty_stage(kafka, database_url, tmp_path_factory.mktemp("keys")) as made:
        yield made


@pytest.fixture
def user(world: World) -> Headers:
    """The headers of one who may do everything about children, with a reason."""
    return looking(world)


@pytest.fixture
def child(world: World) -> str:
    """The one child."""
    return world.child_with(NHS_NUMBER)


@pytest.fixture
def own_signals_and_log() -> Iterator[None]:
    """Undoes what running a role in this process changes."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    hook, raises = threading.excepthook, logging.raiseExceptions
    yield
    logging.raiseExceptions = raises
    threading.excepthook = hook
    root.handlers[:] = handlers
    root.setLevel(level)
    for number, handler in signals.items():
        signal.signal(number, handler)
