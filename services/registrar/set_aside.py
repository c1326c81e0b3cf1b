"""What a suspended agency said is set aside, and restored when it is resumed: page by page, between the batches.

A page is one transaction of at most PAGE records with their events, their place in the match index and how far this
has come, so it goes on where it was whatever is killed, and other agencies' submissions wait for one page at most.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from domain.catalogue import EVENTS
from domain.child.judgement import Ruling
from domain.event import RegisterEvent
from domain.matching import Features, features_of
from domain.source_record import SourceRecord
from domain.source_record.events import RecordAmended, RecordRegistered, RecordSuspended
from domain.suspension.records import Cause, first_recorded, follow
from domain.vocabulary import agency_urn
from services.registrar.fence import Fence
from services.registrar.linking import pending_events
from services.registrar.match_index import features_as_read, features_as_stored, index_keys
from streams.clock import Clock
from streams.codec import iso_text
from streams.crypto.keys import KeyRing, insert_keys
from streams.store.application import LogApplication
from streams.store.database import Database

PAGE = 500
"""Records of a page."""


class Work(NamedTuple):
    """An agency whose records have to follow the last decision on it, from behind the number `after` on."""

    agency: str
    stream: str
    set_aside: bool
    since: str | None
    after: str


class Placing(NamedTuple):
    """How a record stands in the match index from now on: one that is set aside meets nobody.

    Its features are None where they stay as they are, for all of it, or nothing, is set aside.
    """

    record: str
    features: Features | None
    aside: bool


def next_work(cursor: Cursor) -> Work | None:
    """The first agency with records left to do."""
    cursor.execute(
        "select agency, stream::text, set_aside, since, done_up_to from register.suspensions"
        " where done_up_to is not null order by agency limit 1"
    )
    row = cursor.fetchone()
    return Work._make(row) if row else None


def do_page(log: LogApplication, database: Database, keys: KeyRing, fence: Fence, clock: Clock) -> set[UUID]:
    """Brings the records of the next page to what was decided; gives those that have changed. Raises as `save` does."""
    with database.transaction() as cursor:
        work = next_work(cursor)
        if work is None:
            return set()
        page = _page(cursor, work)
    now = clock()
    cause = Cause(Ruling("", "", now, iso_text(now)).provenance, work.stream, _version_of(log, work.stream))
    since = datetime.fromisoformat(work.since) if work.since else None
    events: list[RegisterEvent] = []
    placed: list[Placing] = []
    changed: set[UUID] = set()
    for record, said in _records(log, keys, [stream for _, stream in page]):
        wanted = first_recorded(said, since) if work.set_aside else None
        if follow(record, wanted, cause):
            placed.append(place_of(record, said))
            events += pending_events(record)
            changed.add(record.id)

    def in_transaction(cursor: Cursor, _: Sequence[int]) -> None:
        insert_keys(cursor, "register", keys.take_new())
        write_places(cursor, placed)
        _move_on(cursor, work, page)

    stored = [log.mapper.to_stored_event(event) for event in events]
    log.recorder.insert_events(stored, in_transaction=in_transaction, fence=fence.check)
    keys.keep_new()
    return changed


def place_of(record: SourceRecord, said: Sequence[RegisterEvent]) -> Placing:
    """The place of a record in the match index by those of its events that count."""
    begin, features = record.suspended_from, None
    if any(isinstance(event, RecordSuspended) and event.from_version > 1 for event in (*said, *record.pending_events)):
        for event in said:
            if isinstance(event, RecordRegistered | RecordAmended) and (
                begin is None or event.originator_version < max(begin, 2)
            ):
                features = features_of(event.particulars, event.time, features, event.source)
    return Placing(str(record.id), features, begin == 1)


def write_places(cursor: Cursor, placed: Sequence[Placing]) -> None:
    """Writes how records stand in the match index, of those that are in it."""
    cursor.execute(
        "select record::text, features, aside from register.match_index where record = any(%s::uuid[])",
        ([each.record for each in placed],),
    )
    stored = {record: (features_as_read(features), aside) for record, features, aside in cursor.fetchall()}
    there = [
        (each.record, each.features or stored[each.record][0], each.aside) for each in placed if each.record in stored
    ]
    old = [(key, record) for record, (features, aside) in stored.items() if not aside for key in index_keys(features)]
    new = [(key, record) for record, features, aside in there if not aside for key in index_keys(features)]
    for rows, statement in (
        (old, "delete from register.match_keys k using (values %s) as old (key, record)"
              " where k.key = old.key and k.record = old.record::uuid"),
        (new, "insert into register.match_keys (key, record) values %s"),
        ([(record, features_as_stored(features).decode(), aside) for record, features, aside in there],
         "update register.match_index i set features = new.features, aside = new.aside"
         " from (values %s) as new (record, features, aside) where i.record = new.record::uuid"),
    ):  # fmt: skip
        if rows:
            template = "(%s, %s::uuid)" if statement.startswith("insert") else None
            execute_values(cursor, statement, rows, template=template, page_size=5_000)


def _page(cursor: Cursor, work: Work) -> list[tuple[str, UUID]]:
    cursor.execute(
        "select key, stream::text from register.record_keys"
        " where source = %s and kind = 'subject' and key > %s order by key limit %s",
        (agency_urn(work.agency), work.after, PAGE),
    )
    return [(key, UUID(stream)) for key, stream in cursor.fetchall()]


def _move_on(cursor: Cursor, work: Work, page: Sequence[tuple[str, UUID]]) -> None:
    """Remembers how far this has come; of a decision made meanwhile it knows nothing, and that begins anew."""
    done_up_to = page[-1][0] if len(page) == PAGE else None
    cursor.execute(
        "update register.suspensions set done_up_to = %s, done = done + %s where agency = %s",
        (done_up_to, len(page), work.agency),
    )


def _version_of(log: LogApplication, stream: str) -> int:
    (last,) = log.recorder.select_events(UUID(stream), desc=True, limit=1)
    return last.originator_version


def _records(log: LogApplication, keys: KeyRing, streams: Sequence[UUID]) -> list[tuple[SourceRecord, list[Any]]]:
    """Each record with its events; one whose key is destroyed is left out, for nothing of it counts."""
    stored = list(log.recorder.select_events_of(streams))
    keys.prefetch(str(each.originator_id) for each in stored if EVENTS[each.topic].SEALED)
    by_record: dict[Any, list[Any]] = {}
    destroyed: set[Any] = set()
    for each in stored:
        try:
            event = log.mapper.to_domain_event(each)
        except KeyError:
            destroyed.add(each.originator_id)
        else:
            by_record.setdefault(each.originator_id, []).append(event)
    found = []
    for stream, said in by_record.items():
        if stream not in destroyed:
            record: Any = None
            for event in said:
                record = event.mutate(record)
            found.append((record, said))
    return found


def place_anew(cursor: Cursor, log: LogApplication, keys: KeyRing, streams: Sequence[UUID]) -> None:
    """Places records anew that were set aside or restored, after the match index was built without a look at that."""
    write_places(cursor, [place_of(record, said) for record, said in _records(log, keys, streams)])
