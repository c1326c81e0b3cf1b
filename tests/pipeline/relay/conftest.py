"""A Kafka for the relay's tests alone: the names of its topics are fixed, and only one database belongs to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.local_stack.kafka_server import kafka_program
from services.local_stack.ports import remembered_ports
from services.local_stack.program import running
from streams.kafka.settings import KafkaSettings
from tests.pipeline.relay.stage import Store
from tests.support.topics import delete_topics


@pytest.fixture(scope="package")
def kafka(server_folder: Path) -> Iterator[KafkaSettings]:
    """A Kafka that only the relay's tests use."""
    folder = server_folder / "relay-kafka"
    ports = remembered_ports(server_folder / "relay-kafka.json", ("kafka", "controller"))
    program, settings = kafka_program(folder, server_folder / "relay-kafka.log", ports["kafka"], ports["controller"])
    with running(program):
        yield settings


@pytest.fixture(scope="module")
def store(kafka: KafkaSettings, database_url: str) -> Iterator[Store]:
    """An empty database, and a Kafka without topics."""
    delete_topics(kafka)
    store = Store(database_url)
    yield store
    store.close()
