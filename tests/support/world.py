"""A small directory for tests: registrar and projections on a real Postgres, without the processes around them."""

import json
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid4

import orjson

from domain.agency import Agency, Contact
from domain.child import Child, Comparison
from domain.event import RegisterEvent
from domain.matching import Comparer
from domain.vocabulary import AgencyKind
from projections.base import postgres
from projections.base.projection import PublishedEvent, as_changes
from projections.catalogue import ACCESS_LOG, LOGS, REGISTER_LOG
from projections.engine import live
from projections.engine.live_schema import use_live
from projections.receipts.project import Receipts
from services import registers
from services.auth.tokens import issue
from services.configuration.private_files import private_folder
from services.configuration.settings import Settings, read_settings
from services.registrar.batch import Message
from services.registrar.fence import take_fence
from services.registrar.handle import Registrar
from services.registrar.matcher_settings import load_settings
from services.registrar.writer import Writer
from services.runtime.init import KEY_FILES
from streams.clock import Clock, utc_now
from streams.codec import EventMapper, decode_event
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.admin.identity import read_identity
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import submissions_topic
from streams.projecting.reader import decode_receipt
from streams.publishing.home import LOG_TOPICS, keep_home
from streams.store.application import LogApplication
from streams.store.database import Database
from streams.store.raw_event import RawEvent
from tests.support.looks import LookBook
from tests.support.postgres_views import empty_views
from tests.support.signing_in import signed_in
from tests.support.topics import have_topics

AGENCIES = (
    Agency(
        "la-north", "North Council", AgencyKind.LOCAL_AUTHORITY, "E06999001", Contact("Duty desk", phone="01632 960111")
    ),
    Agency("gp", "GP registration", AgencyKind.GP_REGISTRATION),
    Agency("clinic", "Ropewalk clinic", AgencyKind.SENSITIVE_SERVICE),
)


def person(subject: str = "S1", agency: str = "la-north", **particulars: Any) -> dict[str, Any]:
    """A child.registered submission of an invented child."""
    data = {"given_name": "Ada", "family_name": "Quaternion", "date_of_birth": "2001-02-03", "gender": "female"}
    return submission("child.registered", subject, data | particulars, agency)


_ids = count(1)


def submission(kind: str, subject: str, data: dict[str, Any], agency: str = "la-north") -> dict[str, Any]:
    """A submission of that type with an id of its own."""
    return {
        "specversion": "1.0",
        "id": f"id-{next(_ids)}",
        "source": f"urn:agency:{agency}",
        "type": kind,
        "subject": subject,
        "time": "2008-10-23T13:23:00Z",
        "data": data,
    }


class Beginning(NamedTuple):
    """What a directory begins with: the name of a database that knows agencies and users, and the keys of its seals."""

    database: str
    keys: Path

    @classmethod
    def made(cls, database_url: str, keys: Path) -> Self:
        """Makes it in an empty database and a folder that is not there yet."""
        for name, make in KEY_FILES.items():
            make(private_folder(keys) / name)
        empty_views(database_url)
        registers.add_agencies(database_url, AGENCIES)
        registers.add_demo_users(database_url, KeyEncryptionKey.from_file(keys / "key-encryption.key"))
        return cls(database_url.rpartition("/")[2], keys)


class World:
    """Takes submissions and shows them in the views at once."""

    def __init__(
        self,
        kafka: KafkaSettings,
        database_url: str,
        folder: Path,
        *,
        clock: Clock = utc_now,
        new_id: Callable[[], UUID] = uuid4,
        beginning: Beginning | None = None,
    ) -> None:
        """In an empty database, or in a copy of that of a `beginning`."""
        self.kafka, self.database_url, self.folder = kafka, database_url, folder
        self.clock = clock
        self.agencies = [*AGENCIES]
        if beginning:
            copytree(beginning.keys, folder / "keys")
        else:
            Beginning.made(database_url, folder / "keys")
        self.settings = self._settings()
        have_topics(kafka, [agency.code for agency in AGENCIES])
        self.database = Database(database_url, "test")
        with self.database.transaction() as cursor:
            keep_home(cursor, read_identity(kafka, LOG_TOPICS), "")
        self.keys = KeyRing(self.key, reader_of(self.database, "register"))
        self.log = LogApplication(database_url, "register", EventMapper(self.keys))
        with self.database.transaction() as cursor:
            fence = take_fence(cursor)
        self.registrar = Registrar(
            Writer(self.log, self.database, self.keys, fence, clock, new_id), Comparer(load_settings())
        )
        self.registrar.resume()
        self.look_book = LookBook(database_url, self.key, clock)
        self._offsets = count()
        self._shown = 0

    def _settings(self) -> Settings:
        self.key = KeyEncryptionKey.from_file(self.folder / "keys" / "key-encryption.key")
        url = signed_in(self.database_url, "api")
        environ = {"CONTACTPOINT_KAFKA": self.kafka.bootstrap_servers, "CONTACTPOINT_DATABASE_URL": url}
        return read_settings(self.folder, environ)

    def enrol(self, *agencies: Agency) -> None:
        """Takes more agencies into the register."""
        registers.add_agencies(self.database_url, agencies)
        have_topics(self.kafka, [agency.code for agency in agencies])
        self.agencies += agencies

    def close(self) -> None:
        """Closes the connections."""
        self.look_book.close()
        self.log.close()
        self.database.close()

    def token(self, subject: str = "user:demo-practitioner", lifetime: float = 60) -> str:
        """A bearer token."""
        return issue(self.settings, subject, lifetime, self.clock)

    def submit(self, *submissions: dict[str, Any] | bytes) -> list[str]:
        """The outcomes of submissions, which the views show from then on; each goes to its source's own topic."""
        return self.take([self._message(each) for each in submissions])

    def take(self, messages: list[Message]) -> list[str]:
        """The outcomes of messages, which the views show from then on."""
        answers = self.registrar.handle(messages)
        while self.registrar.set_aside():
            pass
        self.show()
        return [answer.outcome for answer in answers]

    def show(self) -> None:
        """Shows in the views all that was decided."""
        with self.database.transaction() as cursor:
            use_live(cursor)
            live.write(cursor, as_changes(self._puts()))
            cursor.execute("select value, position from register.outbox where topic like 'receipts.%' order by ordinal")
            receipts = [decode_receipt(bytes(value), position) for value, position in cursor.fetchall()]
            postgres.write(cursor, as_changes(put for receipt in receipts for put in Receipts().project(receipt)))

    def suspect(self, child: str, other: str, score: float) -> None:
        """As the matcher would: a record of the child may be about the same person as a record of the other."""
        self.suspect_record(child, self.records_of(other)[0], score)

    def suspect_record(self, child: str, suspected: str, score: float) -> None:
        """As `suspect`, of a record of another child."""
        record = self.records_of(child)[0]
        self._append(child, record, lambda c, cause: c.suspect(cause, "test/1", [_compared(suspected, score)]))

    def contradict(self, child: str) -> None:
        """As the matcher would: the first two records of the child contradict each other."""
        record, other = self.records_of(child)[:2]
        self._append(child, record, lambda c, cause: c.contradict(cause, "test/1", [_compared(other, 0.1)]))

    def records_of(self, child: str) -> list[str]:
        """The records of a child, in the order in which they were linked."""
        with self.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute("select record::text from link where child = %s order by position", (child,))
            return [record for (record,) in cursor.fetchall()]

    def _append(self, child: str, record: str, decide: Callable[[Child, RegisterEvent], None]) -> None:
        (cause, *_) = map(self.log.mapper.to_domain_event, self.log.recorder.select_events_of([UUID(record)]))
        known = self.registrar.aggregates.child(child)
        assert known is not None
        assert isinstance(cause, RegisterEvent)
        decide(known, cause)
        self.log.recorder.insert_events([self.log.mapper.to_stored_event(event) for event in known.collect_events()])
        self.show()

    def _message(self, sent: dict[str, Any] | bytes) -> Message:
        owner = None if isinstance(sent, bytes) else next(a for a in self.agencies if a.urn == sent["source"])
        topic = submissions_topic(owner.code if owner else "unclaimed")
        value = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        return Message(topic, 0, next(self._offsets), value, owner)

    def _puts(self) -> Any:
        for raw in self.log.recorder.select_raw(self._shown, 10_000):
            event = _published(raw, self.keys)
            for projection in LOGS[REGISTER_LOG].projections:
                yield from projection.project(event)
            self._shown = event.position

    def events(self) -> list[PublishedEvent]:
        """Every event of the register, as it is published."""
        return [_published(raw, self.keys) for raw in self.log.recorder.select_raw(0, 10_000)]

    def children(self) -> list[str]:
        """The children listed, by id."""
        with self.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute("select distinct child::text from link order by 1")
            return [child for (child,) in cursor.fetchall()]

    def child_with(self, nhs_number: str) -> str:
        """The child of that NHS number."""
        with self.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute(
                "select child::text from link join search on stream = record where nhs_number = %s",
                (nhs_number,),
            )
            return str(cursor.fetchall()[0][0])

    def child_named(self, given: str) -> str:
        """The child with a record of that given name, normalised."""
        with self.database.transaction() as cursor:
            use_live(cursor)
            cursor.execute("select child::text from link join search on stream = record where names[1] = %s", (given,))
            return str(cursor.fetchall()[0][0])

    def view_looks(self) -> None:
        """Shows every look recorded so far in the view of the access log."""
        ring = KeyRing(self.key, reader_of(self.database, "access"))
        log = LogApplication(self.database_url, "access", EventMapper(ring))
        with closing(log), self.database.transaction() as cursor:
            use_live(cursor)
            shown = LOGS[ACCESS_LOG].projections
            events = [_published(raw, ring) for raw in log.recorder.select_raw(0, 100_000)]
            postgres.write(cursor, as_changes(put for event in events for each in shown for put in each.project(event)))

    def looks(self) -> list[dict[str, Any]]:
        """Every look recorded, opened, oldest first."""
        return self._accesses("ChildrenShown.v2")

    def number_of_looks(self) -> int:
        """How many looks are recorded, none of which is opened."""
        with self.database.transaction() as cursor:
            cursor.execute("select count(*) from access.events where topic = 'ChildrenShown.v2'")
            ((number,),) = cursor.fetchall()
        return int(number)

    def denials(self) -> list[dict[str, Any]]:
        """Every record of denied attempts, opened, oldest first."""
        return self._accesses("LookDenied.v1")

    def _accesses(self, kind: str) -> list[dict[str, Any]]:
        ring = KeyRing(self.key, reader_of(self.database, "access"))
        log = LogApplication(self.database_url, "access", EventMapper(ring))
        with closing(log):
            events = log.recorder.select_notifications(1, 100_000, topics=[kind])
            return [vars(log.mapper.to_domain_event(event)) for event in events]


def _compared(record: str, score: float) -> Comparison:
    return Comparison(record, "possible", score, {"given_name": "differs"})


def _published(raw: RawEvent, decryptor: KeyRing) -> PublishedEvent:
    position, stream, version, topic, state = raw
    head = {"position": position, "subject": stream, "version": version, "type": topic}
    return decode_event(orjson.dumps(head | orjson.loads(state)), decryptor)
