"""Whether Postgres and Kafka belong together: for `status`, readiness, the registrar, and whoever would show or send.

The relay finds out and stores what is wrong; whoever can reach Kafka too compares again, for the relay may not run.
"""

from contextlib import closing
from datetime import datetime
from weakref import WeakKeyDictionary

from kafka import TopicPartition
from psycopg2.extensions import connection as Connection  # noqa: N812

from projections.base.prepared import Prepared
from projections.catalogue import ACCESS_LOG, REGISTER_LOG
from projections.engine.positions import views_position
from projections.visibility.scope import FOR_AGENCY, FOR_ARCHIVE
from services.queries._kafka_reader import kafka_reader
from services.queries.troubles import Trouble
from streams.kafka.admin.identity import read_identity
from streams.kafka.settings import KafkaSettings
from streams.publishing import home
from streams.publishing.home import (
    KAFKA,
    LOG_TOPICS,
    keep_home,
    keep_troubles,
    read_home,
    stored_troubles,
    troubles_between,
)
from streams.store.database import Cursor, Database, DatabaseAway

SHOWS_ALL = frozenset({"head-lost", "republishing", "store-gap", "foreign", "partitions", "no-topic"})
"""Codes of troubles that take nothing from what the views hold, so that the directory can be used meanwhile."""
NOT_MET = "the relay has not yet found out whether Postgres and this Kafka belong together; start it, or read its log"
LIMIT_MS = 6_000
_BELONGING = Prepared(
    "belonging",
    ("text[]", "text", "text"),
    "select (select says || '; ' || remedy from publication.troubles where code <> all($1) order by part limit 1),"  # noqa: S608
    f" {FOR_AGENCY % '$2'}, {FOR_ARCHIVE % '$3'}, home.since, home.register_until, home.access_until"
    " from (select) as always left join publication.home on true",
)
"""Every look needs this: all of it in one trip, planned once."""
_filled: WeakKeyDictionary[Connection, tuple[datetime, int, int]] = WeakKeyDictionary()
"""By connection, since when the database belongs to its Kafka and how much views had to hold, once they hold it.

They lose it by `resync`, which stores another time, or where a backup is put back, which ends every connection.
"""


class NotTogether(DatabaseAway):
    """What is in Postgres does not belong to this Kafka, or is not all of it; the text says what to do."""


def troubles(cursor: Cursor, kafka: KafkaSettings | None = None) -> list[Trouble]:
    """What is wrong and since when, each with the step that mends it; compares with Kafka too where it is given."""
    stored = stored_troubles(cursor)
    found = {part: _since(trouble, f"{since:%Y-%m-%d %H:%M}") for part, (trouble, since) in stored.items()}
    belongs_to = read_home(cursor)
    if kafka and belongs_to:
        for trouble in troubles_between(belongs_to, read_identity(kafka, LOG_TOPICS)):
            found.setdefault(trouble.part, _since(trouble, "now"))
    return list(found.values())


def refuse_what_does_not_belong(cursor: Cursor, agency: str | None = None, archive: str | None = None) -> None:
    """Raises NotTogether where the views may lack what Kafka or an earlier Postgres held: then nobody is absent.

    The cursor is one of a transaction on the live views. From then on it reads what is hidden from others than the
    agency, where one is given, and of children who are in the archive since the moment `archive` or later.
    """
    _BELONGING.execute(cursor, (list(SHOWS_ALL), agency or "", archive or ""))
    ((trouble, _, _, since, *until),) = cursor.fetchall()
    if trouble is not None:
        raise NotTogether(trouble)
    if None in until:
        raise NotTogether(NOT_MET)
    if _filled.get(cursor.connection) == (since, *until):
        return
    for log, wanted in zip((REGISTER_LOG, ACCESS_LOG), until, strict=True):
        if wanted:
            held = views_position(cursor, log)
            if held < wanted:
                raise NotTogether(f"the views are being filled again and hold {held:,} of {wanted:,} events; wait")
    _filled[cursor.connection] = since, *until


def refuse_other_kafka(kafka: KafkaSettings, database: Database, *, must_have_met: bool = False) -> None:
    """Raises NotTogether before anything is read from, or sent to, a Kafka that the database does not belong to."""
    with database.transaction() as cursor:
        belongs_to = read_home(cursor)
    if belongs_to is None:
        if must_have_met:
            raise NotTogether(NOT_MET)
        return
    for trouble in troubles_between(belongs_to, read_identity(kafka, LOG_TOPICS)):
        if trouble.part == KAFKA:
            raise NotTogether(f"{trouble.message}; {trouble.remedy}")


def meet(kafka: KafkaSettings, database_url: str, key_check: str) -> None:
    """Stores that a new database belongs to this Kafka, where its logs are empty too; else the relay finds out.

    That a database belongs to another Kafka is stored before anything runs: so no API is ready for a moment.
    """
    with closing(Database(database_url, "contactpoint init")) as database:
        identity = read_identity(kafka, LOG_TOPICS)
        with database.transaction() as cursor:
            known = read_home(cursor)
            if known is not None:
                found = troubles_between(known, identity, key_check)
                if any(trouble.part == KAFKA for trouble in found):
                    keep_troubles(cursor, found)
                return
        with kafka_reader(kafka, LIMIT_MS) as consumer:
            places = [TopicPartition(log, n) for log in LOG_TOPICS for n in consumer.partitions_for_topic(log) or ()]
            if any(consumer.end_offsets(places, LIMIT_MS).values()):
                return
        with database.transaction() as cursor:
            keep_home(cursor, identity, key_check)


def _since(trouble: home.Trouble, since: str) -> Trouble:
    role = "kafka" if trouble.part == KAFKA else "relay"
    return Trouble(role, f"{trouble.message} (since {since})", trouble.remedy)
