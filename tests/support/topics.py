"""Topics of a Kafka of the test run, deleted when a test is through with them."""

from collections.abc import Callable

from kafka import KafkaAdminClient

from streams.kafka.settings import KafkaSettings
from tests.support.waiting import eventually


def delete_topics(kafka: KafkaSettings, which: Callable[[str], bool] = lambda _: True) -> None:
    """Deletes the topics that `which` is true of, by default all but Kafka's own, and waits until they are gone."""
    admin = KafkaAdminClient(**kafka.for_kafka_python())
    topics = [topic for topic in admin.list_topics() if not topic.startswith("__") and which(topic)]
    if topics:
        admin.delete_topics(topics)
        eventually(lambda: not set(topics) & set(admin.list_topics()))
    admin.close()
