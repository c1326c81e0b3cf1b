"""What Kafka has deleted at the beginning of a log is noticed, and said with the command that mends it."""

from contextlib import closing

from kafka import KafkaAdminClient, TopicPartition

from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import ACCESS_EVENTS
from tests.support.relay_stage import Store, held, relay
from tests.support.waiting import eventually


def test_what_kafka_deletes_at_the_head_is_said(store: Store, kafka: KafkaSettings) -> None:
    store.append(400, streams=400, log="access")
    with relay(kafka, store.url):
        eventually(store.is_published)
    assert len(held(kafka, ACCESS_EVENTS)[7]) > 2
    with closing(KafkaAdminClient(**kafka.for_kafka_python())) as admin:
        admin.delete_records({TopicPartition(ACCESS_EVENTS, 7): 2})
    store.append(5, log="access")
    with relay(kafka, store.url):
        eventually(store.is_published)
        found = store.rows("select part, code, says, remedy from publication.troubles")
    says = f"Kafka has lost the first 2 messages of {ACCESS_EVENTS}/7"
    assert found == [(ACCESS_EVENTS, "head-lost", says, "run `contactpoint republish`")]
