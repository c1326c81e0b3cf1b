"""Which of the records that rows are about are live, read from the registrar's own tables."""

import time
from collections.abc import Iterable, Sequence

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from domain.vocabulary import SubmissionType
from services.feeds.convert import Converted
from services.feeds.layout import CHILD
from services.submit.waiting import PATIENCE_S, Stuck
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import submissions_topic
from streams.store.database import Database

_LIMIT_MS = 10_000
_PAUSE_S = 0.2

_LIVE = """
select key from register.record_keys keys
where source = %s and kind = 'subject' and key = any(%s) and (
    select topic like 'RecordRegistered.%%' from register.events
    where stream = keys.stream
      and (topic like 'RecordRegistered.%%' or topic like 'RecordDeregistered.%%')
    order by version desc limit 1
)
"""


class RecordStatus:
    """Which of an agency's records are live: registered and not deregistered, also by what was sent but not decided."""

    def __init__(self, database: Database, source: str) -> None:
        self._database, self._source = database, source
        self._changed: dict[int, bool] = {}

    def set_types(self, batch: Sequence[Converted]) -> None:
        """Sets the type of each submission that describes a child: it amends a live record, and registers any other."""
        subjects = {each.subject for each in batch if any(made.type == CHILD for made in each.made)}
        live = self._live(subjects)
        for converted in batch:
            name = converted.subject
            for made in converted.made:
                known = self._changed.get(hash(name), name in live)
                if made.type == CHILD and known:
                    made.submission["type"] = SubmissionType.CHILD_AMENDED.value
                elif made.type == CHILD:
                    self._changed[hash(name)] = True
                elif made.type == SubmissionType.CHILD_DEREGISTERED:
                    self._changed[hash(name)] = False

    def _live(self, subjects: Iterable[str]) -> set[str]:
        with self._database.transaction() as cursor:
            cursor.execute(_LIVE, (self._source, list(subjects)))
            return {key for (key,) in cursor.fetchall()}


def wait_until_decided(kafka: KafkaSettings, database: Database, agency: str) -> None:
    """Waits until the registrar has decided what the agency sent before; raises KafkaAway, or Stuck after a minute."""
    ends = _ends(kafka, submissions_topic(agency))
    behind, moved = sum(ends.values()), time.monotonic()
    while True:
        now = sum(max(0, end - _next_offset(database, partition)) for partition, end in ends.items())
        if now == 0:
            return
        if now < behind:
            behind, moved = now, time.monotonic()
        if time.monotonic() - moved > PATIENCE_S:
            raise Stuck(
                f"the registrar has not decided what {agency} sent before, and nothing has moved for {PATIENCE_S} s;"
                " look at `contactpoint status`, then send the file again"
            )
        time.sleep(_PAUSE_S)


def _ends(kafka: KafkaSettings, topic: str) -> dict[TopicPartition, int]:
    try:
        consumer = KafkaConsumer(
            **kafka.for_kafka_python(),
            group_id=None,
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=_LIMIT_MS,
            request_timeout_ms=_LIMIT_MS,
            metrics_enabled=False,
        )
        try:
            partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
            ends: dict[TopicPartition, int] = consumer.end_offsets(partitions, _LIMIT_MS)
            return ends
        finally:
            consumer.close()
    except KafkaError as error:
        raise KafkaAway(f"Kafka cannot be reached at {kafka.bootstrap_servers}") from error


def _next_offset(database: Database, partition: TopicPartition) -> int:
    with database.transaction() as cursor:
        cursor.execute(
            "select next_offset from register.offsets where topic = %s and partition = %s",
            (partition.topic, partition.partition),
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0
