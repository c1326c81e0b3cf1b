"""Whether the agency has sent its number before for somebody else; the record would become another child's."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.catalogue import names_of
from domain.matching import features_of
from domain.matching.same_number import are_two, who
from domain.source_record.events import (
    RecordAmended,
    RecordDeregistered,
    RecordRegistered,
    RecordRemoved,
    RecordRestored,
)
from services.feeds.convert import Converted, RowError
from services.feeds.layout import CHILD
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.database import Database

LONGEST_PADDED = 13
"""Digits of the longest number that a spreadsheet is thought to have shortened."""

_LATEST_EVENTS = """
select keys.key, latest.stream, latest.version, latest.topic, latest.state from register.record_keys keys
 cross join lateral (
       select stream::text, version, topic, state from register.events event
        where stream = keys.stream and topic = any(%(deciding)s)
          and not (topic = any(%(removing)s) and exists (
              select from register.events after
               where after.stream = event.stream and after.version > event.version and after.topic = any(%(restoring)s)
              ))
        order by version desc limit 1
       ) latest
 where source = %(source)s and kind = 'subject' and key = any(%(subjects)s) and latest.topic = any(%(describing)s)
"""
"""The last event of each record that decides whether it is live; a removal after which it is restored does not."""
_DESCRIBING = names_of(RecordRegistered, RecordAmended)
_TOPICS = {
    "describing": sorted(_DESCRIBING),
    "deciding": sorted(_DESCRIBING | names_of(RecordDeregistered, RecordRemoved)),
    "removing": sorted(names_of(RecordRemoved)),
    "restoring": sorted(names_of(RecordRestored)),
}


class _Report(NamedTuple):
    """The particulars that an agency reported, and the time that they are of."""

    time: str
    particulars: Mapping[str, Any]


class SentBefore:
    """What the agency last reported under each of its numbers whose record is live."""

    def __init__(self, database: Database, key: KeyEncryptionKey, source: str, column: str) -> None:
        self._database, self._source, self._column = database, source, column
        self._keys = KeyRing(key, reader_of(database, "register"))
        self._mapper = EventMapper(self._keys)

    def errors(self, batch: Sequence[Converted]) -> dict[int, RowError]:
        """The error of each row that is about somebody else than its number was, by its line."""
        described = [(row, made.submission) for row in batch for made in row.made if made.type == CHILD]
        known = self._latest({subject for row, _ in described for subject in _spellings(row.subject)})
        errors: dict[int, RowError] = {}
        for row, submission in described:
            latest = known.get(row.subject)
            if latest:
                now = who(features_of(submission["data"], submission["time"]))
                if are_two(who(features_of(latest.particulars, latest.time)), now, over_time=True):
                    errors[row.line] = self._error(row, _SOMEBODY_ELSE)
            elif any(each in known for each in _spellings(row.subject)):
                errors[row.line] = self._error(row, _SHORTENED)
        return errors

    def _error(self, row: Converted, what: tuple[str, str]) -> RowError:
        return RowError(row.line, self._column, *what)

    def _latest(self, subjects: set[str]) -> dict[str, _Report]:
        with self._database.transaction() as cursor:
            cursor.execute(_LATEST_EVENTS, {"source": self._source, "subjects": list(subjects), **_TOPICS})
            rows = cursor.fetchall()
        self._keys.prefetch(row[1] for row in rows)
        return {subject: self._opened(*stored) for subject, *stored in rows}

    def _opened(self, stream: str, version: int, topic: str, state: memoryview) -> _Report:
        event: Any = self._mapper.to_domain_event(StoredEvent(UUID(stream), version, topic, bytes(state)))
        return _Report(event.time, event.particulars)


_SOMEBODY_ELSE = (
    "was sent before for somebody of another name and another date of birth",
    "find out whose number it is; if it was given anew, deregister the old record first",
)
_SHORTENED = (
    "was sent before with leading zeros",
    "export it again as text; a spreadsheet drops the zeros",
)


def _spellings(subject: str) -> list[str]:
    """The number, and where it is one of digits alone, the same with zeros before it."""
    padded = range(len(subject) + 1, LONGEST_PADDED + 1) if subject.isascii() and subject.isdigit() else ()
    return [subject, *(subject.zfill(length) for length in padded)]


@contextmanager
def sent_before(database_url: str, key_file: Path, source: str, column: str) -> Iterator[SentBefore]:
    """For as long as rows are compared; raises DatabaseAway, and UnusableKey where the key can't be read."""
    with closing(Database(database_url, "contactpoint submit compares")) as database:
        yield SentBefore(database, KeyEncryptionKey.from_file(key_file), source, column)
