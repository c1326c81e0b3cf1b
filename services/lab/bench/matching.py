"""What it costs to find out which child a record is: for one record, for a whole load, and as the directory grows."""

import os
import time
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, NamedTuple

import orjson
import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.agency import Agency
from domain.matching import Comparer, features_of
from domain.source_record import Command
from domain.suspension import AgencyStatus
from domain.vocabulary import AgencyKind, agency_code
from services.lab.bench.feeding import mixed
from services.lab.bench.memory import resident_mib
from services.lab.bench.rows import Row, measured
from services.lab.bench.stages import Pace
from services.lab.simulate.agencies import AGENCIES
from services.lab.simulate.model import Record
from services.lab.simulate.population import people
from services.lab.simulate.submissions import sent_for
from services.registrar.batch import Message
from services.registrar.batch_matcher import BatchMatcher, Described
from services.registrar.fence import take_fence
from services.registrar.handle import Registrar
from services.registrar.linking import pending_events
from services.registrar.look_up import MatchState, ReadMatchState, read_match_state
from services.registrar.match_index import candidates_of
from services.registrar.matcher_settings import load_settings
from services.registrar.suspensions import SuspensionRow, write_suspensions
from services.registrar.writer import Writer
from streams.clock import utc_now
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, insert_keys, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.topics import submissions_topic
from streams.store.application import LogApplication
from streams.store.database import Database
from streams.store.schema import migrate

FEEDS = 3
"""Records of each child that are loaded; another one of some children is then looked up."""
SAMPLES = 2_000
SAMPLED_EVERY = 40
"""Of so many children one is looked up, if it has another record."""
BATCH = 2_000
SEED = 5
CHILDREN, LARGE = 100_000, 1_000_000
COMPARED = 60_000
"""Submissions of every kind that are taken with and without matching."""
STEP = 5_000


class Matched(NamedTuple):
    """One record among so many children: median and 99th percentile in ms, and the memory of the process."""

    children: int
    p50_ms: float
    p99_ms: float
    memory_mib: float


class Load:
    """A registrar in this process, on tables of its own, that takes the first records of simulated children."""

    def __init__(self, database_url: str, read: ReadMatchState = read_match_state) -> None:
        migrate(database_url)
        self._database = Database(database_url, "contactpoint bench")
        self._keys = keys = KeyRing(KeyEncryptionKey(os.urandom(32)), reader_of(self._database, "register"))
        self._log = LogApplication(database_url, "register", EventMapper(keys))
        self._comparer = Comparer(load_settings())
        with self._database.transaction() as cursor:
            self._fence = take_fence(cursor)
        self.registrar = Registrar(
            Writer(self._log, self._database, keys, self._fence, utc_now), self._comparer, read_match_state=read
        )
        self.registrar.resume()
        self._children = people(10**9, SEED)
        self._offsets: dict[str, int] = {}
        self._samples: list[Command] = []
        self.children = 0

    def close(self) -> None:
        """Closes the connections."""
        self._log.close()
        self._database.close()

    def take(self, sent: Iterable[dict[str, Any]]) -> Pace:
        """Takes submissions in full batches; counts the time of deciding alone."""
        messages = [self._message(each) for each in sent]
        since = time.perf_counter()
        for begin in range(0, len(messages), BATCH):
            self.registrar.handle(messages[begin : begin + BATCH])
        return Pace(len(messages), time.perf_counter() - since)

    def grow(self, children: int) -> Pace:
        """Takes the records of so many more children."""
        goal, count, seconds = self.children + children, 0, 0.0
        while self.children < goal:
            pace = self.take(self._registrations(goal - self.children))
            count, seconds = count + pace.count, seconds + pace.seconds
        return Pace(count, seconds)

    def find_samples(self) -> Matched:
        """Finds the child of records that are not there yet, one after the other, and keeps nothing."""
        times = []
        every = max(1, len(self._samples) // SAMPLES)
        comparer = self._comparer.among(self.children * FEEDS)
        for described in self._samples[::every]:
            since = time.perf_counter()
            with self._database.transaction() as cursor:
                found = read_match_state(cursor, comparer, [described], ())
            found.matcher.place("asked", found.described[0])
            times.append(1_000 * (time.perf_counter() - since))
        times.sort()
        return Matched(self.children, times[len(times) // 2], times[int(len(times) * 0.99)], resident_mib())

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The answer to a query."""
        with self._database.transaction() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def events(self) -> int:
        """How many events the register has."""
        return int(self.rows("select last from register.counter")[0][0])

    def decide(self, agency: str, status: AgencyStatus) -> None:
        """Has the registrar's next pages follow a decision on an agency, as after a steward's."""
        row = SuspensionRow(agency, status.id, status.suspended, status.set_aside, status.since, True)

        def in_transaction(cursor: Cursor, _: Sequence[int]) -> None:
            insert_keys(cursor, "register", self._keys.take_new())
            write_suspensions(cursor, [row])

        stored = [self._log.mapper.to_stored_event(event) for event in pending_events(status)]
        self._log.recorder.insert_events(stored, in_transaction=in_transaction, fence=self._fence.check)
        self._keys.keep_new()
        self.registrar.resume()

    def _registrations(self, most: int) -> Iterator[dict[str, Any]]:
        for person in islice(self._children, min(most, BATCH)):
            self.children += 1
            for record in person.records[:FEEDS]:
                yield _registration(record)
            if person.number % SAMPLED_EVERY == 0:
                self._samples += [_command(record) for record in person.records[FEEDS : FEEDS + 1]]

    def _message(self, submission: dict[str, Any]) -> Message:
        owner = _OWNERS[agency_code(submission["source"]) or ""]
        topic = submissions_topic(owner.code)
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        return Message(topic, 0, offset, orjson.dumps(submission), owner)


def matching_rows(database_url: str, *, large: bool) -> Iterator[Row | str]:
    """What matching costs at CHILDREN, with `large` also at LARGE; between the rows, texts for the status line."""
    yield "registrar without matching"
    with load(database_url, "bench_alone", alone) as bare:
        without = bare.take(mixed(COMPARED, SEED))
    yield "registrar with matching"
    with load(database_url, "bench_matching") as matching:
        matched = matching.take(mixed(COMPARED, SEED))
    name = "registrar with matching, beside without: a bulk load of feeds"
    yield measured(name, matched.rate, "submissions/s", baseline=without.rate, least_ratio=0.6)
    with load(database_url, "bench_directory") as directory:
        yield from _grown(directory, CHILDREN)
        first = directory.find_samples()
        yield measured(f"matching a record at {CHILDREN:,} children: p99", first.p99_ms, "ms", at_most=10)
        if not large:
            return
        rest = yield from _grown(directory, LARGE - CHILDREN)
        last = directory.find_samples()
        name = f"matching a record at {LARGE:,} children: p99, beside {CHILDREN:,}"
        yield measured(name, last.p99_ms, "ms", baseline=first.p99_ms, most_ratio=1.5)
        yield measured(f"first load of {LARGE:,} children, {FEEDS} feeds", rest.rate, "submissions/s")
        name = "memory of the registrar's deciding (with the simulation) after it"
        yield measured(name, last.memory_mib, "MiB", baseline=first.memory_mib)


def _grown(directory: Load, children: int) -> Generator[str, None, Pace]:
    """Takes so many more children in steps, and reports after each how far it is."""
    count, seconds, goal = 0, 0.0, directory.children + children
    while directory.children < goal:
        pace = directory.grow(min(STEP, goal - directory.children))
        count, seconds = count + pace.count, seconds + pace.seconds
        yield f"matching: {directory.children:,} of {goal:,} children, {count / seconds:,.0f} submissions/s"
    return Pace(count, seconds)


@contextmanager
def load(database_url: str, name: str, read: ReadMatchState = read_match_state) -> Iterator[Load]:
    """A load in a database of its own, which is gone afterwards."""
    _administer(database_url, f"create database {name}")
    try:
        with closing(Load(f"{database_url.rpartition('/')[0]}/{name}", read)) as made:
            yield made
    finally:
        _administer(database_url, f"drop database {name} with (force)")


def alone(cursor: Cursor, comparer: Comparer, describing: Sequence[Command], indexed: Collection[str]) -> MatchState:
    """Makes every record a child of its own: what the registrar does without matching."""
    described = [
        Described(each.data, each.time, each.source, features_of(each.data, each.time, source=each.source), (), ())
        for each in describing
    ]
    candidates = candidates_of(cursor, (), indexed)
    children = {candidate.child for candidate in candidates}
    return MatchState(BatchMatcher(comparer, candidates), children, described)


_OWNERS = {each.code: Agency(each.code, each.code, AgencyKind(each.kind)) for each in AGENCIES}


def _registration(record: Record) -> dict[str, Any]:
    return next(iter(sent_for(record))).submission(f"bench-{record.subject}")


def _command(record: Record) -> Command:
    sent = _registration(record)
    data = sent["data"]
    assert isinstance(data, dict)
    kept = {key: value for key, value in data.items() if value is not None}
    return Command(str(sent["id"]), str(sent["source"]), str(sent["type"]), record.subject, str(sent["time"]), kept)


def _administer(url: str, statement: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
