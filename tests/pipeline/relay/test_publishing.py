"""What the relay publishes, in which order, and how it goes on after an interruption."""

import json
import random

import psycopg2
import pytest
from kafka import KafkaProducer

from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import ACCESS_EVENTS, ACCESS_PARTITIONS, REGISTER_EVENTS
from tests.support.relay_stage import KEY, Store, held, relay
from tests.support.topics import have_topics
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def _everything_is_published_once(store: Store, kafka: KafkaSettings) -> None:
    """Holds before and after each test."""
    yield
    with relay(kafka, store.url):
        eventually(store.is_published)
    assert held(kafka, REGISTER_EVENTS) == store.expected()
    assert held(kafka, ACCESS_EVENTS) == store.expected("access", ACCESS_PARTITIONS)


def receipts(kafka: KafkaSettings, code: str) -> list[bytes]:
    ((*values,),) = held(kafka, f"receipts.{code}")
    return values


def test_an_event_becomes_a_cloud_event(store: Store, kafka: KafkaSettings) -> None:
    store.append(1)
    with relay(kafka, store.url):
        eventually(store.is_published)
    ((value,),) = [values for values in held(kafka, REGISTER_EVENTS) if values]
    event = json.loads(value)
    stream = event["subject"]
    assert event == {
        "specversion": "1.0",
        "id": f"{stream}.1",
        "type": "Something.v1",
        "subject": stream,
        "position": 1,
        "version": 1,
        "source": "urn:agency:x",
        "data": event["data"],
        "mac": event["mac"],
    }
    assert KEY.is_genuine(REGISTER_EVENTS, value)


def test_both_logs_and_the_outbox_are_published_in_their_order(store: Store, kafka: KafkaSettings) -> None:
    sent = [(f"receipts.{code}", b"key", b"%d" % n) for n in range(700) for code in ("gp", "la")]
    with relay(kafka, store.url):
        store.append(2500, messages=sent)
        store.append(1200, log="access")
        eventually(store.is_published)
    for code in ("gp", "la"):
        assert receipts(kafka, code) == [value for topic, _, value in sent if topic == f"receipts.{code}"]


def test_progress_is_recorded(store: Store, kafka: KafkaSettings) -> None:
    store.append(100)
    with relay(kafka, store.url):
        eventually(store.is_published)
    ends = store.rows("select partition, end_offset from publication.partitions where topic = %s", REGISTER_EVENTS)
    assert dict(ends) == dict(enumerate(map(len, store.expected())))


def test_large_messages_pass_between_small_ones(store: Store, kafka: KafkaSettings) -> None:
    sizes = [10, 100_000, 1_800_000, 10, *[100_000] * 25, 10]
    sent = [("receipts.large", b"key", b"%d" % n * size) for n, size in enumerate(sizes)]
    store.append(0, messages=sent)
    with relay(kafka, store.url):
        eventually(store.is_published)
    assert receipts(kafka, "large") == [value for _, _, value in sent]


def test_what_a_crash_of_postgres_undoes_is_not_published_again(store: Store, kafka: KafkaSettings) -> None:
    store.append(500, messages=[("receipts.undone", b"key", b"%d" % n) for n in range(100)])
    store.rows("create table outbox_before as select * from register.outbox")
    store.rows("create table partitions_before as select * from publication.partitions")
    store.rows("create table published_before as select * from publication.published")
    with relay(kafka, store.url):
        eventually(store.is_published)
    store.rows("insert into register.outbox select * from outbox_before")
    store.rows("truncate publication.partitions, publication.published")
    store.rows("insert into publication.partitions select * from partitions_before")
    store.rows("insert into publication.published select * from published_before")
    store.append(10, messages=[("receipts.undone", b"key", b"last")])
    with relay(kafka, store.url):
        eventually(store.is_published)
    assert receipts(kafka, "undone") == [*(b"%d" % n for n in range(100)), b"last"]


def test_with_all_progress_forgotten_publication_goes_on_from_what_kafka_holds(
    store: Store, kafka: KafkaSettings
) -> None:
    store.append(500)
    with relay(kafka, store.url):
        eventually(store.is_published)
    store.rows("truncate publication.partitions, publication.published, publication.producer")
    store.append(500)


def test_a_second_relay_stands_by_and_takes_over(
    store: Store, kafka: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "streams.publishing.relay")
    with relay(kafka, store.url):
        eventually(store.is_published)
        with relay(kafka, store.url):
            eventually(lambda: "standing by" in caplog.text)
            store.rows("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")
            for _ in range(20):
                store.append(random.randrange(50))
            eventually(store.is_published)


def test_a_database_and_a_kafka_that_do_not_belong_together_are_left_alone(
    store: Store, kafka: KafkaSettings, caplog: pytest.LogCaptureFixture, postgres: str
) -> None:
    store.append(100)
    with relay(kafka, store.url):
        eventually(store.is_published)
    before = held(kafka, REGISTER_EVENTS)
    other = Store(other_database(postgres))
    other.append(1000)
    with relay(kafka, other.url):
        eventually(lambda: "do not belong together" in caplog.text)
    other.close()
    assert held(kafka, REGISTER_EVENTS) == before


def other_database(postgres: str) -> str:
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("create database other_relay")
    connection.close()
    return postgres.rpartition("/")[0] + "/other_relay"


def test_a_gap_in_the_event_store_stops_publication(
    store: Store, kafka: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    store.append(10)
    (gone,) = store.rows(
        "delete from register.events where position = (select max(position) - 5 from register.events) returning *"
    )
    with relay(kafka, store.url):
        eventually(lambda: "does not hold every position" in caplog.text)
    store.rows("insert into register.events values (%s, %s, %s, %s, %s)", *gone)


def test_what_somebody_else_writes_to_a_receipts_topic_delays_nothing_for_long(
    store: Store, kafka: KafkaSettings
) -> None:
    have_topics(kafka, ["shared"])
    with relay(kafka, store.url):
        store.append(0, messages=[("receipts.shared", b"key", b"first")])
        eventually(store.is_published)
        producer = KafkaProducer(**kafka.for_kafka_python())
        producer.send("receipts.shared", b"not ours").get(10)
        producer.close()
        store.append(0, messages=[("receipts.shared", b"key", b"second")])
        eventually(store.is_published)
        store.append(0, messages=[("receipts.shared", b"key", b"third")])
        eventually(store.is_published)
    assert receipts(kafka, "shared") == [b"first", b"not ours", b"second", b"third"]
