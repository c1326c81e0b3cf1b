"""A registrar on an empty register, without Kafka: what tests send it, and what is stored afterwards."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

from domain.agency import Agency
from domain.matching import Comparer
from domain.vocabulary import AgencyKind
from services.registrar.batch import Message
from services.registrar.budgets import Limits
from services.registrar.decide_batch import NewId
from services.registrar.fence import take_fence
from services.registrar.handle import Pause, Registrar
from services.registrar.matcher_settings import load_settings
from services.registrar.receipts import Answer
from services.registrar.writer import Writer
from streams.clock import Clock, utc_now
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.kafka.topics import submissions_topic
from streams.store.application import LogApplication
from streams.store.database import Database
from streams.store.schema import migrate
from tests.support.examples import KEY_ENCRYPTION_KEY
from tests.support.world import submission

AUTHORITY = Agency("la-x", "An authority", AgencyKind.LOCAL_AUTHORITY, "E06999001")
GP = Agency("gp-x", "A practice", AgencyKind.GP_REGISTRATION)


def numbered(number: int, kind: str = "child.registered", subject: str = "S1", **changes: Any) -> dict[str, Any]:
    """A submission of the authority whose id follows from record and number, with data that its type allows."""
    data: dict[str, dict[str, Any]] = {
        "child.registered": {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03"},
        "child.amended": {"given_name": "Tamsin", "family_name": "Achebe", "date_of_birth": "2001-02-03"},
        "involvement.started": {"involvement": f"{subject}/1", "service": "gp", "started_on": "2007-01-01"},
        "involvement.ended": {"involvement": f"{subject}/1", "ended_on": "2008-01-01"},
        "record.removed": {"reason": "died"},
        "flag.raised": {"flag": "common-assessment", "raised_on": "2008-01-01", "contact": {"name": "A Person"}},
    }
    return submission(kind, subject, data[kind], AUTHORITY.code) | {"id": f"{subject}-{number}"} | changes


@dataclass
class Desk:
    """A registrar, with the offsets that Kafka would give. It waits by `pause` before it tries again."""

    url: str
    comparer: Comparer = field(default_factory=lambda: Comparer(load_settings()))
    ends: Counter[str] = field(default_factory=Counter)
    clock: Clock = utc_now
    pause: Pause = time.sleep
    new_id: NewId = uuid4
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.database = Database(self.url, "test")
        self.open()

    def open(self) -> Registrar:
        """A registrar that starts from what is stored, as after a restart."""
        keys = KeyRing(KEY_ENCRYPTION_KEY, reader_of(self.database, "register"))
        self.log = LogApplication(self.url, "register", EventMapper(keys))
        with self.database.transaction() as cursor:
            self.fence = take_fence(cursor)
        self.registrar = Registrar(
            Writer(self.log, self.database, keys, self.fence, self.clock, self.new_id),
            self.comparer,
            pause=self.pause,
            limits=self.limits,
        )
        self.registrar.resume()
        return self.registrar

    def close(self) -> None:
        """Closes the connections."""
        self.log.close()
        self.database.close()

    def message(self, value: bytes | dict[str, Any], owner: Agency | None = AUTHORITY, **more: Any) -> Message:
        """The next message of an agency's topic, or of a topic that nobody has claimed."""
        topic = submissions_topic(owner.code if owner else "unclaimed")
        offset = self.ends[topic]
        self.ends[topic] += 1
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return Message(topic, 0, offset, raw, owner, **more)

    def send(self, *values: bytes | dict[str, Any], owner: Agency | None = AUTHORITY) -> list[Answer]:
        """The registrar's answers to a batch."""
        return self.registrar.handle([self.message(value, owner) for value in values])

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.database.transaction() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def types(self) -> list[str]:
        """The types of all events, in order."""
        return [row[0] for row in self.rows("select topic from register.events order by position")]

    def count(self, table: str) -> int:
        """How many rows a table of the register has."""
        return int(self.rows(f"select count(*) from register.{table}")[0][0])


D = TypeVar("D", bound=Desk)


@contextmanager
def open_desk(kind: type[D], database_url: str) -> Iterator[D]:
    """A desk on tables without rows, in place of those that an earlier test filled."""
    with closing(Database(database_url, "test")) as database, database.transaction() as cursor:
        cursor.execute("drop schema if exists register, publication, access, registry, store, projection cascade")
    migrate(database_url)
    with closing(kind(database_url)) as desk:
        yield desk
