"""What others write to a log, or take from it, stops nothing of another log, and is said."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaProducer

from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import ACCESS_EVENTS, ACCESS_PARTITIONS, REGISTER_EVENTS
from tests.support.relay_stage import KEY, Store, held, relay
from tests.support.waiting import eventually


def write(kafka: KafkaSettings, topic: str, *values: bytes, partition: int = 0) -> None:
    """Writes to a partition of a topic, as somebody may who has stolen a password."""
    with closing(KafkaProducer(**kafka.for_kafka_python())) as producer:
        for value in values:
            producer.send(topic, value, partition=partition).get(20)


def troubles(store: Store) -> list[tuple[object, ...]]:
    return store.rows("select part, code from publication.troubles order by part")


def genuine(kafka: KafkaSettings, topic: str) -> list[list[bytes]]:
    return [[value for value in values if KEY.is_genuine(topic, value)] for values in held(kafka, topic)]


@pytest.fixture(autouse=True)
def _everything_is_published(store: Store, kafka: KafkaSettings) -> Iterator[None]:
    """Holds before and after each test."""
    store.append(50)
    store.append(20, log="access")
    with relay(kafka, store.url):
        eventually(store.is_published)
    yield
    assert genuine(kafka, REGISTER_EVENTS) == store.expected()
    assert genuine(kafka, ACCESS_EVENTS) == store.expected("access", partitions=ACCESS_PARTITIONS)


@pytest.mark.parametrize("value", [b"not ours", b'{"position":3,"id":"x.1"}', b""])
def test_a_foreign_message_at_the_end_of_a_log_stops_neither_it_nor_others(
    store: Store, kafka: KafkaSettings, value: bytes
) -> None:
    write(kafka, ACCESS_EVENTS, value, value)
    store.append(30, messages=[("receipts.gp", b"key", b"{}")])
    store.append(30, log="access")
    with relay(kafka, store.url):
        eventually(store.is_published)
    assert troubles(store) == []


def test_a_torn_message_at_the_end_is_passed_over(store: Store, kafka: KafkaSettings) -> None:
    partition, last = next((number, values[-1]) for number, values in enumerate(held(kafka, REGISTER_EVENTS)) if values)
    write(kafka, REGISTER_EVENTS, last[: len(last) // 2], partition=partition)
    store.append(30)
    with relay(kafka, store.url):
        eventually(store.is_published)


def test_a_log_that_contradicts_the_store_stops_alone(store: Store, kafka: KafkaSettings) -> None:
    (gone,) = store.rows("delete from access.events where position = 3 returning *")
    store.rows("update publication.published set position = 2 where log = %s", ACCESS_EVENTS)
    with relay(kafka, store.url):
        store.append(30, messages=[("receipts.gp", b"key", b"{}")])
        store.append(5, log="access")
        eventually(lambda: troubles(store) == [(ACCESS_EVENTS, "store-gap")])
        eventually(lambda: store.rows("select count(*) from register.outbox") == [(0,)])
        eventually(
            lambda: (
                store.rows(
                    "select last - position from register.counter, publication.published where log = %s",
                    REGISTER_EVENTS,
                )
                == [(0,)]
            )
        )
    store.rows("insert into access.events values (%s, %s, %s, %s, %s)", *gone)
    store.rows("delete from publication.published where log = %s", ACCESS_EVENTS)
    with relay(kafka, store.url):
        eventually(store.is_published)
    assert troubles(store) == []
