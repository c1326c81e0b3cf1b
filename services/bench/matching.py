"""What it costs to find out which child a record is: for one record, for a whole load, and as the directory grows."""

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

import orjson
import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.agency import Agency
from domain.identity import Comparer, features_of
from domain.source_record import Said
from domain.vocabulary import AgencyKind
from services.bench.memory import resident_mib
from services.bench.stages import Pace
from services.identity.settings_file import load_settings
from services.registrar import schema
from services.registrar.handle import Message, Registrar
from services.registrar.match_index import candidates_of
from services.registrar.places import Described, Places, ReadPlaces, read_places
from services.simulate.agencies import AGENCIES
from services.simulate.model import Record
from services.simulate.population import people
from services.simulate.submissions import sent_for
from streams.codec import EventMapper
from streams.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Database
from streams.store.keys import KeyRing, reader_of
from streams.store.schema import create_schemas
from streams.topics import submissions_topic

FEEDS = 3
"""Records of each child that are loaded; another one of some children is then asked about."""
ASKED = 2_000
ASKED_EVERY = 40
"""Of so many children one is asked about, if it has another record."""
BATCH = 2_000
SEED = 5

Progress = Callable[[str], None]


class Matched(NamedTuple):
    """One record among so many children: median and 99th percentile in ms, and the memory of the process."""

    children: int
    p50_ms: float
    p99_ms: float
    memory_mib: float


class Load:
    """A registrar in this process, on tables of its own, that takes the first records of simulated children."""

    def __init__(self, database_url: str, read: ReadPlaces = read_places) -> None:
        create_schemas(database_url)
        schema.create(database_url)
        self._database = Database(database_url, "contactpoint bench")
        keys = KeyRing(KeyEncryptionKey(os.urandom(32)), reader_of(self._database, "register"))
        self._log = LogApplication(database_url, "register", EventMapper(keys))
        self._comparer = Comparer(load_settings())
        self._registrar = Registrar(
            self._log, self._database, keys, self._comparer, clock=lambda: datetime.now(UTC), read_places=read
        )
        self._registrar.resume()
        self._children = people(10**9, SEED)
        self._offsets: dict[str, int] = {}
        self._asked: list[Said] = []
        self.children = 0

    def close(self) -> None:
        """Closes the connections."""
        self._log.close()
        self._database.close()

    def grow(self, children: int, progress: Progress) -> Pace:
        """Takes the records of so many more children."""
        goal, count, seconds = self.children + children, 0, 0.0
        while self.children < goal:
            messages = list(self._messages(goal - self.children))
            since = time.perf_counter()
            for begin in range(0, len(messages), BATCH):
                self._registrar.handle(messages[begin : begin + BATCH])
            seconds += time.perf_counter() - since
            count += len(messages)
            progress(f"matching: {self.children:,} of {goal:,} children, {count / seconds:,.0f} submissions/s")
        return Pace(count, seconds)

    def ask(self) -> Matched:
        """Finds the child of records that are not there yet, one after the other, and keeps nothing."""
        times = []
        every = max(1, len(self._asked) // ASKED)
        comparer = self._comparer.among(self.children * FEEDS)
        for said in self._asked[::every]:
            since = time.perf_counter()
            with self._database.transaction() as cursor:
                places, _ = read_places(cursor, comparer, [said], ())
            places.place("asked", said)
            times.append(1_000 * (time.perf_counter() - since))
        times.sort()
        return Matched(self.children, times[len(times) // 2], times[int(len(times) * 0.99)], resident_mib())

    def _messages(self, most: int) -> Iterator[Message]:
        for person in islice(self._children, min(most, BATCH)):
            self.children += 1
            for record in person.records[:FEEDS]:
                yield self._message(record)
            if person.number % ASKED_EVERY == 0:
                self._asked += [_said(record) for record in person.records[FEEDS : FEEDS + 1]]

    def _message(self, record: Record) -> Message:
        topic = submissions_topic(record.agency.code)
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        value = orjson.dumps(_registration(record))
        return Message(topic, 0, offset, value, _OWNERS[record.agency.code])


@contextmanager
def load(database_url: str, name: str, read: ReadPlaces = read_places) -> Iterator[Load]:
    """A load in a database of its own, which is gone afterwards."""
    _administer(database_url, f"create database {name}")
    try:
        with closing(Load(f"{database_url.rpartition('/')[0]}/{name}", read)) as made:
            yield made
    finally:
        _administer(database_url, f"drop database {name} with (force)")


def alone(
    cursor: Cursor, comparer: Comparer, describing: Sequence[Said], own: Collection[str]
) -> tuple[Places, set[str]]:
    """Makes every record a child of its own: what the registrar does without matching."""
    described = {
        id(said): Described(features_of(said.data, said.time, source=said.source), (), ()) for said in describing
    }
    candidates = candidates_of(cursor, (), own)
    return Places(comparer, candidates, described), {candidate.child for candidate in candidates}


_OWNERS = {each.code: Agency(each.code, each.code, AgencyKind(each.kind)) for each in AGENCIES}


def _registration(record: Record) -> dict[str, object]:
    return next(iter(sent_for(record))).submission(f"bench-{record.subject}")


def _said(record: Record) -> Said:
    sent = _registration(record)
    data = sent["data"]
    assert isinstance(data, dict)
    kept = {key: value for key, value in data.items() if value is not None}
    return Said(
        str(sent["id"]), str(sent["type"]), record.subject, str(sent["time"]), kept, _OWNERS[record.agency.code]
    )


def _administer(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
