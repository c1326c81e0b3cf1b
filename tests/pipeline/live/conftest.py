"""Empty logs and views on a Kafka without topics, for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.kafka.settings import KafkaSettings
from tests.support.own_kafka import running_kafka
from tests.support.projector_stage import Stage, empty_stage


@pytest.fixture(scope="package")
def kafka(server_folder: Path) -> Iterator[KafkaSettings]:
    """A Kafka that only the projector's tests use."""
    with running_kafka(server_folder, "live-kafka") as settings:
        yield settings


@pytest.fixture(scope="module")
def stage(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Empty logs and views."""
    with empty_stage(kafka, database_url, tmp_path_factory.mktemp("keys")) as made:
        yield made
