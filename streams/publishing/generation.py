"""The topics of both logs made anew, so that the relay publishes the store once more, with the same positions.

The offsets that the views have stored belong to the topics that go. They are set to what they are in the new ones,
where a partition holds exactly the events of its streams in the order of their positions. What the views hold stays,
and is complete throughout; an event that is read twice changes nothing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import NamedTuple

from psycopg2.errors import LockNotAvailable
from psycopg2.extras import execute_values
from psycopg2.sql import SQL, Identifier, Literal

from streams.crypto.publication_key import PublicationKey
from streams.kafka.admin.identity import read_identity
from streams.kafka.admin.topics import delete_topics, ensure_topics
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import COMMON_TOPICS, RECEIPTS
from streams.publishing.home import LOG_TOPICS, Home, keep_home, read_home
from streams.publishing.publication import LOGS
from streams.store.database import Connection, Cursor, connect, transaction

Offsets = list[tuple[str, int, int]]
"""(topic, partition, next offset)."""
BeforeTruncation = Callable[[Cursor, str], None]
"""Gets a cursor and a schema of views, which is emptied afterwards in the same transaction."""
_BYTE = 256
"""Partitions have to divide it: then the last byte of a stream's id determines its partition."""


class CannotRepublish(Exception):
    """The topics cannot be made anew; the text says why."""


class Republication(NamedTuple):
    """What the relay publishes now: how many events of each log. `other_kafka`, where the old Kafka is gone."""

    events: dict[str, int]
    other_kafka: bool


def republish(
    kafka: KafkaSettings,
    database_url: str,
    views_url: str,
    key: PublicationKey,
    agencies: Collection[str],
    *,
    again: BeforeTruncation | None = None,
) -> Republication:
    """Makes the topics of both logs anew; then the relay goes on. `views_url` signs in as who may change the views.

    With `again`, where the views have read what the store does not hold, the topics of receipts are made anew too, and
    the views begin empty, which nobody can read until they hold everything again. It is called before with each schema
    of views, to keep what is in no store.

    In another Kafka than before, the registrar reads every topic from its beginning, and the receipts of the Kafka
    that is gone leave the views: a later message at the same place is not the one that they answer. May be repeated
    after it was cut short. Raises CannotRepublish, KafkaAway, DatabaseAway, TopicRefused.
    """
    to_database = connect(database_url, application_name="contactpoint republish", idle_timeout_s=0)
    with closing(to_database) as store, _relay_gives_way(store) as home:
        identity = read_identity(kafka, LOG_TOPICS)
        other_kafka = home is not None and home.cluster != identity.cluster
        delete_topics(kafka, lambda name: name in LOG_TOPICS or (again is not None and name.startswith(RECEIPTS)))
        with transaction(store), store.cursor() as cursor:
            schemas = _schemas_of_views(cursor)
            _forget_publication(cursor, everything=other_kafka or again is not None)
            if home is not None and home.key_check != key.check:
                _begin_trees_anew(cursor)
            if other_kafka:
                cursor.execute("delete from register.offsets")
            if again is not None:
                for schema in schemas:
                    again(cursor, schema)
            offsets = {schema: _new_offsets(cursor, schema) for schema in schemas}
        _change_views(views_url, offsets, empty=again is not None, forget_receipts=other_kafka)
        ensure_topics(kafka, agencies)
        with transaction(store), store.cursor() as cursor:
            keep_home(cursor, read_identity(kafka, LOG_TOPICS), key.check)
            cursor.execute("delete from publication.troubles")
            cursor.execute("select (select last from register.counter), (select last from access.counter)")
            counts = cursor.fetchone() or (0, 0)
            if again is not None:
                cursor.execute("update publication.home set register_until = %s, access_until = %s", counts)
    return Republication(dict(zip(LOG_TOPICS, counts, strict=True)), other_kafka)


@contextmanager
def _relay_gives_way(connection: Connection) -> Iterator[Home | None]:
    """Holds the lock of the relay, which lets go when it sees that the logs are being published anew."""
    with transaction(connection), connection.cursor() as cursor:
        home = read_home(cursor)
        cursor.execute(
            "insert into publication.home (cluster_id, key_check, republishing) values ('', '', true)"
            " on conflict (only_row) do update set republishing = true"
        )
    with connection.cursor() as cursor:
        try:
            cursor.execute("select pg_advisory_lock(hashtext('contactpoint relay'))")
        except LockNotAvailable:
            raise CannotRepublish("the relay does not give way; end it, and try again") from None
    connection.commit()
    yield home if home and home.cluster else None


def _forget_publication(cursor: Cursor, *, everything: bool) -> None:
    cursor.execute("delete from publication.published where log = any(%s)", (list(LOG_TOPICS),))
    cursor.execute("delete from publication.partitions where %s or topic = any(%s)", (everything, list(LOG_TOPICS)))


def _begin_trees_anew(cursor: Cursor) -> None:
    """Under another publication key every event is published in other bytes: the trees over them are begun anew."""
    cursor.execute("delete from publication.tiles; delete from publication.checkpoints")


def _schemas_of_views(cursor: Cursor) -> list[str]:
    """The schemas of complete views; one that is being built may be dropped at any moment, and is begun again."""
    cursor.execute("select name from projection.schemas where state in ('live', 'retired')")
    return [schema for (schema,) in cursor.fetchall()]


def _new_offsets(cursor: Cursor, schema: str) -> Offsets:
    """Where views go on in the logs; at 0 where messages have failed, which are known by their old offsets only."""
    partitions = {topic.name: topic.partitions for topic in COMMON_TOPICS}
    found: Offsets = []
    for log in LOG_TOPICS:
        if _BYTE % partitions[log]:
            raise CannotRepublish(f"the {partitions[log]} partitions of {log} do not divide {_BYTE}")
        cursor.execute(
            SQL(
                "select topic, partition, case"
                " when (select count(*) from {schema}.positions each where each.topic = {log}) <> {partitions}"
                " or exists (select from {schema}.failed_messages failed where failed.topic = stored.topic"
                " and failed.partition = stored.partition and failed.code <> 'forged') then 0"
                " else (select count(*) from {store}.events where position <= stored.position"
                " and get_byte(uuid_send(stream), 15) % {partitions} = stored.partition) end"
                " from {schema}.positions stored where topic = {log}"
            ).format(
                schema=Identifier(schema),
                store=Identifier(LOGS[log]),
                log=Literal(log),
                partitions=Literal(partitions[log]),
            )
        )
        found += cursor.fetchall()
    return found


def _change_views(views_url: str, offsets: Mapping[str, Offsets], *, empty: bool, forget_receipts: bool) -> None:
    connection = connect(views_url, application_name="contactpoint republish", idle_timeout_s=0)
    with closing(connection), transaction(connection), connection.cursor() as cursor:
        for schema, of_schema in offsets.items():
            if empty:
                _empty(cursor, schema)
                continue
            _move_offsets(cursor, schema, of_schema)
            if forget_receipts:
                _forget_receipts(cursor, schema)


def _move_offsets(cursor: Cursor, schema: str, offsets: Offsets) -> None:
    place = Identifier(schema)
    execute_values(
        cursor,
        SQL(
            "update {}.positions stored set next_offset = moved.next_offset from (values %s) moved (topic, partition,"
            " next_offset) where (stored.topic, stored.partition) = (moved.topic, moved.partition)"
        )
        .format(place)
        .as_string(cursor),
        offsets or [("", 0, 0)],
    )
    cursor.execute(SQL("delete from {}.failed_messages where topic = any(%s)").format(place), (list(LOG_TOPICS),))


def _forget_receipts(cursor: Cursor, schema: str) -> None:
    """Reads the topics of receipts from their beginning; those of the Kafka that is gone leave the view."""
    cursor.execute(
        SQL(
            "update {schema}.positions set next_offset = 0 where starts_with(topic, {receipts});"
            "delete from {schema}.failed_messages where starts_with(topic, {receipts});"
            "delete from {schema}.receipts"
        ).format(schema=Identifier(schema), receipts=Literal(RECEIPTS))
    )


def _empty(cursor: Cursor, schema: str) -> None:
    cursor.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace and relkind = 'r'",
        (schema,),
    )
    tables = SQL(", ").join(Identifier(schema, name) for (name,) in cursor.fetchall())
    cursor.execute(SQL("truncate {}").format(tables))
