"""The bare work that each stage is compared with: the same bytes on the same servers, without the product around it."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from eventsourcing.persistence import StoredEvent
from kafka import KafkaProducer
from psycopg2.sql import SQL, Identifier

from services.lab.bench.harness import Harness
from services.lab.bench.stages import Pace
from streams.kafka.admin.topics import create_missing
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import REGISTER_EVENTS, Topic
from streams.store.database import Database
from streams.store.recorder import PostgresRecorder
from streams.store.schema import create_log


def bare_recorder(stack: Harness, batch: int) -> Pace:
    """The register's own events, inserted by our recorder in batches of that size into empty tables, and no more."""
    url = stack.settings.need_database()
    with closing(Database(url, "contactpoint bench")) as database, database.transaction() as cursor:
        cursor.execute("drop schema if exists bare cascade")
        create_log(cursor, "bare")
    with closing(PostgresRecorder(url, "register")) as source, closing(PostgresRecorder(url, "bare")) as target:
        count, seconds, after = 0, 0.0, 0
        while events := source.select_notifications(after, batch, inclusive_of_start=False):
            after = events[-1].id
            plain = [StoredEvent(e.originator_id, e.originator_version, e.topic, e.state) for e in events]
            since = time.perf_counter()
            target.insert_events(plain)
            seconds += time.perf_counter() - since
            count += len(plain)
    return Pace(count, seconds)


def bare_producer(kafka: KafkaSettings, messages: Sequence[tuple[bytes, bytes]]) -> Pace:
    """The same keys and values through kafka-python's idempotent producer into an empty topic."""
    topic = Topic("bench.bare", 4, {"cleanup.policy": "delete"})
    create_missing(kafka, [topic])
    producer = KafkaProducer(**kafka.for_kafka_python(), acks="all", enable_idempotence=True, linger_ms=5)
    since = time.perf_counter()
    for key, value in messages:
        producer.send(topic.name, value, key)
    producer.flush()
    seconds = time.perf_counter() - since
    producer.close()
    return Pace(len(messages), seconds)


def bare_agent(kafka: KafkaSettings, messages: int, folder: Path) -> Pace:
    """A Faust agent that does nothing, on register.events, in a process of its own; its files lie in the folder."""
    words = [
        sys.executable,
        "-m",
        "services.lab.bench.bare_agent",
        kafka.bootstrap_servers,
        REGISTER_EVENTS,
        str(messages),
        str(folder),
    ]
    signs_in = f"{kafka.sasl_username}\n{kafka.sasl_password}"
    result = subprocess.run(words, input=signs_in, capture_output=True, text=True, check=True, timeout=600)  # noqa: S603
    count, seconds = result.stdout.split()[-2:]
    return Pace(int(count), float(seconds))


def bare_copy(stack: Harness) -> Pace:
    """Every row of every view, copied out of it and timed going into a table that has no index."""
    url = stack.settings.need_database()
    count, seconds = 0, 0.0
    ((schema,),) = stack.rows("select current_schema()")
    with closing(Database(url, "contactpoint bench", statement_timeout_s=0)) as database:
        tables = [name for (name,) in stack.rows("select tablename from pg_tables where schemaname = %s", (schema,))]
        for name in tables:
            source = SQL("{}.{}").format(Identifier(schema), Identifier(name))
            with tempfile.TemporaryFile() as file, database.transaction() as cursor:
                cursor.copy_expert(SQL("copy {} to stdout").format(source), file)
                cursor.execute(SQL("create table bare_copy (like {})").format(source))
                file.seek(0)
                since = time.perf_counter()
                cursor.copy_expert("copy bare_copy from stdin", file)
                seconds += time.perf_counter() - since
                count += cursor.rowcount
                cursor.execute("drop table bare_copy")
    return Pace(count, seconds)
