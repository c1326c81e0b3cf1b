"""A real Kafka and a real Postgres for the whole test run, and a database of its own for each test module."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from services.local_stack.kafka_server import kafka_program, keep_classes
from services.local_stack.ports import remembered_ports
from services.local_stack.postgres_server import postgres_program
from services.local_stack.program import running
from streams.kafka.settings import KafkaSettings
from tests.support.databases import administer as administer
from tests.support.databases import empty_database as empty_database
from tests.support.databases import numbers as numbers
from tests.support.signing_in import remember_server

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["tests.support.alone", "tests.support.fixtures", "tests.support.sharing"]


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where the servers of this run keep their data."""
    with tempfile.TemporaryDirectory(prefix="contactpoint-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def kafka(server_folder: Path) -> Iterator[KafkaSettings]:
    """A Kafka shared by all tests, begun without topics: name topics and groups so that they are yours alone.

    Those of the logs belong to one database at a time: who needs them empty deletes all topics first, and a `World`
    makes what is missing.
    """
    keep_classes()
    ports = remembered_ports(server_folder / "kafka.json", ("kafka", "controller"))
    program, settings = kafka_program(
        server_folder / "kafka", server_folder / "kafka.log", ports["kafka"], ports["controller"]
    )
    with running(program):
        yield settings


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[str]:
    """The URL of the test run's Postgres, which does not wait for the disk: only what ends a machine would tell.

    Its passwords are random, so that hashing one 4,096 times guards nothing, and is most of what a connection costs.
    It weighs fewer orders of a join: planning a statement anew for each module's database, whose tables have few rows,
    takes far longer than executing it. Stacks have a Postgres of their own, which plans as a user's does.
    """
    ports = remembered_ports(server_folder / "postgres.json", ("postgres",))
    program, url = postgres_program(server_folder / "postgres", server_folder / "postgres.log", ports["postgres"])
    remember_server(server_folder / "postgres")
    planning = ("from_collapse_limit=3", "join_collapse_limit=3")
    settings = ("fsync=off", "full_page_writes=off", "scram_iterations=1", *planning)
    command = [*program.command, *(word for setting in settings for word in ("-c", setting))]
    with running(replace(program, command=command)):
        administer(url, f"alter role current_user password '{urlsplit(url).password}'")
        yield url


@pytest.fixture(scope="module")
def database_url(postgres: str) -> Iterator[str]:
    """The URL of an empty database that belongs to one test module."""
    with empty_database(postgres) as url:
        yield url
