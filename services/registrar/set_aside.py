"""What a suspended agency reported is set aside, and restored when it is resumed: page by page, between the batches.

A page is one transaction of at most PAGE records with their events, what follows for their children
(`decided_again.py`, `shields_of_page.py`), their place in the match index and how far this has come. So it goes on
where it was whatever is killed, and other agencies' submissions wait for one page at most.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.judgement import Ruling
from domain.event import RegisterEvent
from domain.matching import Comparer
from domain.source_record import SourceRecord
from domain.suspension.events import AgencyResumed, AgencySuspended
from domain.suspension.records import Cause, first_recorded
from domain.vocabulary import agency_urn
from services.registrar.archived_children import write_archived
from services.registrar.decided_again import decide_again
from services.registrar.found_like import write_found_like
from services.registrar.hidden_children import note_hidden
from services.registrar.linking import pending_events
from services.registrar.match_index import IndexChanges, write_index
from services.registrar.placing import Streams, place_of, unlike_their_child, write_places
from services.registrar.removals import RemovalsOfPage
from services.registrar.shields_of_page import hold_back_page
from services.registrar.writer import Writer
from streams.codec import iso_text
from streams.crypto.keys import insert_keys
from streams.store.application import LogApplication

PAGE = 500
"""Records of a page."""


class Work(NamedTuple):
    """An agency whose records have to follow the last decision on it, from behind the number `after` on."""

    agency: str
    stream: str
    set_aside: bool
    since: str | None
    after: str


def next_work(cursor: Cursor) -> Work | None:
    """The first agency with records left to do."""
    cursor.execute(
        "select agency, stream::text, set_aside, since, done_up_to from register.suspensions"
        " where done_up_to is not null order by agency limit 1"
    )
    row = cursor.fetchone()
    return Work._make(row) if row else None


def do_page(writer: Writer, comparer: Comparer) -> set[UUID]:
    """Brings the records of the next page to what was decided; gives the records and children that have changed.

    Raises as `save` does.
    """
    log, database, keys, fence, clock, new_id = writer
    with database.transaction() as cursor:
        work = next_work(cursor)
        if work is None:
            return set()
        page = _page(cursor, work)
    now = clock()
    decision = _decision(log, work.stream)
    ruling = Ruling(decision.decided_by, decision.reason, now, iso_text(now))
    cause = Cause(ruling.provenance, work.stream, decision.originator_version)
    since = datetime.fromisoformat(work.since) if work.since else None
    events: list[RegisterEvent] = []
    changed: list[tuple[SourceRecord, Sequence[RegisterEvent]]] = []
    restored = False
    streams = Streams(log, keys)
    removals = RemovalsOfPage(decision, since, cause)
    for record, history in streams.read([stream for _, stream in page]):
        wanted, before = first_recorded(history, since) if work.set_aside else None, record.suspended_from
        if removals.follow(record, history, wanted):
            following = pending_events(record)
            changed.append((record, [*history, *following]))
            events += following
            restored |= before is not None and (wanted is None or before < wanted)
    causes = {str(event.originator_id): event for event in events}
    with database.transaction() as cursor:
        unlike = unlike_their_child(cursor, streams, [str(record.id) for record, _ in changed])
    places = {str(record.id): place_of(record, history, unlike.get(str(record.id))) for record, history in changed}
    events += removals.link(database, streams, comparer, causes, places)
    placed = list((places | removals.places()).values())
    again = decide_again(database, streams, comparer, placed, causes, ruling, new_id, restored=restored)
    placed = [each._replace(features=again.unlike.get(each.record, each.features)) for each in placed]
    again = hold_back_page(database, streams, placed, removals.placed, again, ruling)
    events += again.events
    index = IndexChanges(moved=dict(again.moved))
    note_hidden(index, again.events, again.changed.get)

    def in_transaction(cursor: Cursor, _: Sequence[int]) -> None:
        insert_keys(cursor, "register", keys.take_new())
        removals.write(cursor)
        removals.write_closed(cursor)
        write_places(cursor, placed)
        write_index(cursor, index)
        write_found_like(cursor, again.events)
        write_archived(cursor, events)
        _move_on(cursor, work, page, removals.restored)

    stored = [log.mapper.to_stored_event(event) for event in events]
    log.recorder.insert_events(stored, in_transaction=in_transaction, fence=fence.check)
    keys.keep_new()
    return {event.originator_id for event in events}


def _page(cursor: Cursor, work: Work) -> list[tuple[str, UUID]]:
    cursor.execute(
        "select key, stream::text from register.record_keys"
        " where source = %s and kind = 'subject' and key > %s order by key limit %s",
        (agency_urn(work.agency), work.after, PAGE),
    )
    return [(key, UUID(stream)) for key, stream in cursor.fetchall()]


def _move_on(cursor: Cursor, work: Work, page: Sequence[tuple[str, UUID]], restored: int) -> None:
    """Remembers how far this has come; of a decision made meanwhile it knows nothing, and that begins anew."""
    done_up_to = page[-1][0] if len(page) == PAGE else None
    cursor.execute(
        "update register.suspensions set done_up_to = %s, done = done + %s, removals = removals + %s where agency = %s",
        (done_up_to, len(page), restored, work.agency),
    )


def _decision(log: LogApplication, stream: str) -> AgencySuspended | AgencyResumed:
    (last,) = log.recorder.select_events(UUID(stream), desc=True, limit=1)
    decision = log.mapper.to_domain_event(last)
    assert isinstance(decision, AgencySuspended | AgencyResumed)
    return decision
