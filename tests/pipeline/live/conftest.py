"""A Kafka for these tests alone: the names of its topics are fixed, and only one database belongs to them at a time.

Whoever empties Kafka needs an empty database, so one module makes one stage: its database is the module's.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.local_stack.kafka_server import kafka_program
from services.local_stack.ports import remembered_ports
from services.local_stack.program import Program, running
from streams.kafka.settings import KafkaSettings
from tests.pipeline.live.stage import Stage
from tests.support.topics import delete_topics


@pytest.fixture(scope="package")
def kafka_server(server_folder: Path) -> tuple[Program, KafkaSettings]:
    """How the Kafka of these tests is started, and where it answers then."""
    ports = remembered_ports(server_folder / "live-kafka.json", ("kafka", "controller"))
    return kafka_program(
        server_folder / "live-kafka", server_folder / "live-kafka.log", ports["kafka"], ports["controller"]
    )


@pytest.fixture(scope="module")
def kafka(kafka_server: tuple[Program, KafkaSettings]) -> Iterator[KafkaSettings]:
    """A Kafka without topics."""
    program, settings = kafka_server
    with running(program):
        delete_topics(settings)
        yield settings


@pytest.fixture(scope="module")
def stage(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Empty logs and views."""
    stage = Stage(kafka, database_url, tmp_path_factory.mktemp("keys"))
    yield stage
    stage.close()
