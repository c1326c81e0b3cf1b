"""A published log for each module."""

from collections.abc import Iterator

import pytest

from streams.kafka.settings import KafkaSettings
from tests.support.proofs import Proven


@pytest.fixture(scope="module")
def proven(kafka: KafkaSettings, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    """A published log of 300 events, with a signed tree."""
    with Proven.made(kafka, database_url, tmp_path_factory.mktemp("proofs"), 300) as made:
        yield made
