"""How many submissions wait for the registrar: what is in Kafka behind its offsets."""

from contextlib import closing

from kafka import KafkaProducer

from services.queries.unread import count_unread
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import submissions_topic
from tests.support.topics import have_topics

AGENCY = "unread"


def test_what_lies_behind_the_registrars_offsets_is_counted(kafka: KafkaSettings) -> None:
    have_topics(kafka, [AGENCY])
    topic, before = submissions_topic(AGENCY), count_unread(kafka, {})
    with closing(KafkaProducer(**kafka.for_kafka_python())) as producer:
        sent = [producer.send(topic, b"{}", partition=0).get(20).offset for _ in range(3)]
    assert count_unread(kafka, {}) == before + 3
    read = [count_unread(kafka, {(topic, 0): offset + 1}) - before for offset in sent]
    assert read == [2, 1, 0]
