"""Dead letters: messages that could not be read, kept raw in a Kafka topic for seven days, or counted alone."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import Any

import orjson
from kafka import TopicPartition

from projections.engine import failures
from projections.engine.failures import FORGED
from services.queries._kafka_reader import kafka_reader
from services.registers import INVALID, BudgetUse, exceeded
from streams.codec import iso_text
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.kafka.topics import DEAD_LETTERS, submissions_topic
from streams.projecting.reading import reading_views
from streams.store.database import Cursor, Database

MOST_FAILURES = 1_000
NOT_KEPT = "budget-used"
"""The code of messages that were invalid beyond their agency's budget of an hour, and so were counted alone."""
_LIMIT_MS = 6_000

Letter = dict[str, Any]
"""`{letter, message, code, size, recorded_at, raw}`; `letter` is like `0-17` (partition, offset), `raw` base64."""


def read_letters(kafka: KafkaSettings, after: str | None = None, limit: int | None = None) -> list[Letter]:
    """At most `limit` letters in their order, behind the letter `after`; raises KafkaAway, ValueError (`after`)."""
    with closing(each_letter(kafka, after)) as letters:
        return list(islice(letters, limit))


def each_letter(kafka: KafkaSettings, after: str | None = None) -> Generator[Letter, None, None]:
    """The letters in their order, behind the letter `after`, one for each message; none is held once it was given.

    Raises KafkaAway, ValueError (`after`).
    """
    first = letter_place(after) if after else (0, -1)
    given = set[str]()
    with kafka_reader(kafka, _LIMIT_MS) as consumer:
        for place in _partitions(consumer):
            if place.partition < first[0]:
                continue
            begin = first[1] + 1 if place.partition == first[0] else 0
            for letter in _read(consumer, place, begin):
                if letter["message"] not in given:
                    given.add(letter["message"])
                    yield letter


def read_letter(kafka: KafkaSettings, letter: str) -> Letter | None:
    """One letter, or None where it is not there or no longer; raises KafkaAway, ValueError where the name is none."""
    partition, offset = letter_place(letter)
    with kafka_reader(kafka, _LIMIT_MS) as consumer:
        place = TopicPartition(DEAD_LETTERS, partition)
        if place not in _partitions(consumer):
            return None
        found = next(_read(consumer, place, offset), None)
        return found if found and found["letter"] == letter else None


def count_letters(kafka: KafkaSettings, limit_ms: int = _LIMIT_MS) -> int:
    """How many letters are kept; raises KafkaAway."""
    with kafka_reader(kafka, limit_ms) as consumer:
        places = _partitions(consumer)
        ends, begins = consumer.end_offsets(places, limit_ms), consumer.beginning_offsets(places, limit_ms)
        return sum(ends[place] - begins[place] for place in places)


def letter_place(letter: str) -> tuple[int, int]:
    """Partition and offset of a letter's name; raises ValueError where it is none."""
    partition, _, offset = letter.partition("-")
    if not (letter.isascii() and partition.isdigit() and offset.isdigit() and len(letter) < 24):
        raise ValueError("a letter is named like 0-17")
    return int(partition), int(offset)


def list_letters(kafka: KafkaSettings, database: Database) -> list[Letter]:
    """Every letter without its content, how many more were not kept, then what a projection could not take."""
    letters = [without_content(letter) for letter in each_letter(kafka)]
    with reading_views(database) as cursor:
        return letters + not_kept(cursor) + [untaken(each) for each in failures.kept(cursor, None, MOST_FAILURES)]


def without_content(letter: dict[str, Any]) -> dict[str, Any]:
    """A letter as an item of a list."""
    return {name: value for name, value in letter.items() if name != "raw"}


def not_kept(cursor: Cursor) -> list[Letter]:
    """For each agency and hour how many messages were invalid beyond its budget, as items of a list of dead letters."""
    return [_counted(each) for each in exceeded(cursor, INVALID)]


def _counted(spent: BudgetUse) -> Letter:
    letter = {"letter": None, "message": submissions_topic(spent.agency), "code": NOT_KEPT, "size": None}
    return {**letter, "recorded_at": iso_text(spent.since), "counted": spent.beyond}


def untaken(failure: failures.Failure) -> dict[str, Any]:
    """A message that a projection could not take, as an item of a list of dead letters."""
    message = f"{failure.topic}/{failure.partition}/{failure.offset}"
    code = FORGED if failure.code == FORGED else f"{failure.projection}: {failure.code}"
    return {"letter": None, "message": message, "code": code, "size": None, "recorded_at": None}


def _read(consumer: Any, place: TopicPartition, offset: int) -> Iterator[Letter]:
    """The letters of a partition from an offset up to its present end."""
    end = consumer.end_offsets([place], _LIMIT_MS)[place]
    begin = max(offset, consumer.beginning_offsets([place], _LIMIT_MS)[place])
    if begin >= end:
        return
    consumer.assign([place])
    consumer.seek(place, begin)
    silent_since = time.monotonic()
    while consumer.position(place, _LIMIT_MS) < end:
        records = consumer.poll(timeout_ms=500).get(place, ())
        if records:
            silent_since = time.monotonic()
        elif time.monotonic() - silent_since > _LIMIT_MS / 1000:
            raise KafkaAway("Kafka does not give the dead letters")
        for record in records:
            if record.offset < end:
                yield {"letter": f"{record.partition}-{record.offset}", **orjson.loads(record.value)}


def _partitions(consumer: Any) -> list[TopicPartition]:
    numbers = consumer.partitions_for_topic(DEAD_LETTERS) or ()
    return [TopicPartition(DEAD_LETTERS, number) for number in sorted(numbers)]
