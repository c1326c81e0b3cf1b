"""Topics are created with explicit settings, whoever else does so at once, and compared with them."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from streams.kafka.admin.topics import TopicRefused, check_topics, ensure_topics
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import COMMON_TOPICS, REGISTER_EVENTS, receipt_topic, submissions_topic
from tests.support.own_kafka import running_kafka
from tests.support.topics import delete_topics

AGENCIES = ("topics-a", "topics-b", "topics-c", "differs")


@pytest.fixture(scope="module", autouse=True)
def tidy(kafka: KafkaSettings) -> Iterator[None]:
    """Leaves no topic of ours: other tests compare every topic of this Kafka."""
    yield
    delete_topics(kafka, lambda topic: topic.endswith(AGENCIES))


def about(code: str, kafka: KafkaSettings) -> list[str]:
    return [sentence for sentence in check_topics(kafka) if code in sentence]


def test_missing_topics_are_created_by_many_at_once_as_they_have_to_be(kafka: KafkaSettings) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ensure_topics(kafka, ["topics-a", "topics-b"]), range(4)))
    ensure_topics(kafka, ["topics-b", "topics-c"])
    admin = KafkaAdminClient(**kafka.for_kafka_python())
    there = set(admin.list_topics())
    admin.close()
    wanted = {name(f"topics-{letter}") for letter in "abc" for name in (submissions_topic, receipt_topic)}
    assert there >= wanted | {topic.name for topic in COMMON_TOPICS}
    assert about("topics-", kafka) == []


def test_a_topic_that_differs_is_reported(kafka: KafkaSettings) -> None:
    admin = KafkaAdminClient(**kafka.for_kafka_python())
    admin.create_topics([NewTopic(receipt_topic("differs"), 2, 1, topic_configs={"retention.ms": "1000"})])
    ensure_topics(kafka, ["differs"])
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, submissions_topic("differs"), {"segment.ms": "5000"})]
    )
    admin.close()
    found = about("differs", kafka)
    assert "the topic receipts.differs has 2 partitions instead of 1" in found
    assert "the topic receipts.differs has retention.ms 1000 instead of -1" in found
    assert "the topic submissions.differs has segment.ms 5000 instead of 21600000" in found


def test_a_log_with_another_number_of_partitions_is_refused(server_folder: Path) -> None:
    with running_kafka(server_folder, "other-partitions") as kafka:
        admin = KafkaAdminClient(**kafka.for_kafka_python())
        admin.create_topics([NewTopic(REGISTER_EVENTS, 4, 1)])
        admin.close()
        with pytest.raises(TopicRefused, match=r"has 4 partitions instead of 32, and .*operations"):
            ensure_topics(kafka, [])


def test_a_kafka_that_refuses_connections_is_away() -> None:
    with pytest.raises(KafkaAway, match=r"^Kafka cannot be reached at 127\.0\.0\.1:1$"):
        ensure_topics(KafkaSettings("127.0.0.1:1"), [])


def test_a_kafka_that_takes_connections_and_stays_silent_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(KafkaAway):
        check_topics(KafkaSettings(f"127.0.0.1:{silent.getsockname()[1]}"))
