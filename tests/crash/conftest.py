"""What the relay and the projector run on, empty for each module."""

from collections.abc import Iterator

import pytest

from streams.kafka.settings import KafkaSettings
from tests.support.projector_stage import Stage, empty_stage
from tests.support.relay_stage import Store, empty_store


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
