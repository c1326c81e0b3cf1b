"""What Kafka's logs hold and the event store does not, after Postgres went back in time: copied into a file."""

import asyncio
import json
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from aiokafka.errors import KafkaError
from psycopg2.sql import SQL, Identifier

from domain.vocabulary import STEWARDSHIP_SOURCE
from streams.crypto.publication_key import PublicationKey
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.projecting.bulk_read import Span, read_spans
from streams.projecting.probe import KafkaProbe
from streams.projecting.reader import genuine
from streams.publishing.home import LOG_TOPICS
from streams.publishing.publication import LOGS
from streams.store.database import Cursor, Database

PRIVATE_FILE = 0o600


class Aside(NamedTuple):
    """How many events were set aside, and how many of them follow from decisions of data stewards."""

    events: int
    decided: int


def copy_aside(kafka: KafkaSettings, database_url: str, key: PublicationKey, file: Path) -> Aside:
    """Writes the genuine events that the store does not hold into a new file, one a line; returns how many.

    Without any, there is no file. Raises KafkaAway, DatabaseAway.
    """
    with closing(Database(database_url, "contactpoint resync")) as database:
        try:
            return asyncio.run(_copy(kafka, database, key, file))
        except (KafkaError, TimeoutError):
            raise KafkaAway(f"Kafka cannot be reached at {kafka.bootstrap_servers}") from None


async def _copy(kafka: KafkaSettings, database: Database, key: PublicationKey, file: Path) -> Aside:
    async with KafkaProbe(kafka) as probe:
        ends = await probe.ends({each for each in await probe.partitions() if each.topic in LOG_TOPICS})
    events = decided = 0
    async for fetched in read_spans(kafka, {partition: Span(0, end) for partition, end in ends.items()}):
        for partition, records in fetched.items():
            published, _ = genuine(partition, records, key)
            with database.transaction() as cursor:
                newer = _not_held(cursor, partition.topic, [record.value for record in published])
            events += len(newer)
            decided += sum(json.loads(value)["source"] == STEWARDSHIP_SOURCE for value in newer)
            _append(file, newer)
    return Aside(events, decided)


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
