"""Relays killed at random moments under load leave Kafka with every position once, in order, and every message once."""

import random
from threading import Event, Thread

from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import ACCESS_EVENTS, ACCESS_PARTITIONS, REGISTER_EVENTS
from tests.crash.relay_process import be_relay
from tests.support.chance import dice
from tests.support.forked import forked
from tests.support.relay_stage import KEY_FILE, Store, held, relay
from tests.support.waiting import eventually

KILLS = 8
CODES = ("gp", "la", "police")


def test_nothing_is_lost_repeated_or_out_of_order(store: Store, kafka: KafkaSettings) -> None:
    rng = dice()
    sent: dict[str, list[bytes]] = {f"receipts.{code}": [] for code in CODES}
    enough = Event()
    writer = Thread(target=write_until, args=(enough, store, rng, sent))
    writer.start()
    try:
        for _ in range(KILLS):
            kill_a_relay(store, kafka, rng)
    finally:
        enough.set()
        writer.join()
    with relay(kafka, store.url):
        eventually(store.is_published)
    assert held(kafka, REGISTER_EVENTS) == store.expected()
    assert held(kafka, ACCESS_EVENTS) == store.expected("access", ACCESS_PARTITIONS)
    assert {topic: held(kafka, topic)[0] for topic in sent} == sent


def write_until(enough: Event, store: Store, rng: random.Random, sent: dict[str, list[bytes]]) -> None:
    number = 0
    while not enough.wait(rng.random() * 0.02):
        messages = []
        for _ in range(rng.randrange(40)):
            number += 1
            messages.append((f"receipts.{rng.choice(CODES)}", b"key", b'{"message": "submissions.x/0/%d"}' % number))
        store.append(rng.randrange(100), messages=messages)
        store.append(rng.randrange(5), log="access")
        for topic, _, value in messages:
            sent[topic].append(value)


def kill_a_relay(store: Store, kafka: KafkaSettings, rng: random.Random) -> None:
    """Lets a relay publish something, and kills it while it publishes more."""
    before = position(store)
    process = forked(be_relay, kafka.bootstrap_servers, store.url, str(KEY_FILE))
    try:
        eventually(lambda: position(store) > before)
        Event().wait(rng.random() * 0.3)
    finally:
        process.kill()
        process.join()


def position(store: Store) -> int:
    ((published,),) = store.rows("select coalesce(max(position), 0) from publication.published where log <> 'outbox'")
    return int(published)  # type: ignore[call-overload]
