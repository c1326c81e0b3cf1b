"""Requests that a dead relay has left on its way cannot repeat what its successor appends, whichever arrives first."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest

from projections.base.partition import Partition
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import REGISTER_EVENTS, REGISTER_PARTITIONS
from streams.publishing.appender import Appender, Batch, Identity, OffsetTaken
from streams.publishing.publication import Publication
from streams.publishing.publisher import Publisher, encode_event, partition_of
from streams.store.raw_event import RawEvent
from tests.support.relay_stage import KEY, Store, held, relay
from tests.support.topics import have_topics
from tests.support.waiting import eventually


@pytest.fixture(scope="module", autouse=True)
def _kafka_is_ready(store: Store, kafka: KafkaSettings) -> None:
    """A relay waits until a Kafka that has just started gives producers their ids; a publisher alone does not."""
    store.append(1)
    with relay(kafka, store.url):
        eventually(store.is_published)


def in_session(store: Store, kafka: KafkaSettings, act: Callable[[Publisher, Appender], Awaitable[None]]) -> None:
    """Acts with a publisher that has read the ends of all partitions, as a relay at its start."""

    async def session() -> None:
        async with Appender(kafka, "successor") as appender, Appender(kafka, "zombie") as zombie:
            publisher = Publisher(kafka, publication, appender, KEY)
            await publisher.begin()
            await act(publisher, zombie)

    have_topics(kafka, ())
    with closing(Publication(store.url)) as publication:
        asyncio.run(session())


def left_on_its_way(store: Store, count: int) -> Batch:
    """The first so many unpublished events of the partition that has the most, as a dead relay would have sent them.

    Never all of them: Kafka takes the very batch that it has for a repetition, and says that it is there.
    """
    ((published,),) = store.rows("select position from publication.published where log = %s", REGISTER_EVENTS)
    ends = dict(
        store.rows("select partition, end_offset from publication.partitions where topic = %s", REGISTER_EVENTS)
    )
    by_partition: dict[int, list[RawEvent]] = {}
    for event in store.register.select_raw(int(published), 100_000):  # type: ignore[call-overload]
        by_partition.setdefault(partition_of(event.stream, REGISTER_PARTITIONS), []).append(event)
    number = max(by_partition, key=lambda each: len(by_partition[each]))
    ((producer_id, epoch),) = store.rows("select producer_id, producer_epoch from publication.producer")
    batch = Batch(Partition(REGISTER_EVENTS, number), ends[number], Identity(producer_id, epoch))  # type: ignore
    for event in by_partition[number][: min(count, len(by_partition[number]) - 1)]:
        assert batch.add(event.stream.encode(), KEY.with_mac(REGISTER_EVENTS, encode_event(event)))
    return batch


async def publish_all(publisher: Publisher) -> None:
    while await publisher.publish_round():
        pass


@pytest.mark.parametrize("count", [1, 100])
def test_a_request_that_arrives_late_is_not_appended(store: Store, kafka: KafkaSettings, count: int) -> None:
    async def act(publisher: Publisher, zombie: Appender) -> None:
        late = left_on_its_way(store, count)
        await publish_all(publisher)
        with pytest.raises(OffsetTaken):
            await zombie.append([late])

    store.append(2000)
    in_session(store, kafka, act)
    assert held(kafka, REGISTER_EVENTS) == store.expected()


@pytest.mark.parametrize("count", [1, 100])
def test_a_request_that_arrives_first_makes_the_successor_read_again(
    store: Store, kafka: KafkaSettings, count: int
) -> None:
    async def act(publisher: Publisher, zombie: Appender) -> None:
        await zombie.append([left_on_its_way(store, count)])
        with pytest.raises(OffsetTaken):
            await publish_all(publisher)

    store.append(2000)
    in_session(store, kafka, act)
    in_session(store, kafka, lambda publisher, _: publish_all(publisher))
    assert held(kafka, REGISTER_EVENTS) == store.expected()


def test_the_same_request_twice_is_appended_once(store: Store, kafka: KafkaSettings) -> None:
    async def act(publisher: Publisher, zombie: Appender) -> None:
        batch = left_on_its_way(store, 50)
        await zombie.append([batch])
        await zombie.append([batch])

    store.append(1000)
    in_session(store, kafka, act)
    in_session(store, kafka, lambda publisher, _: publish_all(publisher))
    assert held(kafka, REGISTER_EVENTS) == store.expected()
