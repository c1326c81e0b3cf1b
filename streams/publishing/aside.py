"""What Kafka's logs hold and the event store does not, after Postgres went back in time: copied into a file."""

import asyncio
import json
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError
from psycopg2.sql import SQL, Identifier

from projections.base.partition import Partition
from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.projecting.bulk_read import BATCH, bulk_consumer
from streams.projecting.probe import KafkaProbe
from streams.publishing.home import LOG_TOPICS
from streams.publishing.publication import LOGS
from streams.store.database import Cursor, Database

PRIVATE_FILE = 0o600


def copy_aside(kafka: KafkaSettings, database_url: str, key: PublicationKey, file: Path) -> int:
    """Writes the genuine events that the store does not hold into a new file, one a line; returns how many.

    Without any, there is no file. Raises KafkaAway, DatabaseAway, FileExistsError.
    """
    with closing(Database(database_url, "contactpoint resync")) as database:
        try:
            return asyncio.run(_copy(kafka, database, key, file))
        except (KafkaError, TimeoutError):
            raise KafkaAway(f"Kafka cannot be reached at {kafka.bootstrap_servers}") from None


async def _copy(kafka: KafkaSettings, database: Database, key: PublicationKey, file: Path) -> int:
    async with KafkaProbe(kafka) as probe:
        ends = await probe.ends({each for each in await probe.partitions() if each.topic in LOG_TOPICS})
    left = {partition: end for partition, end in ends.items() if end}
    count = 0
    async with bulk_consumer(kafka, dict.fromkeys(left, 0)) as consumer:
        while left:
            for where, records in (await consumer.getmany(timeout_ms=1000, max_records=BATCH)).items():
                partition = Partition(where.topic, where.partition)
                values = [each.value for each in records if key.is_genuine(where.topic, each.value)]
                with database.transaction() as cursor:
                    newer = _not_held(cursor, where.topic, values)
                count += len(newer)
                _append(file, newer)
                if partition in left and records[-1].offset + 1 >= left[partition]:
                    del left[partition]
            left = {partition: end for partition, end in left.items() if await _has_more(consumer, partition, end)}
    return count


async def _has_more(consumer: Any, partition: Partition, end: int) -> bool:
    """Whether there is something to read before the end: what Kafka has deleted or passed over does not count."""
    where = next(each for each in consumer.assignment() if each[:2] == partition)
    return int(await consumer.position(where)) < end


def _not_held(cursor: Cursor, log: str, values: Iterable[bytes]) -> list[bytes]:
    by_position = {(event := json.loads(value))["position"]: (event["id"], value) for value in values}
    cursor.execute(
        SQL("select position, stream || '.' || version from {}.events where position = any(%s)").format(
            Identifier(LOGS[log])
        ),
        (list(by_position),),
    )
    held = dict(cursor.fetchall())
    return [value for position, (name, value) in by_position.items() if held.get(position) != name]


def _append(file: Path, values: Iterable[bytes]) -> None:
    lines = b"".join(value + b"\n" for value in values)
    if lines:
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_FILE)
        with os.fdopen(descriptor, "ab") as out:
            out.write(lines)
            out.flush()
            os.fsync(out.fileno())
