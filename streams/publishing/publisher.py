"""One session of publishing: finds where Kafka's partitions end, and appends what the database holds after that."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from projections.base.partition import Partition
from streams.crypto.publication_key import PublicationKey
from streams.kafka.admin.identity import KafkaIdentity, read_identity
from streams.kafka.admin.topics import ensure_topics
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import COMMON_TOPICS, NOTICES, RECEIPTS
from streams.publishing.appender import NO_HEADERS, Appender, Batch, Headers, Identity
from streams.publishing.home import (
    AHEAD,
    KAFKA,
    LOG_TOPICS,
    REPUBLISH,
    RESTORE,
    RESYNC,
    Home,
    Trouble,
    troubles_between,
)
from streams.publishing.publication import LOGS, NOTHING, OUTBOX, GivesWay, PartitionEnd, Publication
from streams.publishing.tail import NotPublishable, last_event
from streams.publishing.trees import A_STEP, Trees
from streams.store.raw_event import RawEvent

EVENTS_A_ROUND = 1_000
MESSAGES_A_ROUND = 500


Record: TypeAlias = tuple[int, Partition, bytes | None, bytes, Headers]
"""(position, partition, key, value, headers) of a message to publish; the position is that of the event, or the ordinal
in the outbox. A plain tuple: one that names its fields costs 0.3 µs more for each message.
"""

_log = logging.getLogger(__name__)


def partition_of(stream: str, partitions: int) -> int:
    """The partition of a stream, which is given as the text of its UUID."""
    return int(stream.replace("-", ""), 16) % partitions


def encode_event(event: RawEvent) -> bytes:
    """A stored event as a CloudEvent without its MAC: the columns of its row, then its state as it is stored."""
    position, stream, version, topic, state = event
    head = (
        f'{{"specversion":"1.0","id":"{stream}.{version}","type":"{topic}","subject":"{stream}"'
        f',"position":{position},"version":{version},'
    )
    return head.encode() + state[1:]


class Publisher:
    """Publishes both logs and the outbox, in rounds. After any exception a new publisher has to be made.

    Call `begin` first. Every method raises KafkaAway, DatabaseAway, OffsetTaken, BatchRefused, NotPublishable,
    CheckpointTaken. Without `trees` nothing is proven of what is published.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        publication: Publication,
        appender: Appender,
        key: PublicationKey,
        trees: Trees | None = None,
    ) -> None:
        self._trees = trees
        self._kafka = kafka
        self._publication = publication
        self._key = key
        self._appender = appender
        self._identity = Identity(-1, -1)
        self._published: dict[str, int] = {}
        self._checkpoint_wanted = False
        self._stopped: dict[str, Trouble] = {}
        self._damaged: dict[str, Trouble] = {}
        self._ends: dict[Partition, PartitionEnd] = {}
        self._partitions = {
            topic.name: [Partition(topic.name, number) for number in range(topic.partitions)]
            for topic in COMMON_TOPICS
            if topic.name in LOGS
        }

    async def begin(self, *, new_identity: bool = False) -> None:
        """Reads how far everything is published; `new_identity`, where others may have written to our partitions.

        Raises NotPublishable where nothing may be; where only one log may not, that is left out, see `troubles`.
        """
        kafka = await asyncio.to_thread(read_identity, self._kafka, LOG_TOPICS)
        home = self._publication.home()
        self._check_home(home, kafka)
        known = self._publication.identity(kafka.cluster)
        if known is None or new_identity:
            self._identity = await self._appender.new_identity()
            self._publication.keep_identity(kafka.cluster, *self._identity)
        else:
            self._identity = Identity(*known)
        last, recorded = self._publication.look().positions, self._publication.published() if known else {}
        for log in LOGS:
            if log not in self._stopped:
                await self._read_log(log, last[log], recorded.get(log, 0))
        self._published[OUTBOX] = recorded.get(OUTBOX, 0)
        ahead = any(trouble.code == AHEAD for trouble in self._stopped.values())
        if ahead or (home is None and self._stopped):
            self._publication.keep_troubles(self.troubles)
            raise NotPublishable(next(iter(self._stopped.values())))
        if home is None:
            self._publication.keep_home(kafka, self._key.check)
        self._publication.record(self._published, self._ends)
        self._publication.keep_troubles(self.troubles)

    @property
    def troubles(self) -> list[Trouble]:
        """Why logs are not published, and what else is wrong with them."""
        return [*self._stopped.values(), *(each for log, each in self._damaged.items() if log not in self._stopped)]

    def _check_home(self, home: Home | None, kafka: KafkaIdentity) -> None:
        """Raises NotPublishable where the database belongs to another Kafka; a log that was begun anew is stopped."""
        self._stopped = {each.part: each for each in troubles_between(home, kafka, self._key.check)} if home else {}
        if self._stopped.keys() & {KAFKA}:
            self._publication.keep_troubles(self.troubles)
            if home and home.republishing:
                raise GivesWay
            raise NotPublishable(self._stopped[KAFKA])

    async def _read_log(self, log: str, last: int, recorded: int) -> None:
        """Reads how far a log is published; stops it where Kafka contradicts the database."""
        try:
            self._check_partitions(log)
            tails = await self._appender.tails(self._partitions[log])
            for partition, tail in tails.items():
                position, identity = await last_event(self._appender, self._key, partition, tail)
                self._check_held(partition, position, identity, last)
                self._ends[partition] = PartitionEnd(tail.end_offset, position)
                if tail.first_offset:
                    message = f"Kafka has lost the first {tail.first_offset:,} messages of {partition}"
                    self._damaged[log] = Trouble(log, "head-lost", message, REPUBLISH)
            self._published[log] = self._resume_after(log, recorded)
        except NotPublishable as stop:
            self._stopped[log] = stop.trouble

    def _check_partitions(self, log: str) -> None:
        found, wanted = self._appender.partitions_of(log), len(self._partitions[log])
        if found != wanted:
            message = f"the topic {log} has {found} partitions instead of {wanted}"
            raise NotPublishable(Trouble(log, "partitions", message, REPUBLISH))

    def _check_held(self, partition: Partition, position: int, identity: str, last: int) -> None:
        """Raises NotPublishable where the event store does not hold the last event of a partition."""
        if position == 0:
            return
        stored = self._publication.events(partition.topic, position - 1, 1)
        if not stored or identity != f"{stored[0].stream}.{stored[0].version}":
            message = (
                f"{partition} ends with position {position}, which the event store does not hold (it ends at {last}):"
                " Postgres went back in time or was begun anew, or this Kafka and this database do not belong together"
            )
            raise NotPublishable(Trouble(partition.topic, AHEAD, message, RESYNC))

    def _resume_after(self, log: str, recorded: int) -> int:
        """The position up to which the partitions of a log together hold every event."""
        ends = {partition: self._ends[partition] for partition in self._partitions[log]}
        if not recorded:
            return min(end.position for end in ends.values())
        before = self._publication.partitions()
        shorter = [end.position for partition, end in ends.items() if _is_shorter(end, before.get(partition, NOTHING))]
        if shorter:
            _log.warning("Kafka has lost the end of %s; it is published again", log)
        return min([recorded, *shorter])

    async def publish_round(self) -> bool:
        """Publishes a bounded number of new events and messages, and records that; returns False if there were none."""
        last, self._checkpoint_wanted = self._publication.look()
        behind = [log for log, end in last.items() if log not in self._stopped and end > self._published[log]]
        if not behind:
            return False
        batches = _Batches(self._identity, self._ends)
        reached = dict(self._published)
        values: dict[str, list[bytes]] = {log: [] for log in behind if log != OUTBOX}
        for log in behind:
            try:
                records = await self._messages() if log == OUTBOX else self._events(log, values[log])
                reached[log] = batches.fill(records, otherwise=last[log])
            except NotPublishable as stop:
                self._stopped[log] = stop.trouble
                self._publication.keep_troubles(self.troubles)
        growing = [self._grow(log, of_log[: reached[log] - self._published[log]]) for log, of_log in values.items()]
        await asyncio.gather(self._appender.append(batches.all()), *growing)
        appended = batches.ends()
        self._publication.record(reached, appended, outbox_before=self._published[OUTBOX])
        self._ends |= appended
        self._published = reached
        self._checkpoint_wanted = self._publication.look().checkpoint
        return True

    async def keep_trees(self) -> bool:
        """Adds to a tree that is behind, and signs the checkpoints that are due; returns False if no tree is behind."""
        if self._trees is None:
            return False
        log = self._trees.behind(self._published)
        if log is not None:
            after = self._trees.size(log)
            rows = self._publication.events(log, after, min(A_STEP, self._published[log] - after))
            values = [self._key.with_mac(log, encode_event(event)) for event in rows]
            await self._trees.extend(log, after + 1, values)
            return bool(rows)
        self._trees.sign_due(self._checkpoint_wanted)
        return False

    async def _grow(self, log: str, values: Sequence[bytes]) -> None:
        """Adds to the tree of a log what is being published: while Kafka works, this costs the least."""
        if self._trees is not None:
            await self._trees.extend(log, self._published[log] + 1, values)

    def _events(self, log: str, values: list[bytes]) -> Iterator[Record]:
        """The next events of a log; what is published of them goes into `values` too."""
        after = self._published[log]
        rows = self._publication.events(log, after, EVENTS_A_ROUND)
        if not rows or rows[0].position != after + 1 or rows[-1].position != after + len(rows):
            message = f"the event store of {log} does not hold every position after {after}"
            raise NotPublishable(Trouble(log, "store-gap", message, RESTORE))
        partitions = self._partitions[log]
        for event in rows:
            partition = partitions[partition_of(event.stream, len(partitions))]
            value = self._key.with_mac(log, encode_event(event))
            values.append(value)
            yield event.position, partition, event.stream.encode(), value, NO_HEADERS

    async def _messages(self) -> list[Record]:
        rows = self._publication.outbox(self._published[OUTBOX], MESSAGES_A_ROUND)
        unknown = {Partition(message.topic, 0) for message in rows} - self._ends.keys()
        if unknown:
            await self._read_ends(unknown)
        return [
            (ordinal, Partition(topic, 0), key, value, self._key.headers(topic, value, position))
            for ordinal, topic, key, value, position in rows
        ]

    async def _read_ends(self, partitions: set[Partition]) -> None:
        """Reads how far topics of the outbox are published: their last records may still be in it."""
        await self._create_missing({partition.topic for partition in partitions})
        before = self._publication.partitions()
        for partition, tail in (await self._appender.tails(partitions)).items():
            waiting = self._publication.outbox_position(partition.topic, tail.last) if tail.last is not None else 0
            self._ends[partition] = PartitionEnd(tail.end_offset, waiting or before.get(partition, NOTHING).position)

    async def _create_missing(self, topics: set[str]) -> None:
        if all(map(self._appender.partitions_of, topics)):
            return
        codes = [topic.removeprefix(RECEIPTS) for topic in topics if topic.startswith(RECEIPTS)]
        notices = [topic for topic in topics if topic.startswith(NOTICES)]
        await asyncio.to_thread(ensure_topics, self._kafka, codes, notices)
        await self._appender.refresh()
        for topic in topics:
            if not self._appender.partitions_of(topic):
                message = f"the outbox names the topic {topic}, which does not exist"
                raise NotPublishable(Trouble(OUTBOX, "no-topic", message, "run `contactpoint run init`"))


def _is_shorter(end: PartitionEnd, before: PartitionEnd) -> bool:
    """Whether a partition has lost its end; what others wrote there since may have made up for the number."""
    return end.end_offset < before.end_offset or end.position < before.position


class _Batches:
    """The batches of one round, at most one a partition, and the position of the last record in each."""

    def __init__(self, identity: Identity, ends: Mapping[Partition, PartitionEnd]) -> None:
        self._identity = identity
        self._before = ends
        self._batches: dict[Partition, Batch] = {}
        self._positions: dict[Partition, int] = {}

    def fill(self, records: Iterable[Record], *, otherwise: int) -> int:
        """Adds records in their order until a batch is full; leaves out those that are in their partition already.

        Returns the position up to which all is published once the batches are, and `otherwise` where no record came.
        """
        reached = otherwise
        for position, partition, key, value, headers in records:
            if position > self._before[partition].position:
                batch = self._batches.get(partition)
                if batch is None:
                    batch = Batch(partition, self._before[partition].end_offset, self._identity)
                    self._batches[partition] = batch
                if not batch.add(key, value, headers):
                    break
                self._positions[partition] = position
            reached = position
        return reached

    def all(self) -> list[Batch]:
        return list(self._batches.values())

    def ends(self) -> dict[Partition, PartitionEnd]:
        """Where the partitions end once the batches are appended."""
        return {
            partition: PartitionEnd(batch.offset + batch.count, self._positions[partition])
            for partition, batch in self._batches.items()
        }
