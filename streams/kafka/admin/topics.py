"""Creates topics, and compares existing ones with what they have to be."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from streams.kafka.admin._client import LIMIT_MS, administration
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import (
    ACCESS_EVENTS,
    COMMON_TOPICS,
    NOTICES,
    RECEIPTS,
    REGISTER_EVENTS,
    STEWARDSHIP,
    SUBMISSIONS,
    UNCLAIMED,
    Topic,
    agency_topics,
    notice_topics,
    notices_topic,
)

_LOGS = (REGISTER_EVENTS, ACCESS_EVENTS)
"""Topics in whose partitions streams have their place."""


POLL_S = 0.1


class TopicRefused(Exception):
    """A topic cannot be used: Kafka refuses to create it, or it is another one; the text names it and says why."""


def ensure_topics(kafka: KafkaSettings, agencies: Iterable[str], notices: Iterable[str] = ()) -> None:
    """Creates missing topics: the common ones, those of the agencies with these codes, and those of `notices` by name.

    Other processes may do so at once. Returns when the topics can be used. Raises TopicRefused, and KafkaAway where
    Kafka does not answer within 10 s.
    """
    of_agencies = [topic for code in agencies for topic in agency_topics(code)]
    create_missing(kafka, [*COMMON_TOPICS, *of_agencies, *notice_topics(notices)])


def create_missing(kafka: KafkaSettings, topics: Iterable[Topic]) -> None:
    """Creates those of the topics that do not exist, in one request, and returns when all can be used."""
    by_name = {topic.name: topic for topic in topics}
    with administration(kafka) as client:
        present = _partitions(client)
        _refuse_other_logs(by_name, present)
        missing = sorted(by_name.keys() - present.keys())
        if missing:
            wanted = {name: _new(by_name[name], kafka.replication) for name in missing}
            for answer in client.create_topics(wanted, raise_errors=False)["topics"]:
                if for_code(answer["error_code"]) not in (NoError, TopicAlreadyExistsError):
                    reason = answer["error_message"] or for_code(answer["error_code"]).__name__
                    raise TopicRefused(f"Kafka refuses to create the topic {answer['name']}: {reason}")
            client.wait_for_topics(missing, timeout_ms=LIMIT_MS)


def _refuse_other_logs(wanted: Mapping[str, Topic], present: Mapping[str, int]) -> None:
    for name in _LOGS:
        if name in wanted and present.get(name, wanted[name].partitions) != wanted[name].partitions:
            raise TopicRefused(
                f"the topic {name} has {present[name]} partitions instead of {wanted[name].partitions}, and the"
                " partition of a stream cannot change: see `Partitions of the logs` in docs/operations.md"
            )


def check_topics(kafka: KafkaSettings) -> list[str]:
    """How the topics differ from what they have to be, one sentence each; raises KafkaAway."""
    with administration(kafka) as client:
        return _differences(client, kafka.replication)


def _new(topic: Topic, replication: int) -> dict[str, Any]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": replication,
        "configs": _config(topic, replication),
    }


def _config(topic: Topic, replication: int) -> dict[str, str]:
    return {**topic.config, "min.insync.replicas": str(max(1, replication - 1))}


def _partitions(client: Any) -> dict[str, int]:
    """The number of partitions of every topic that is ready, which means that each partition has a leader."""
    return {
        topic["name"]: len(topic["partitions"])
        for topic in client.describe_topics()
        if topic["partitions"] and all(partition["leader_id"] >= 0 for partition in topic["partitions"])
    }


def _differences(client: Any, replication: int) -> list[str]:
    partitions = _partitions(client)
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
    actual = _settings(client, configs)
    found += [
        f"the topic {name} has {setting} {actual[name].get(setting)} instead of {value}"
        for name, config in configs.items()
        for setting, value in config.items()
        if actual[name].get(setting) != value
    ]
    return found


def _settings(client: Any, wanted: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str | None]]:
    """The actual values of the settings named, by topic."""
    if not wanted:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, config) for name, config in wanted.items()]
    topics = client.describe_configs(resources, config_filter="all")["topic"]
    return {name: {key: each["value"] for key, each in found.items()} for name, found in topics.items()}


def delete_topics(kafka: KafkaSettings, wanted: Callable[[str], bool]) -> None:
    """Deletes those topics for whose names `wanted` holds, and returns when they are gone; raises TopicRefused."""
    with administration(kafka) as client:
        names = sorted(filter(wanted, (topic["name"] for topic in client.describe_topics())))
        if not names:
            return
        for answer in client.delete_topics(names, raise_errors=False)["topics"]:
            if for_code(answer["error_code"]) not in (NoError, UnknownTopicOrPartitionError):
                reason = answer["error_message"] or for_code(answer["error_code"]).__name__
                raise TopicRefused(f"Kafka refuses to delete the topic {answer['name']}: {reason}")
        until = time.monotonic() + LIMIT_MS / 1000
        while {topic["name"] for topic in client.describe_topics()} & set(names):
            if time.monotonic() > until:
                raise TopicRefused("Kafka does not delete the topics of the logs in time; try again")
            time.sleep(POLL_S)
