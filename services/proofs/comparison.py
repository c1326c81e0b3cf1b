"""Kafka, the store and the signed tree side by side, position by position, in bounded memory.

Where all three agree, an event costs one MAC and two hashes. Where they do not, what there is of the window is read
apart and kept, for `differences.py` to find what was done.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from psycopg2.sql import SQL, Identifier

from domain.transparency.appending import GrowingTree
from domain.transparency.merkle import HASH_BYTES
from domain.transparency.tiles import WIDTH
from projections.base.partition import Partition
from services.proofs import stored
from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import ACCESS_PARTITIONS, REGISTER_PARTITIONS
from streams.projecting.bulk_read import SILENT_FOR_S, bulk_consumer
from streams.publishing.relay import encode_event, partition_of
from streams.store.database import Database
from streams.store.raw_event import RawEvent

PARTITIONS = {"register": REGISTER_PARTITIONS, "access": ACCESS_PARTITIONS}
WINDOW = 4 * WIDTH
MOST_KEPT = 10_000
"""Differences that are kept for a diagnosis; further ones are counted."""
_NOTHING = bytes(HASH_BYTES)


class Record(NamedTuple):
    """A message of Kafka: its place, its bytes, whether it has a right MAC, and the position that it names."""

    partition: int
    offset: int
    value: bytes
    genuine: bool
    position: int | None


class ForeignMessage(NamedTuple):
    """A message that belongs nowhere in its partition, and the position of the event that was due there."""

    record: Record
    due: int | None


class Difference(NamedTuple):
    """A position where not all agree: the signed digest, the stored event, Kafka's message; None is missing."""

    position: int
    signed: bytes | None
    held: RawEvent | None
    record: Record | None


@dataclass
class LogComparison:
    """What the comparison of one log has found; `roots` are those of the events and of what was signed, by size."""

    log: str
    events: int
    root: bytes
    signed_size: int
    published: int
    counted: int
    differences: list[Difference] = field(default_factory=list)
    differing: int = 0
    replaced: int = 0
    foreign: list[ForeignMessage] = field(default_factory=list)
    last_of_partition: dict[int, int] = field(default_factory=dict)
    last_held: int = 0
    roots: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    tiles: list[str] = field(default_factory=list)


async def compare_log(
    kafka: KafkaSettings,
    database: Database,
    key: PublicationKey,
    log: str,
    sizes: Sequence[int],
    progress: Callable[[int], None],
) -> LogComparison:
    """Compares a log from its beginning; remembers the roots at these sizes. Raises KafkaAway, DatabaseAway.

    What is published and signed is read before Kafka's ends, so that all of it lies below them, and what the store has
    counted afterwards, so that no message below them is ahead of it: others may write meanwhile.
    """
    topic = f"{log}.events"
    begin = {Partition(topic, number): 0 for number in range(PARTITIONS[log])}
    async with bulk_consumer(kafka, begin, check_crcs=False) as consumer:
        with database.transaction() as cursor:
            signed, published = stored.latest(cursor, log), stored.published(cursor, log)
        ends = await consumer.end_offsets([TopicPartition(*each) for each in begin])
        with database.transaction() as cursor:
            cursor.execute(
                SQL("select last, (select max(position) from {0}.events) from {0}.counter").format(Identifier(log))
            )
            counted, last_held = cursor.fetchone() or (0, 0)
        size = signed.size if signed else 0
        compared = LogComparison(
            log, max(counted, size), b"", size, max(published, size), counted, last_held=last_held or 0
        )
        comparer = _LogComparer(_Partitions(kafka, consumer, topic, ends, key), database, key, compared, {*sizes, size})
        for after in range(0, compared.events, WINDOW):
            await comparer.window(after, min(after + WINDOW, compared.events))
            progress(min(after + WINDOW, compared.events))
        await comparer.rest()
        compared.root = comparer.root()
    return compared


class _Partitions:
    """The partitions of a log's topic, each read in its order."""

    def __init__(
        self,
        kafka: KafkaSettings,
        consumer: AIOKafkaConsumer,
        topic: str,
        ends: Mapping[TopicPartition, int],
        key: PublicationKey,
    ) -> None:
        self._kafka = kafka
        self._consumer = consumer
        self._topic = topic
        self._ends = {each.partition: end for each, end in ends.items()}
        self._key = key
        self._queues: dict[int, deque[Any]] = {number: deque() for number in self._ends}
        self.numbers = sorted(self._queues)

    async def next(self, partition: int) -> Any:
        """The next message of a partition, which stays there; None at its end."""
        queue = self._queues[partition]
        if not queue:
            await self._fill(partition)
        return queue[0] if queue else None

    def pass_by(self, partition: int) -> None:
        """Goes on to the message behind the next one."""
        self._queues[partition].popleft()

    def read(self, message: Any) -> Record:
        """What a message is."""
        genuine = self._key.is_genuine(self._topic, message.value)
        return Record(message.partition, message.offset, message.value or b"", genuine, _position(message.value))

    async def _fill(self, partition: int) -> None:
        where, end = TopicPartition(self._topic, partition), self._ends[partition]
        until = time.monotonic() + SILENT_FOR_S
        while await self._consumer.position(where) < end:
            fetched = (await self._consumer.getmany(where, timeout_ms=1000)).get(where, ())
            if fetched:
                self._queues[partition].extend(each for each in fetched if each.offset < end)
                return
            if time.monotonic() > until:
                raise KafkaAway(f"Kafka at {self._kafka.bootstrap_servers} gives nothing although there is more")


class _LogComparer:
    def __init__(
        self, partitions: _Partitions, database: Database, key: PublicationKey, compared: LogComparison, sizes: set[int]
    ) -> None:
        self._partitions = partitions
        self._database = database
        self._key = key
        self._compared = compared
        self._log = compared.log
        self._sizes = sizes
        self._topic = f"{compared.log}.events"
        self._events = GrowingTree(compared.log)
        self._signed = self._events
        """The tree of what was signed: the same one as long as the events are what was signed."""
        self._note_roots()

    async def window(self, after: int, last: int) -> None:
        """Compares the positions after `after` up to `last`."""
        rows, signed = self._read(after, last)
        held = {row.position: row for row in rows}
        due = self._due(rows)
        agree = True
        for position in range(after + 1, last + 1):
            row = held.get(position)
            if agree and row is not None and position <= self._compared.published:
                value = self._key.with_mac(self._topic, encode_event(row))
                partition = partition_of(row.stream, len(self._partitions.numbers))
                message = await self._partitions.next(partition)
                digest = sha256(value).digest()
                if message is not None and message.value == value and signed.get(position, digest) == digest:
                    self._partitions.pass_by(partition)
                    self._compared.last_of_partition[partition] = position
                    self._grow(digest, digest)
                    continue
            if agree:
                agree = False
                found = await self._apart(position, last, due)
            self._differ(position, signed.get(position), row, found.get(position))

    async def rest(self) -> None:
        """What Kafka holds beyond the last position: what is new since is no finding."""
        await self._apart(self._compared.events + 1, None, {})

    def root(self) -> bytes:
        """The root of all events."""
        return self._events.root()

    def _read(self, after: int, last: int) -> tuple[list[RawEvent], dict[int, bytes]]:
        log = self._log
        with self._database.transaction() as cursor:
            cursor.execute(
                SQL(
                    "select position, stream::text, version, topic, state from {}.events"
                    " where position > %s and position <= %s order by position"
                ).format(Identifier(log)),
                (after, last),
            )
            rows = [
                RawEvent(position, stream, version, kind, bytes(state))
                for position, stream, version, kind, state in cursor.fetchall()
            ]
            digests = b"".join(
                stored.hashes(cursor, log, 0, number).ljust(WIDTH * HASH_BYTES, b"\x00")
                for number in range(after // WIDTH, -(-last // WIDTH))
            )
        signed = min(last, self._compared.signed_size) - after
        return rows, {after + 1 + at: digests[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(max(0, signed))}

    def _due(self, rows: Sequence[RawEvent]) -> dict[int, list[int]]:
        """The positions that are due in each partition, the next one last."""
        due: dict[int, list[int]] = {number: [] for number in self._partitions.numbers}
        for row in reversed(rows):
            due[partition_of(row.stream, len(due))].append(row.position)
        return due

    async def _apart(self, first: int, last: int | None, due: dict[int, list[int]]) -> dict[int, Record]:
        """All messages up to a position by their positions; what belongs nowhere is kept as foreign."""
        found: dict[int, Record] = {}
        for partition in self._partitions.numbers:
            waiting = due.get(partition, [])
            while message := await self._partitions.next(partition):
                record = self._partitions.read(message)
                position = record.position
                if record.genuine and position is not None and last is not None and position > last:
                    break
                self._partitions.pass_by(partition)
                while waiting and (waiting[-1] < first or waiting[-1] in found):
                    waiting.pop()
                if not record.genuine or position is None or position < first or position in found:
                    self._keep_foreign(ForeignMessage(record, waiting[-1] if waiting else None))
                elif last is None:
                    if position > self._compared.counted:
                        self._keep_foreign(ForeignMessage(record, None))
                else:
                    found[position] = record
                    self._compared.last_of_partition[partition] = position
        return found

    def _differ(self, position: int, signed: bytes | None, row: RawEvent | None, record: Record | None) -> None:
        """Takes a position where something may not agree; keeps it as a difference where something does not."""
        held = sha256(self._key.with_mac(self._topic, encode_event(row))).digest() if row else None
        read = sha256(record.value).digest() if record else None
        there = [held] if position > self._compared.published else [held, read]
        wanted = signed or held
        if any(each != wanted for each in there) or wanted is None:
            self._compared.differing += 1
            self._compared.replaced += held is not None and held == read
            if len(self._compared.differences) < MOST_KEPT:
                self._compared.differences.append(Difference(position, signed, row, record))
        self._grow(held or read or signed or _NOTHING, signed or held or read or _NOTHING)

    def _grow(self, event: bytes, signed: bytes) -> None:
        if event != signed and self._signed is self._events:
            self._signed = deepcopy(self._events)
        self._events.append(event)
        if self._signed is not self._events:
            self._signed.append(signed)
        if self._events.size % WINDOW == 0 or self._events.size == self._compared.signed_size:
            self._check_tiles()
        if self._events.size in self._sizes:
            self._note_roots()

    def _note_roots(self) -> None:
        if self._events.size in self._sizes:
            self._compared.roots[self._events.size] = self._events.root(), self._signed.root()

    def _check_tiles(self) -> None:
        """Compares the stored tiles above the entries with those that follow from the entries."""
        size = self._signed.size
        if size > self._compared.signed_size:
            self._signed.stored()
            self._events.stored()
            return
        with self._database.transaction() as cursor:
            for level, number, hashes in self._signed.unstored():
                whole = size == self._compared.signed_size or len(hashes) == WIDTH * HASH_BYTES
                if (
                    level
                    and whole
                    and stored.hashes(cursor, self._compared.log, level, number)[: len(hashes)] != hashes
                ):
                    self._compared.tiles.append(f"tile/{level}/{number:03d}")
        self._signed.stored()
        self._events.stored()

    def _keep_foreign(self, foreign: ForeignMessage) -> None:
        if len(self._compared.foreign) < MOST_KEPT:
            self._compared.foreign.append(foreign)


def _position(value: bytes | None) -> int | None:
    try:
        position = json.loads(value or b"")["position"]
    except (ValueError, TypeError, KeyError):
        return None
    return position if position.__class__ is int and position > 0 else None
