"""Which Kafka this is: the id of the cluster, and of each topic, which is another once a topic is made anew."""

from collections.abc import Collection
from typing import NamedTuple

from streams.kafka.admin._client import administration
from streams.kafka.settings import KafkaSettings


class KafkaIdentity(NamedTuple):
    """The cluster's id, and the ids of topics by name; a topic that does not exist is left out."""

    cluster: str
    topics: dict[str, str]


def read_identity(kafka: KafkaSettings, topics: Collection[str]) -> KafkaIdentity:
    """The ids of the cluster and of these topics; raises KafkaAway."""
    with administration(kafka) as client:
        cluster = str(client.describe_cluster()["cluster_id"])
        found = {each["name"]: str(each["topic_id"]) for each in client.describe_topics() if each["partitions"]}
    return KafkaIdentity(cluster, {name: found[name] for name in topics if name in found})
