"""The Kafka that a database belongs to, for good: read, compared with the one that is there, and stored.

Where they do not belong together, what one holds contradicts the other, and nothing may be published: positions and
offsets of one Kafka mean something else in another.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from streams.kafka.admin.identity import KafkaIdentity
from streams.kafka.topics import ACCESS_EVENTS, REGISTER_EVENTS

LOG_TOPICS = (REGISTER_EVENTS, ACCESS_EVENTS)
AHEAD = "ahead"
"""The code where Kafka holds more than the event store."""
KAFKA = "kafka"
"""The part that a trouble is about where it is about no single log."""
REPUBLISH = "run `contactpoint republish`"
RESYNC = "put a newer backup of Postgres back or, where there is none, run `contactpoint resync`"
RESTORE = "restore Postgres from a backup"
KEY_BACK = f"put publication.key back from your backup or, where it is lost, {REPUBLISH}"


class Home(NamedTuple):
    """The cluster and the topics that a database belongs to; `key_check` names the publication key."""

    cluster: str
    key_check: str
    since: datetime
    republishing: bool
    topics: dict[str, str]


class Trouble(NamedTuple):
    """What keeps a log, or KAFKA as a whole, from being published: a code, a sentence, and the step that mends it."""

    part: str
    code: str
    message: str
    remedy: str


def read_home(cursor: Cursor) -> Home | None:
    """What was stored, or None where this database has not met its Kafka yet."""
    cursor.execute("select cluster_id, key_check, since, republishing from publication.home")
    row = cursor.fetchone()
    if row is None:
        return None
    cursor.execute("select topic, topic_id::text from publication.topics")
    cluster, key_check, since, republishing = row
    return Home(cluster, key_check, since, republishing, dict(cursor.fetchall()))


def keep_home(cursor: Cursor, kafka: KafkaIdentity, key_check: str) -> None:
    """Stores which Kafka the database belongs to from now on, in the place of any other."""
    cursor.execute(
        "insert into publication.home (cluster_id, key_check) values (%s, %s) on conflict (only_row) do update"
        " set cluster_id = excluded.cluster_id, key_check = excluded.key_check, since = now(), republishing = false",
        (kafka.cluster, key_check),
    )
    cursor.execute("delete from publication.topics")
    execute_values(cursor, "insert into publication.topics (topic, topic_id) values %s", list(kafka.topics.items()))


def troubles_between(home: Home, kafka: KafkaIdentity, key_check: str | None = None) -> list[Trouble]:
    """Why a database and a Kafka do not belong together; none where they do. Without a key, that is not compared.

    A topic that is not named may be hidden from the caller; the relay makes it where it is missing, and sees its id.
    """
    if home.republishing:
        return [Trouble(KAFKA, "republishing", "the logs are being published again, or that was cut short", REPUBLISH)]
    since = f"{home.since:%Y-%m-%d %H:%M}"
    if home.cluster != kafka.cluster:
        message = f"Postgres belongs to another Kafka than this one since {since}, or that Kafka was begun anew"
        return [Trouble(KAFKA, "other-kafka", message, REPUBLISH)]
    if key_check not in (None, home.key_check):
        message = f"publication.key is not the key under which the logs are published since {since}"
        return [Trouble(KAFKA, "other-key", message, KEY_BACK)]
    return [
        Trouble(topic, "begun-anew", f"the topic {topic} was begun anew and lacks what was published before", REPUBLISH)
        for topic, topic_id in home.topics.items()
        if kafka.topics.get(topic, topic_id) != topic_id
    ]


def keep_troubles(cursor: Cursor, troubles: Iterable[Trouble]) -> None:
    """Stores these troubles and no others; one that was there before keeps the time since which it is."""
    rows = list(troubles)
    affected = [trouble.part for trouble in rows]
    cursor.execute("delete from publication.troubles where not part = any(%s)", (affected,))
    if rows:
        execute_values(
            cursor,
            "insert into publication.troubles as stored (part, code, says, remedy) values %s on conflict (part)"
            " do update set code = excluded.code, says = excluded.says, remedy = excluded.remedy,"
            " since = case when stored.code = excluded.code then stored.since else now() end",
            rows,
        )


def stored_troubles(cursor: Cursor) -> Mapping[str, tuple[Trouble, datetime]]:
    """The troubles that the relay has found, each with the time since which it is, by their part."""
    cursor.execute("select part, code, says, remedy, since from publication.troubles order by part")
    return {row[0]: (Trouble(*row[:4]), row[4]) for row in cursor.fetchall()}
