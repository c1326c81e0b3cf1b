"""The notice of a look, read from the topic of the authority that gets it."""

import time
from typing import Any

import orjson
from kafka import KafkaConsumer, TopicPartition

from services.configuration.settings import Settings
from streams.kafka.topics import notices_topic

PATIENCE_S = 20.0
"""How long a notice may take from the look to the topic."""


def notice_of(settings: Settings, authority: str, child: str, organisation: str) -> dict[str, Any] | None:
    """The first notice of a look at a child by somebody of an organisation; None where none comes in time."""
    place, until = TopicPartition(notices_topic(authority), 0), time.monotonic() + PATIENCE_S
    consumer = KafkaConsumer(**settings.need_kafka().for_kafka_python(), group_id=None)
    try:
        while not consumer.partitions_for_topic(place.topic) and time.monotonic() < until:
            time.sleep(0.1)
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        while time.monotonic() < until:
            for record in consumer.poll(timeout_ms=200).get(place, ()):
                notice: dict[str, Any] = orjson.loads(record.value)
                if (notice["child"], notice.get("organisation")) == (child, organisation):
                    return notice
    finally:
        consumer.close()
    return None
