"""The logs published again from the store: after Kafka was lost, or after Postgres went back in time."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from psycopg2.sql import SQL, Identifier

from projections.receipts.query import COLUMNS, receipt_document
from services.configuration.private_files import private_folder
from services.configuration.settings import Settings
from services.registers import load_agencies
from streams.clock import utc_now
from streams.crypto.publication_key import PublicationKey
from streams.kafka.topics import RECEIPTS, SUBMISSIONS, UNCLAIMED
from streams.publishing.aside import Aside, copy_aside
from streams.publishing.generation import BeforeTruncation, CannotRepublish, Republication, republish
from streams.publishing.home import AHEAD, stored_troubles
from streams.store.database import Cursor, Database
from streams.store.outbox import Message, write_outbox

RECEIPTS_A_ROUND = 5_000


class NothingBeyond(Exception):
    """Kafka's logs hold nothing that the event store lacks."""


@dataclass(frozen=True, slots=True)
class RepublishResult:
    """How many events the relay publishes now, and whether that is into another Kafka than before."""

    events: int
    other_kafka: bool

    def document(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"events": self.events, "other_kafka": self.other_kafka}


def publish_again(settings: Settings) -> RepublishResult:
    """Makes the topics of the logs anew; raises what `republish` raises, and UnusableKey."""
    with (
        closing(Database(settings.need_database(), "contactpoint republish")) as database,
        database.transaction() as cursor,
    ):
        ahead = [trouble for trouble, _ in stored_troubles(cursor).values() if trouble.code == AHEAD]
    if ahead:
        raise CannotRepublish(f"{ahead[0].message}; {ahead[0].remedy}")
    return _again(settings, PublicationKey.from_file(settings.publication_key))


def resync(settings: Settings) -> tuple[RepublishResult, Aside, Path]:
    """Sets aside what Kafka holds beyond the store, and publishes the store anew, with the receipts of the views.

    The registrar goes on from its stored offsets: what Kafka still has of submissions since is decided again, but for
    decisions of data managers, whose looks are lost. Returns also how many events are aside, and in which file.
    Raises NothingBeyond, and what `republish` raises.
    """
    folder = private_folder(settings.data / "aside")
    file = folder / f"events-{utc_now():%Y%m%dT%H%M%SZ}.ndjson"
    key = PublicationKey.from_file(settings.publication_key)
    aside = copy_aside(settings.need_kafka(), settings.need_database(), key, file)
    if not aside.events:
        raise NothingBeyond("Kafka holds nothing that Postgres lacks; `contactpoint status` says what is wrong")
    return _again(settings, key, _publish_receipts_again), aside, file


def _again(settings: Settings, key: PublicationKey, keep: BeforeTruncation | None = None) -> RepublishResult:
    database_url = settings.need_database()
    with closing(Database(database_url, "contactpoint republish")) as database, database.transaction() as cursor:
        agencies = list(load_agencies(cursor))
    views_url = settings.signing_in_as("projector").need_database()
    done: Republication = republish(settings.need_kafka(), database_url, views_url, key, agencies, again=keep)
    return RepublishResult(sum(done.events.values()), done.other_kafka)


def _publish_receipts_again(cursor: Cursor, schema: str) -> None:
    """Leaves the receipts that a schema of views holds for the relay, whose topics are new.

    Without those that the outbox still has, and those of messages that the registrar, gone back in time too, has yet to
    decide: the views may have read receipts of decisions that the store does not hold.
    """
    cursor.execute(
        "select convert_from(value, 'UTF8')::json ->> 'message' from register.outbox where starts_with(topic, %s)",
        (RECEIPTS,),
    )
    waiting = {message for (message,) in cursor.fetchall()}
    after: tuple[str, int, int] = ("", 0, 0)
    while rows := _receipts_after(cursor, schema, after):
        messages = [
            _message(row[4], receipt_document(*row)) for row in rows if "{}/{}/{}".format(*row[4:7]) not in waiting
        ]
        write_outbox(cursor, messages)
        after = rows[-1][4:7]


def _receipts_after(cursor: Cursor, schema: str, after: tuple[str, int, int]) -> list[tuple[Any, ...]]:
    """The next receipts, as `receipt_document` takes them: topic, partition and offset are the fifth column and on."""
    cursor.execute(
        SQL(
            f"select {COLUMNS}"  # noqa: S608
            " from {}.receipts join register.offsets using (topic, partition) where message_offset < next_offset"
            " and (topic, partition, message_offset) > (%s, %s, %s) order by topic, partition, message_offset limit %s"
        ).format(Identifier(schema)),
        (*after, RECEIPTS_A_ROUND),
    )
    return cursor.fetchall()


def _message(topic: str, receipt: Mapping[str, Any]) -> Message:
    """A receipt of a message of that topic, as the registrar wrote it."""
    key = (receipt["source"] or UNCLAIMED).encode()
    published = {**receipt, "position": None}
    return RECEIPTS + topic.removeprefix(SUBMISSIONS), key, orjson.dumps(published), receipt["position"]
