"""A Kafka beside the test run's, for tests that end it or make topics of their own idea of the logs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.local_stack.kafka_server import kafka_program
from services.local_stack.ports import remembered_ports
from services.local_stack.program import Program, running
from streams.kafka.settings import KafkaSettings


def own_kafka(server_folder: Path, name: str) -> tuple[Program, KafkaSettings]:
    """How a Kafka of that name is started, and where it answers then."""
    ports = remembered_ports(server_folder / f"{name}.json", ("kafka", "controller"))
    return kafka_program(server_folder / name, server_folder / f"{name}.log", ports["kafka"], ports["controller"])


@contextmanager
def running_kafka(server_folder: Path, name: str) -> Iterator[KafkaSettings]:
    """A Kafka of that name, which runs meanwhile."""
    program, settings = own_kafka(server_folder, name)
    with running(program):
        yield settings
