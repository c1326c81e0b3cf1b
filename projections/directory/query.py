"""Directory entries, composed on reading from what holds of a child's records, now or as of a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.composition import RecordFact, RecordState, compose, fold_record
from projections.audit_history.query import EVENT_COLUMNS, events_of, stored_event, true_source
from projections.directory.membership import Membership, membership_of
from projections.directory.project import ASPECTS, FACT, Directory
from projections.directory.survivors import MOST_HOPS, survivor
from projections.memory import MemoryViews
from projections.projection import Opener, PublishedEvent

Entry = dict[str, Any]


def entry(cursor: Cursor, opener: Opener, child: str, *, effective: str | None = None, today: date) -> Entry | None:
    """The directory entry of the contract's §3 as it is known now, or None where the child has no record left.

    The number of a child that was absorbed gives the survivor's entry.

    `effective` (a time as in events) gives it as it was true then; age and consents are judged for `today`.
    """
    if effective is not None:
        return as_of(cursor, opener, child, None, effective, today)
    return next(iter(entries(cursor, opener, [survivor(cursor, child)], today)), None)


def entries(cursor: Cursor, opener: Opener, children: Sequence[str], today: date) -> list[Entry]:
    """The entries of many children in the order asked, without those who have no record left."""
    cursor.execute(
        f"select l.child, l.position, {EVENT_COLUMNS}"  # noqa: S608
        " from views.link l join views.fact f on f.stream = l.record"
        " join views.history h on h.stream = f.stream and h.version = f.version"
        " where l.child = any(%s::uuid[])",
        (list(children),),
    )
    facts: defaultdict[str, dict[tuple[str, int], PublishedEvent]] = defaultdict(dict)
    linked: defaultdict[str, int] = defaultdict(int)
    for child, position, *row in cursor.fetchall():
        event = stored_event(row, opener)
        facts[child][event.stream, event.version] = event
        linked[child] = max(linked[child], position)
    opener.prefetch({stream for events in facts.values() for stream, _ in events})
    known = [child for child in children if child in facts]
    composed = (_compose(child, facts[child].values(), linked[child], None, today) for child in known)
    return [found for found in composed if found]


def children(cursor: Cursor, after: str | None, limit: int) -> list[str]:
    """The ids of children that have a record left, in order, from the one that follows `after`."""
    cursor.execute(
        "select distinct l.child from views.link l where l.child > %s::uuid"
        " and not exists (select from views.fact f where f.stream = l.record and f.aspect = 'removal')"
        " order by l.child limit %s",
        (after or "00000000-0000-0000-0000-000000000000", limit),
    )
    return [child for (child,) in cursor.fetchall()]


def children_known(cursor: Cursor, children: Sequence[str]) -> set[str]:
    """Those of the children that have a record left."""
    cursor.execute(
        "select distinct l.child::text from views.link l where l.child = any(%s::uuid[])"
        " and not exists (select from views.fact f where f.stream = l.record and f.aspect = 'removal')",
        (list(children),),
    )
    return {child for (child,) in cursor.fetchall()}


def as_of(
    cursor: Cursor, opener: Opener, child: str, recorded_at: str | None, effective: str | None, today: date
) -> Entry | None:
    """The entry as it was known at `recorded_at`, of what had become true by `effective`; None means without a bound.

    The history up to then is replayed through the directory's own projection; records belong to whom they did then.
    """
    replayed = MemoryViews()
    directory = Directory()
    child, records = _members(cursor, opener, child, recorded_at)
    events = {
        (event.stream, event.version): event
        for event in _known(events_of(cursor, opener, records), recorded_at)
        if event.type in ASPECTS and (effective is None or event.time <= effective)
    }
    for event in sorted(events.values(), key=lambda e: e.position):
        replayed.apply(directory.project(event))
    facts = {(stream, version) for stream, _, _, version, _ in replayed.rows(FACT)}
    linked = max(records.values(), default=0)
    return _compose(child, [events[fact] for fact in facts], linked, recorded_at, today)


def _members(cursor: Cursor, opener: Opener, child: str, recorded_at: str | None) -> tuple[str, dict[str, int]]:
    """Which child the number meant then, and its records with the positions at which they came."""
    membership = Membership()
    for _ in range(MOST_HOPS):
        membership = membership_of(_known(events_of(cursor, opener, [child]), recorded_at))
        if membership.superseded_by is None:
            break
        child = membership.superseded_by
    return child, membership.records


def records(cursor: Cursor, opener: Opener, streams: Sequence[str]) -> dict[str, RecordState]:
    """What agencies now hold in the records named; one whose key is destroyed is left out."""
    cursor.execute(
        f"select {EVENT_COLUMNS} from views.fact f"  # noqa: S608
        " join views.history h on h.stream = f.stream and h.version = f.version"
        " where f.stream = any(%s::uuid[]) and f.aspect = 'particulars'",
        (list(streams),),
    )
    events = [stored_event(row, opener) for row in cursor.fetchall()]
    opener.prefetch({event.stream for event in events})
    return {event.stream: state for event in events if (state := _record([event]))}


def _known(events: Iterable[PublishedEvent], recorded_at: str | None) -> list[PublishedEvent]:
    return [event for event in events if recorded_at is None or event.recorded_at <= recorded_at]


def _compose(
    child: str, facts: Iterable[PublishedEvent], linked: int, as_of_time: str | None, today: date
) -> Entry | None:
    by_stream: defaultdict[str, list[PublishedEvent]] = defaultdict(list)
    for event in facts:
        by_stream[event.stream].append(event)
    records = [state for events in by_stream.values() if (state := _record(events))]
    if not records:
        return None
    known = [event for events in by_stream.values() for event in events]
    return compose(
        child,
        records,
        position=max(linked, *(event.position for event in known)),
        as_of=as_of_time or max(event.recorded_at for event in known),
        today=today,
    )


def _record(events: list[PublishedEvent]) -> RecordState | None:
    """The record as its events tell it; None while it has no particulars, or once its key is destroyed."""
    if not any(ASPECTS[event.type] == "particulars" for event in events):
        return None
    try:
        return fold_record([_fact(event) for event in sorted(events, key=lambda e: e.version)])
    except KeyError:
        return None


def _fact(event: PublishedEvent) -> RecordFact:
    personal: Mapping[str, Any] = event.personal
    source = true_source(event, personal)
    return RecordFact(event.stream, event.version, event.type, event.time, source, event.data, personal)
