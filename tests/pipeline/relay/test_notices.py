"""Notices are published like receipts, each in its authority's own topic, which is kept for ever."""

from streams.kafka.admin.topics import check_topics
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import notices_topic
from tests.support.relay_stage import Store, held, relay
from tests.support.waiting import eventually

NORTH = "E06999001"


def test_a_notice_creates_its_topic_and_is_published_there_once(store: Store, kafka: KafkaSettings) -> None:
    topics = (notices_topic(NORTH), notices_topic("unclaimed"), "receipts.gp")
    sent = [(topic, b"child", b"%d" % n) for n in range(300) for topic in topics]
    with relay(kafka, store.url):
        store.append(5, log="access", messages=sent[:450])
        eventually(store.is_published)
    with relay(kafka, store.url):
        store.append(5, messages=sent[450:])
        store.append(1, log="access")
        eventually(store.is_published)
    for topic in topics:
        assert held(kafka, topic) == [[b"%d" % n for n in range(300)]]
    assert [sentence for sentence in check_topics(kafka) if "notices" in sentence] == []
