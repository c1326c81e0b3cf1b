"""The history of a child; personal fields are decrypted here, on reading, and nowhere before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.suspension import counted
from domain.suspension.counting import FOLLOWING
from domain.vocabulary import RESTRICTED_SOURCE, STEWARDSHIP_SOURCE
from projections.audit_history.left_out import named, without
from projections.audit_history.numbering import counted_anew
from projections.base.projection import Decryptor, PublishedEvent
from projections.visibility.scope import ORDINARY, Scope
from projections.visibility.shields import hidden_ids, shieldings
from projections.visibility.survivors import family, survivor

EVENT_COLUMNS = "h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed"

Version = tuple[str, int]
"""One event: its stream and version."""


def stored_event(row: Sequence[Any], decryptor: Decryptor) -> PublishedEvent:
    """The event of a row of EVENT_COLUMNS."""
    position, stream, version, kind, time, recorded_at, source, data, sealed = row
    return PublishedEvent(
        position, stream, version, kind, time, recorded_at, source, orjson.loads(data), sealed, decryptor
    )


def events_of(cursor: Cursor, decryptor: Decryptor, streams: Iterable[str]) -> list[PublishedEvent]:
    """Every event of the named streams, in order of position; their keys are fetched."""
    wanted = list(streams)
    ORDINARY.execute(
        cursor,
        f"select {EVENT_COLUMNS} from unredacted_event h where h.stream = any(%s::uuid[]) order by h.position",  # noqa: S608
        (wanted,),
    )
    events = [stored_event(row, decryptor) for row in cursor.fetchall()]
    decryptor.prefetch({event.stream for event in events if event.sealed})
    return events


def open_event(event: PublishedEvent) -> dict[str, Any]:
    """The personal fields of an event; empty once its key is destroyed."""
    try:
        return event.personal
    except KeyError:
        return {}


def true_source(event: PublishedEvent, personal: Mapping[str, Any]) -> str:
    """The source of an event, also where a sensitive agency's name is sealed."""
    return str(personal.get("source", event.source)) if event.source == RESTRICTED_SOURCE else event.source


def history(
    cursor: Cursor,
    decryptor: Decryptor,
    child: str,
    *,
    cleared: bool = False,
    hidden: Collection[str] = (),
    withheld: Collection[tuple[str, int]] = (),
    opened: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Every event of the child, of all it absorbed and of the records linked to it, oldest first (contract §4).

    The number of a child that was absorbed gives the survivor's history.

    Each is `{position, stream, version, type, time, recorded_at, source, data, caused_by}`; an event of the child takes
    `source` and `caused_by` from the record's event that caused it. Empty where the child has no record left.

    A shielded child that is not `opened` to the reader has no history, and events that name such a child or its record
    are left out, as are those about removed and `hidden` records and `withheld` involvements (record, number). A reader
    who is not cleared for sensitive services gets only the events of the other agencies' records: how records were
    linked may depend on a record that is not shown. Versions are counted without what is left out (`numbering.py`).
    """
    child = survivor(cursor, child, cleared=cleared)
    Scope(cleared).execute(cursor, "select record, removed from known_link where child = %s::uuid", (child,))
    linked = cursor.fetchall()
    gone = {record for record, removed in linked if removed} | set(hidden)
    streams = [record for record, _ in linked if record not in gone]
    if not streams:
        return []
    events = events_of(cursor, decryptor, [*family(cursor, child), *streams] if cleared else streams)
    if shieldings(cursor, [child], opened):
        return []
    left_out = {*gone, *hidden_ids(cursor, {id_ for event in events for id_ in named(event)}, opened)}
    events = [event for event in without(events, left_out) if not _is_about(event, withheld)]
    events = _counted(events, streams)
    events_by_version = {(event.stream, event.version): event for event in events}
    causes = _causes(events)
    events_by_version |= _events(cursor, decryptor, set(causes.values()) - events_by_version.keys())
    personal = {version: open_event(event) for version, event in events_by_version.items()}
    return counted_anew([_shown(event, causes, events_by_version, personal) for event in events])


def _causes(events: Iterable[PublishedEvent]) -> dict[Version, Version]:
    """The record's event that caused each event of a child; a child is superseded because of what merged it."""
    causes: dict[Version, Version] = {}
    merged: dict[str, Version | None] = {}
    for event in events:
        cause = _cause(event)
        if event.type.startswith("ChildrenMerged."):
            merged.update(dict.fromkeys((each["child"] for each in event.data["merged"]), cause))
        elif event.type.startswith("ChildSuperseded."):
            cause = merged.get(event.stream)
        if cause:
            causes[event.stream, event.version] = cause
    return causes


def _counted(events: Sequence[PublishedEvent], records: Collection[str]) -> list[PublishedEvent]:
    """The events without what is set aside of the records, and without what that caused."""
    by_record: dict[str, list[PublishedEvent]] = {record: [] for record in records}
    for event in events:
        if event.stream in by_record:
            by_record[event.stream].append(event)
    left_out = {(e.stream, e.version) for each in by_record.values() for e in each if e.type not in FOLLOWING}
    left_out -= {(e.stream, e.version) for each in by_record.values() for e in counted(each)}
    return [e for e in events if (e.stream, e.version) not in left_out and _cause(e) not in left_out]


def _is_about(event: PublishedEvent, involvements: Collection[tuple[str, int]]) -> bool:
    of_involvements = event.type.startswith(("Involvement", "Consent"))
    return of_involvements and (event.stream, event.data.get("number")) in involvements


def _cause(event: PublishedEvent) -> Version | None:
    """The record's event that caused an event of a child; a steward's decision has none."""
    if event.source == STEWARDSHIP_SOURCE:
        return None
    record, version = event.data.get("record"), event.data.get("record_version")
    return (record, version) if isinstance(record, str) and isinstance(version, int) else None


def _events(cursor: Cursor, decryptor: Decryptor, versions: Iterable[Version]) -> dict[Version, PublishedEvent]:
    """The named events; no query where none is named."""
    wanted = set(versions)
    if not wanted:
        return {}
    ORDINARY.execute(
        cursor,
        f"select {EVENT_COLUMNS} from unredacted_event h"  # noqa: S608
        " where h.stream = any(%s::uuid[]) and h.version = any(%s::int[])",
        ([stream for stream, _ in wanted], [version for _, version in wanted]),
    )
    found = {(row[1], row[2]): row for row in cursor.fetchall()}
    return {version: stored_event(found[version], decryptor) for version in wanted & found.keys()}


_INTERNAL_FIELDS = frozenset({"caused_by", "source", "told"})
"""Personal fields that a history shows elsewhere, or in the events that they repeat, where these count."""


def _shown(
    event: PublishedEvent,
    causes: Mapping[Version, Version],
    events: Mapping[Version, PublishedEvent],
    opened: Mapping[Version, Mapping[str, Any]],
) -> dict[str, Any]:
    cause = causes.get((event.stream, event.version), (event.stream, event.version))
    caused = events.get(cause, event)
    personal = opened[event.stream, event.version]
    personal_of_cause = opened.get(cause, {})
    return {
        "position": event.position,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "time": event.time,
        "recorded_at": event.recorded_at,
        "source": true_source(caused, personal_of_cause),
        "data": {**event.data, **{key: value for key, value in personal.items() if key not in _INTERNAL_FIELDS}},
        "caused_by": personal_of_cause.get("caused_by"),
    }
