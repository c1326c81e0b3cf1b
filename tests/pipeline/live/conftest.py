"""Empty logs and views on a Kafka without topics, for each module."""

from collections.abc import Iterator

import pytest

from streams.kafka.settings import KafkaSettings
from tests.support.projector_stage import Stage, empty_stage


@pytest.fixture(scope="module")
def stage(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Empty logs and views."""
    with empty_stage(kafka, database_url, tmp_path_factory.mktemp("keys")) as made:
        yield made
