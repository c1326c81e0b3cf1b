"""How many submissions lie in Kafka that the registrar has not read yet."""

from collections.abc import Mapping

from kafka import TopicPartition

from services.queries._kafka_reader import kafka_reader
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import SUBMISSIONS
from streams.store.database import Cursor

LIMIT_MS = 6_000
Offsets = Mapping[tuple[str, int], int]
"""The next offset of each (topic, partition)."""


def read_offsets(cursor: Cursor) -> Offsets:
    """The registrar's next offset of each partition that it has ever read."""
    cursor.execute("select topic, partition, next_offset from register.offsets")
    return {(topic, partition): offset for topic, partition, offset in cursor.fetchall()}


def count_unread(kafka: KafkaSettings, offsets: Offsets, limit_ms: int = LIMIT_MS) -> int:
    """Those of all agencies together, from the given offsets up to the ends; raises KafkaAway.

    What Kafka has deleted meanwhile, after its seven days, is not counted: nobody can read it any more.
    """
    with kafka_reader(kafka, limit_ms) as consumer:
        topics = [topic for topic in consumer.topics() if topic.startswith(SUBMISSIONS)]
        places = [TopicPartition(topic, n) for topic in topics for n in consumer.partitions_for_topic(topic) or ()]
        if not places:
            return 0
        ends, begins = consumer.end_offsets(places, limit_ms), consumer.beginning_offsets(places, limit_ms)
        return sum(
            max(0, ends[place] - max(begins[place], offsets.get((place.topic, place.partition), 0))) for place in places
        )
