"""What the relay's tests do to its servers: fill the event store and the outbox, run relays, read what Kafka holds."""

import json
import random
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent
from kafka import KafkaConsumer, TopicPartition

from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import REGISTER_PARTITIONS
from streams.publishing.relay import encode_event, partition_of, run_relay
from streams.store.database import Database
from streams.store.outbox import write_outbox
from streams.store.recorder import PostgresRecorder
from streams.store.schema import migrate
from tests.support.topics import delete_topics

Message = tuple[str, bytes, bytes]
SECRET = bytes(range(32))
KEY = PublicationKey(SECRET)
_FOLDER = TemporaryDirectory(prefix="contactpoint-tests-")
KEY_FILE = Path(_FOLDER.name) / "publication.key"
KEY_FILE.write_bytes(urlsafe_b64encode(SECRET))


class Store:
    """The database of a test: events and messages are appended to it as the registrar does."""

    def __init__(self, database_url: str) -> None:
        migrate(database_url)
        self.url = database_url
        self.database = Database(database_url, "tests")
        self.register = PostgresRecorder(database_url, "register")
        self.access = PostgresRecorder(database_url, "access")
        self._versions: dict[UUID, int] = {}

    def close(self) -> None:
        for each in (self.database, self.register, self.access):
            each.close()

    def append(self, count: int, *, streams: int = 50, messages: Sequence[Message] = (), log: str = "register") -> None:
        """Appends events to random streams, and messages in the same transaction."""
        recorder = self.register if log == "register" else self.access
        while len(self._versions) < streams:
            self._versions[uuid4()] = 0
        events = [self._next(stream) for stream in random.choices(list(self._versions), k=count)]
        outbox = [(*message, None) for message in messages]
        recorder.insert_events(events, in_transaction=lambda cursor, _: write_outbox(cursor, outbox))

    def _next(self, stream: UUID) -> StoredEvent:
        self._versions[stream] += 1
        state = {"source": "urn:agency:x", "data": {"text": "ä" * random.randrange(300)}}
        return StoredEvent(stream, self._versions[stream], "Something.v1", json.dumps(state).encode())

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with self.database.transaction() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def expected(self, log: str = "register", partitions: int = REGISTER_PARTITIONS) -> list[list[bytes]]:
        """What each partition of the log's topic has to hold."""
        records: list[list[bytes]] = [[] for _ in range(partitions)]
        recorder = self.register if log == "register" else self.access
        topic = f"{log}.events"
        for event in recorder.select_raw(0, 1_000_000):
            published = KEY.with_mac(topic, encode_event(event))
            records[partition_of(event.stream, partitions)].append(published)
        return records

    def is_published(self) -> bool:
        """Whether the relay has recorded that nothing is left."""
        ((behind,),) = self.rows(
            "select (select last from register.counter) - (select position from publication.published where log = %s)"
            " + (select last from access.counter) - (select position from publication.published where log = %s)"
            " + (select count(*) from register.outbox)",
            "register.events",
            "access.events",
        )
        return behind == 0


@contextmanager
def empty_store(kafka: KafkaSettings, database_url: str) -> Iterator[Store]:
    """An empty database, and a Kafka without topics."""
    delete_topics(kafka)
    with closing(Store(database_url)) as store:
        yield store


@contextmanager
def relay(kafka: KafkaSettings, database_url: str) -> Iterator[None]:
    """A relay that runs in a thread."""
    stop = threading.Event()
    thread = threading.Thread(target=run_relay, args=(kafka, database_url, KEY_FILE, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def held(kafka: KafkaSettings, topic: str) -> list[list[bytes]]:
    """The values in each partition of a topic, as a client with default settings reads them."""
    consumer = KafkaConsumer(**kafka.for_kafka_python(), auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        values: dict[TopicPartition, list[bytes]] = {partition: [] for partition in partitions}
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for partition, records in consumer.poll(timeout_ms=500).items():
                values[partition] += [record.value for record in records]
        return list(values.values())
    finally:
        consumer.close()
