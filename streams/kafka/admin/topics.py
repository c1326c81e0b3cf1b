"""Creates topics, and compares existing ones with what they have to be. Every wait for Kafka is bounded."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from streams.kafka.closing import close_soon
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import (
    COMMON_TOPICS,
    NOTICES,
    RECEIPTS,
    STEWARDSHIP,
    SUBMISSIONS,
    UNCLAIMED,
    Topic,
    agency_topics,
    notice_topics,
    notices_topic,
)

ANSWER_WITHIN_S = 12
_REQUEST_TIMEOUT_MS = 8_000

_Answer = TypeVar("_Answer")


class TopicRefused(Exception):
    """Kafka refuses to create a topic; the text has its name and the reason."""


def ensure_topics(kafka: KafkaSettings, agencies: Iterable[str], notices: Iterable[str] = ()) -> None:
    """Creates missing topics: the common ones, those of the agencies with these codes, and those of `notices` by name.

    Other processes may do so at once. Returns when the topics can be used. Raises KafkaAway within 15 s, TopicRefused.
    Not for use in an event loop.
    """
    of_agencies = [topic for code in agencies for topic in agency_topics(code)]
    create_missing(kafka, [*COMMON_TOPICS, *of_agencies, *notice_topics(notices)])


def create_missing(kafka: KafkaSettings, topics: Iterable[Topic]) -> None:
    """Creates those of the topics that do not exist, in one request, and returns when all can be used."""
    by_name = {topic.name: topic for topic in topics}
    _with_admin(kafka, lambda admin: _create_missing(admin, by_name, kafka.replication))


def check_topics(kafka: KafkaSettings) -> list[str]:
    """How the topics differ from what they have to be, one sentence each; raises KafkaAway within 15 s."""
    return _with_admin(kafka, lambda admin: _differences(admin, kafka.replication))


def _with_admin(kafka: KafkaSettings, request: Callable[[AIOKafkaAdminClient], Awaitable[_Answer]]) -> _Answer:
    async def answer() -> _Answer:
        admin = AIOKafkaAdminClient(
            client_id="contactpoint-topics", request_timeout_ms=_REQUEST_TIMEOUT_MS, **kafka.for_aiokafka()
        )
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await admin.start()
                return await request(admin)
        finally:
            await close_soon(admin.close())

    try:
        return asyncio.run(answer())
    except (KafkaError, OSError, TimeoutError):
        raise KafkaAway(kafka.unreachable) from None


async def _create_missing(admin: AIOKafkaAdminClient, topics: Mapping[str, Topic], replication: int) -> None:
    missing = topics.keys() - (await _partitions(admin)).keys()
    if missing:
        answer = await admin.create_topics([_new(topics[name], replication) for name in sorted(missing)])
        for name, code, *reason in answer.topic_errors:
            if for_code(code) not in (NoError, TopicAlreadyExistsError):
                raise TopicRefused(f"Kafka refuses to create the topic {name}: {' '.join(filter(None, reason))}")
    while topics.keys() - (await _partitions(admin)).keys():
        await asyncio.sleep(0.05)


def _new(topic: Topic, replication: int) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, replication, topic_configs=_config(topic, replication))


def _config(topic: Topic, replication: int) -> dict[str, str]:
    return {**topic.config, "min.insync.replicas": str(max(1, replication - 1))}


async def _partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    """The number of partitions of every topic that is ready, which means that each partition has a leader."""
    topics: list[dict[str, Any]] = await admin.describe_topics()
    return {
        topic["topic"]: len(topic["partitions"])
        for topic in topics
        if topic["partitions"] and all(partition["leader"] >= 0 for partition in topic["partitions"])
    }


async def _differences(admin: AIOKafkaAdminClient, replication: int) -> list[str]:
    partitions = await _partitions(admin)
    codes = {name.partition(".")[2] for name in partitions if name.startswith((SUBMISSIONS, RECEIPTS))}
    codes -= {UNCLAIMED, STEWARDSHIP}
    wanted = [*COMMON_TOPICS, *(topic for code in sorted(codes) for topic in agency_topics(code))]
    unclaimed = notices_topic(UNCLAIMED)
    wanted += notice_topics(name for name in sorted(partitions) if name.startswith(NOTICES) and name != unclaimed)
    present = {topic.name: topic for topic in wanted if topic.name in partitions}
    found = [f"the topic {topic.name} is missing" for topic in wanted if topic.name not in present]
    found += [
        f"the topic {name} has {partitions[name]} partitions instead of {topic.partitions}"
        for name, topic in present.items()
        if partitions[name] != topic.partitions
    ]
    configs = {name: _config(topic, replication) for name, topic in present.items()}
    actual = await _settings(admin, configs)
    found += [
        f"the topic {name} has {setting} {actual[name].get(setting)} instead of {value}"
        for name, config in configs.items()
        for setting, value in config.items()
        if actual[name].get(setting) != value
    ]
    return found


async def _settings(
    admin: AIOKafkaAdminClient, wanted: Mapping[str, dict[str, str]]
) -> dict[str, dict[str, str | None]]:
    """The actual values of the settings named, by topic."""
    if not wanted:
        return {}
    answers = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, config) for name, config in wanted.items()]
    )
    return {
        name: {setting: value for setting, value, *_ in settings}
        for answer in answers
        for _, _, _, name, settings in answer.resources
    }
