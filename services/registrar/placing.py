"""The places of records in the match index while some of their statements, or all of them, are set aside."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from domain.catalogue import EVENTS, names_of
from domain.child import Child
from domain.child.events import RecordsSetAside
from domain.event import RegisterEvent
from domain.matching import Features, features_of
from domain.source_record import SourceRecord
from domain.source_record.events import RecordAmended, RecordRegistered, RecordSuspended
from services.registrar.match_index import features_as_read, features_as_stored, index_keys, write_keys
from streams.crypto.keys import KeyRing
from streams.store.application import LogApplication


class Placing(NamedTuple):
    """The place of a record in the match index from now on. One that is set aside is found under no key.

    Its features are None where they stay as they are, because all of it, or nothing, is set aside.
    """

    record: str
    features: Features | None
    aside: bool


class _StoredPlace(NamedTuple):
    """The place of a record in the match index so far, and whether its child is hidden."""

    features: Features
    aside: bool
    is_hidden: bool


class Streams:
    """Reads aggregates with the events that made them; once read, one is given as it was changed since."""

    def __init__(self, log: LogApplication, keys: KeyRing) -> None:
        self._log, self._keys = log, keys
        self._read: dict[UUID, tuple[Any, list[Any]]] = {}

    def read(self, streams: Sequence[UUID]) -> list[tuple[Any, list[Any]]]:
        """Those of the streams that exist, each once; one whose key is destroyed is left out: nothing of it counts."""
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._read]
        stored = list(self._log.recorder.select_events_of(missing)) if missing else []
        self._keys.prefetch(str(each.originator_id) for each in stored if EVENTS[each.topic].SEALED)
        history: dict[Any, list[Any]] = {}
        destroyed: set[Any] = set()
        for each in stored:
            try:
                history.setdefault(each.originator_id, []).append(self._log.mapper.to_domain_event(each))
            except KeyError:
                destroyed.add(each.originator_id)
        for stream, events in history.items():
            if stream not in destroyed:
                made: Any = None
                for event in events:
                    made = event.mutate(made)
                self._read[stream] = made, events
        return [self._read[stream] for stream in dict.fromkeys(streams) if stream in self._read]


def place_of(record: SourceRecord, history: Sequence[RegisterEvent], unlike_from: int | None = None) -> Placing:
    """The place of a record in the match index by those of its events that count; `unlike_from` as in `features_by`."""
    begin, features = record.suspended_from, None
    if any(isinstance(event, RecordSuspended) and event.from_version > 1 for event in history):
        features = features_by(history, begin, unlike_from)
    return Placing(str(record.id), features, begin == 1 or record.status == "removed")


def features_by(history: Sequence[RegisterEvent], begin: int | None, unlike_from: int | None = None) -> Features | None:
    """The features of a record by its events before the version `begin`, or by all where that is None.

    Its first event always counts. From the version `unlike_from` on it did not fit its child: where such an event
    counts, its features are those of the last one alone, as in the matcher. What it reported before would make it fit.
    """
    described = [
        event for event in history if isinstance(event, RecordRegistered | RecordAmended) and counts(event, begin)
    ]
    alone = [event for event in described if unlike_from is not None and event.originator_version >= unlike_from]
    if alone:
        last = max(alone, key=lambda event: (event.time, event.originator_version))
        return features_of(last.particulars, last.time, source=last.source)
    features = None
    for event in described:
        features = features_of(event.particulars, event.time, features, event.source)
    return features


def counts(event: RegisterEvent, begin: int | None) -> bool:
    """Whether an event counts of a record that is set aside from the version `begin` on; the first always does."""
    return begin is None or int(event.originator_version) < max(begin, 2)


def unlike_their_child(cursor: Cursor, streams: Streams, records: Collection[str]) -> dict[str, int]:
    """The records that were set aside by the matcher, each with the version from which on it did not fit its child.

    So too those that a steward has accepted since: that may be taken back.
    """
    cursor.execute(
        "select record::text, child::text from register.match_index where record = any(%s::uuid[])", (list(records),)
    )
    child_of = dict(cursor.fetchall())
    cursor.execute(
        "select distinct stream::text from register.events where stream = any(%s::uuid[]) and topic = any(%s)",
        (list(set(child_of.values())), sorted(names_of(RecordsSetAside))),
    )
    read = streams.read([UUID(child) for (child,) in cursor.fetchall()])
    children = {str(child.id): child for child, _ in read if isinstance(child, Child)}
    return {
        record: since
        for record, number in child_of.items()
        if (child := children.get(number)) and (since := unlike_from(child, record)) is not None
    }


def unlike_from(child: Child, record: str) -> int | None:
    """The version from which on a record did not fit the child, if it is set aside or a steward has accepted it."""
    return child.aside.get(record, child.accepted.get(record))


def write_places(cursor: Cursor, placed: Sequence[Placing]) -> None:
    """Writes the places of those of the records that are in the match index."""
    cursor.execute(
        "select record::text, features, aside, h.child is not null from register.match_index i"
        " left join register.hidden_children h on h.child = i.child where record = any(%s::uuid[])",
        ([each.record for each in placed],),
    )
    stored = {record: _StoredPlace(features_as_read(features), *more) for record, features, *more in cursor.fetchall()}
    there = [
        (each.record, each.features or stored[each.record].features, each.aside)
        for each in placed
        if each.record in stored
    ]
    old = {record: [] if aside else index_keys(features) for record, (features, aside, _) in stored.items()}
    visible: list[tuple[int, str]] = []
    hidden: list[tuple[int, str]] = []
    for record, features, aside in there:
        if not aside:
            (hidden if stored[record].is_hidden else visible).extend([(key, record) for key in index_keys(features)])
    write_keys(cursor, old, visible, hidden)
    rows = [(record, features_as_stored(features).decode(), aside) for record, features, aside in there]
    if rows:
        execute_values(
            cursor,
            "update register.match_index i set features = new.features, aside = new.aside"
            " from (values %s) as new (record, features, aside) where i.record = new.record::uuid",
            rows,
            page_size=5_000,
        )


def place_anew(
    cursor: Cursor, log: LogApplication, keys: KeyRing, streams: Sequence[UUID], unlike_from: Mapping[str, int]
) -> None:
    """Places records anew that were set aside or restored, after the match index was built without regard to that.

    `unlike_from` has those that did not fit their child, also where they have left it since.
    """
    every = Streams(log, keys).read(streams)
    write_places(cursor, [place_of(record, history, unlike_from.get(str(record.id))) for record, history in every])
