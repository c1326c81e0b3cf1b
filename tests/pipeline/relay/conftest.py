"""An empty database and a Kafka without topics for each module."""

from collections.abc import Iterator

import pytest

from streams.kafka.settings import KafkaSettings
from tests.support.proofs import Proven
from tests.support.relay_stage import Store, empty_store


@pytest.fixture(scope="module")
def store(kafka: KafkaSettings, database_url: str) -> Iterator[Store]:
    """An empty database, and a Kafka without topics."""
    with empty_store(kafka, database_url) as made:
        yield made


@pytest.fixture(scope="module")
def proven(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    """A published log of 300 events, with a signed tree."""
    with Proven.made(kafka, database_url, tmp_path_factory.mktemp("proofs"), 300) as made:
        yield made
