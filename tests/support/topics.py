"""Topics of a Kafka of the test run, made before a test and deleted when it is through with them."""

from collections.abc import Callable, Collection

from kafka import KafkaAdminClient

from streams.kafka.admin.topics import ensure_topics
from streams.kafka.settings import KafkaAway, KafkaSettings
from tests.support.waiting import eventually


def have_topics(kafka: KafkaSettings, agencies: Collection[str]) -> None:
    """Creates missing topics as `ensure_topics` does, however long it takes a Kafka on a busy machine."""

    def are_there() -> bool:
        try:
            ensure_topics(kafka, agencies)
        except KafkaAway:
            return False
        return True

    eventually(are_there)


def delete_topics(kafka: KafkaSettings, which: Callable[[str], bool] = lambda _: True) -> None:
    """Deletes the topics that `which` is true of, by default all but Kafka's own, and waits until they are gone."""
    admin = KafkaAdminClient(**kafka.for_kafka_python())
    topics = [topic for topic in admin.list_topics() if not topic.startswith("__") and which(topic)]
    if topics:
        admin.delete_topics(topics)
        eventually(lambda: not set(topics) & set(admin.list_topics()))
    admin.close()
