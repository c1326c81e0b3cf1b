"""A real Kafka and a real Postgres for the whole test run, and a database of its own for each test module."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from hypothesis import settings

from services.local_stack.kafka_server import kafka_program, keep_classes
from services.local_stack.ports import remembered_ports
from services.local_stack.postgres_server import postgres_program
from services.local_stack.program import running
from streams.kafka.settings import KafkaSettings
from streams.store.rights import roles_script
from tests.support.signing_in import remember_server

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["tests.support.alone", "tests.support.fixtures", "tests.support.sharing"]

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where the servers of this run keep their data."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def kafka(server_folder: Path) -> Iterator[KafkaSettings]:
    """A Kafka without topics, shared by all tests: name topics and groups so that they are yours alone."""
    keep_classes()
    ports = remembered_ports(server_folder / "kafka.json", ("kafka", "controller"))
    program, settings = kafka_program(
        server_folder / "kafka", server_folder / "kafka.log", ports["kafka"], ports["controller"]
    )
    with running(program):
        yield settings


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[str]:
    """The URL of the test run's Postgres."""
    ports = remembered_ports(server_folder / "postgres.json", ("postgres",))
    program, url = postgres_program(server_folder / "postgres", server_folder / "postgres.log", ports["postgres"])
    remember_server(server_folder / "postgres")
    with running(program):
        yield url


@pytest.fixture(scope="module")
def database_url(postgres: str) -> Iterator[str]:
    """The URL of an empty database that belongs to one test module."""
    with empty_database(postgres) as url:
        yield url


@contextmanager
def empty_database(postgres: str) -> Iterator[str]:
    """The URL of an empty database, which is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(numbers)}"
    administer(postgres, f"create database {name}")
    url = postgres.rpartition("/")[0] + f"/{name}"
    administer(url, roles_script())
    yield url
    administer(postgres, f"drop database {name} with (force)")


def administer(url: str, statement: str) -> None:
    """Runs a statement that no transaction may hold."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
