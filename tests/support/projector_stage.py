"""What tests of the projector do to its servers: publish as the relay does, run projectors, read the views."""

import logging
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from kafka import KafkaProducer

from projections.base.memory import MemoryViews
from projections.base.projection import Row, Table
from projections.catalogue import LOGS, REGISTER_LOG
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import ACCESS_EVENTS, REGISTER_EVENTS, REGISTER_PARTITIONS, receipt_topic
from streams.projecting.projector import run_projector
from streams.projecting.reading import reading_views
from streams.store.database import Database
from tests.support.postgres_views import empty_views, rows
from tests.support.story import Seals, Story
from tests.support.topics import delete_topics, have_topics
from tests.support.waiting import eventually

TABLES = [table for projection in LOGS[REGISTER_LOG].projections for table in projection.tables]
SECRET = bytes(range(32))
PUBLICATION_SECRET = bytes(range(32, 64))


class StoredSeals(Seals):
    """Seals as the registrar does, with keys that the database holds."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._wrapping = KeyEncryptionKey(SECRET)
        self._keys = KeyRing(self._wrapping, reader_of(database, "register"))

    def seal(self, stream: str, version: int, personal: dict[str, Any]) -> str:
        try:
            key = self._keys.key_for(stream)
        finally:
            with self._database.transaction() as cursor:
                for name, wrapped in self._keys.take_new():
                    cursor.execute("insert into register.data_keys (stream, wrapped) values (%s, %s)", (name, wrapped))
            self._keys.keep_new()
        return key.seal(version, personal)

    def wrapped(self, stream: str) -> bytes:
        """The key of a stream as it has to be stored."""
        return self._wrapping.wrap(self._keys.key_for(stream))

    def open(self, stream: str, version: int, sealed: str) -> dict[str, Any]:
        return self._keys.open(stream, version, sealed)


class Stage:
    """The logs in Kafka and the views of one database."""

    def __init__(self, kafka: KafkaSettings, database_url: str, folder: Path) -> None:
        self.kafka, self.url = kafka, database_url
        empty_views(database_url)
        have_topics(kafka, ["gp"])
        self.key = folder / "key-encryption.key"
        self.key.write_bytes(urlsafe_b64encode(SECRET))
        self.publication_key = folder / "publication.key"
        self.publication_key.write_bytes(urlsafe_b64encode(PUBLICATION_SECRET))
        self._publication = PublicationKey(PUBLICATION_SECRET)
        self.database = Database(database_url, "tests")
        self.seals = StoredSeals(self.database)
        self.story = Story(self.seals)
        self._published = 0
        self._producer = KafkaProducer(**kafka.for_kafka_python(), acks="all", linger_ms=5)
        self._sent: dict[str, int] = {}

    def close(self) -> None:
        self._producer.close()
        self.database.close()

    def publish(self) -> None:
        """Publishes the story's events that were not published before."""
        for event, value in list(zip(self.story.events, self.story.values, strict=True))[self._published :]:
            partition = UUID(event.stream).int % REGISTER_PARTITIONS
            self.send(REGISTER_EVENTS, [value], partition=partition, key=event.stream.encode())
        self._published = len(self.story.values)
        self._producer.flush()

    def answer(self, values: Iterable[bytes], agency: str = "gp") -> None:
        """Publishes receipts."""
        self.send(receipt_topic(agency), values)
        self._producer.flush()

    def look(self, values: Iterable[bytes]) -> None:
        """Publishes access events."""
        self.send(ACCESS_EVENTS, values)
        self._producer.flush()

    def send(self, topic: str, values: Iterable[bytes], *, partition: int = 0, key: bytes | None = None) -> None:
        """Publishes messages, with the MAC of each."""
        for value in values:
            if topic in (REGISTER_EVENTS, ACCESS_EVENTS):
                self.forge(topic, self.genuine(topic, value), partition=partition, key=key)
            else:
                self.forge(
                    topic, value, partition=partition, key=key, headers=self._publication.headers(topic, value, 1)
                )

    def genuine(self, topic: str, event: bytes) -> bytes:
        """An event as the relay publishes it."""
        return self._publication.with_mac(topic, event)

    def forge(
        self,
        topic: str,
        value: bytes,
        *,
        partition: int = 0,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Writes into a topic like any client that may."""
        self._producer.send(topic, value, key=key, partition=partition, headers=list(headers))
        self._sent[topic] = self._sent.get(topic, 0) + 1

    @contextmanager
    def projecting(self, publication_key: Path | None = None) -> Iterator[threading.Thread]:
        """A projector that runs in a thread, with another key where one is given."""
        stop = threading.Event()
        thread = threading.Thread(
            target=run_projector, args=(self.kafka, self.url, self.key, publication_key or self.publication_key, stop)
        )
        thread.start()
        try:
            yield thread
        finally:
            stop.set()
            thread.join()

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with reading_views(self.database) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def is_applied(self) -> bool:
        """Whether every message sent has been applied."""
        applied = self.rows("select topic, sum(next_offset)::int from positions where next_offset > 0 group by 1")
        return dict(applied) == self._sent

    def settle(self) -> None:
        """Waits until every message sent has been applied."""
        eventually(self.is_applied)

    def register_views(self) -> dict[str, list[Row]]:
        """What the views of the register hold."""
        with self.database.transaction() as cursor:
            return {table.name: rows(cursor, table) for table in TABLES}

    def expected(self) -> dict[str, list[Row]]:
        """What they have to hold after the story."""
        return expected_rows(self.story, TABLES)


@contextmanager
def empty_stage(kafka: KafkaSettings, database_url: str, folder: Path) -> Iterator[Stage]:
    """Empty logs and views, and a Kafka without topics."""
    delete_topics(kafka)
    with closing(Stage(kafka, database_url, folder)) as stage:
        yield stage


def expected_rows(story: Story, tables: Sequence[Table]) -> dict[str, list[Row]]:
    """The rows of a story, in memory."""
    views = MemoryViews()
    for event in story.events:
        for projection in LOGS[REGISTER_LOG].projections:
            views.apply(projection.project(event))
    return {table.name: views.rows(table) for table in tables}


class Logged(logging.Handler):
    """What was logged, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def has(self, text: str) -> bool:
        """Whether some line holds the text."""
        return self.times(text) > 0

    def times(self, text: str) -> int:
        """How many lines hold the text."""
        return sum(text in line for line in self.lines)


@contextmanager
def logged(package: str = "streams") -> Iterator[Logged]:
    """What the loggers of a package write meanwhile."""
    log, logger = Logged(), logging.getLogger(package)
    level = logger.level
    logger.addHandler(log)
    logger.setLevel(logging.INFO)
    try:
        yield log
    finally:
        logger.removeHandler(log)
        logger.setLevel(level)


def add_records(story: Story, records: int) -> None:
    """Adds about seven events for each of so many records to a story."""
    for number in range(records):
        record = story.registered(subject=f"S{number}", given_name=f"Ada{number}")
        child = story.listed(record)
        story.involved(record)
        story.flagged(record)
        story.ended(record)
        if number % 3 == 0:
            story.amended(record, given_name=f"Augusta{number}")
            story.linked(child, story.registered("la-north", f"L{number}"))
