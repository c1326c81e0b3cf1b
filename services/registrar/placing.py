"""How records stand in the match index while some of what they said, or all of it, is set aside."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.extras import execute_values

from domain.catalogue import EVENTS
from domain.event import RegisterEvent
from domain.matching import Features, features_of
from domain.source_record import SourceRecord
from domain.source_record.events import RecordAmended, RecordRegistered, RecordSuspended
from services.registrar.match_index import features_as_read, features_as_stored, index_keys, write_keys
from streams.crypto.keys import KeyRing
from streams.store.application import LogApplication


class Placing(NamedTuple):
    """How a record stands in the match index from now on: one that is set aside meets nobody.

    Its features are None where they stay as they are, for all of it, or nothing, is set aside.
    """

    record: str
    features: Features | None
    aside: bool


class _Stored(NamedTuple):
    """How a record stands in the match index so far, and whether its child is hidden."""

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
        said: dict[Any, list[Any]] = {}
        destroyed: set[Any] = set()
        for each in stored:
            try:
                said.setdefault(each.originator_id, []).append(self._log.mapper.to_domain_event(each))
            except KeyError:
                destroyed.add(each.originator_id)
        for stream, events in said.items():
            if stream not in destroyed:
                made: Any = None
                for event in events:
                    made = event.mutate(made)
                self._read[stream] = made, events
        return [self._read[stream] for stream in dict.fromkeys(streams) if stream in self._read]


def place_of(record: SourceRecord, said: Sequence[RegisterEvent]) -> Placing:
    """The place of a record in the match index by those of its events that count."""
    begin, features = record.suspended_from, None
    if any(isinstance(event, RecordSuspended) and event.from_version > 1 for event in (*said, *record.pending_events)):
        features = features_by(said, begin)
    return Placing(str(record.id), features, begin == 1 or record.status == "removed")


def features_by(said: Sequence[RegisterEvent], begin: int | None) -> Features | None:
    """The features of a record by its events before the version `begin`, by all where there is none; by its first."""
    features = None
    for event in said:
        if isinstance(event, RecordRegistered | RecordAmended) and (
            begin is None or event.originator_version < max(begin, 2)
        ):
            features = features_of(event.particulars, event.time, features, event.source)
    return features


def write_places(cursor: Cursor, placed: Sequence[Placing]) -> None:
    """Writes how records stand in the match index, of those that are in it."""
    cursor.execute(
        "select record::text, features, aside, h.child is not null from register.match_index i"
        " left join register.hidden_children h on h.child = i.child where record = any(%s::uuid[])",
        ([each.record for each in placed],),
    )
    stored = {record: _Stored(features_as_read(features), *more) for record, features, *more in cursor.fetchall()}
    there = [
        (each.record, each.features or stored[each.record].features, each.aside)
        for each in placed
        if each.record in stored
    ]
    old = {record: [] if aside else index_keys(features) for record, (features, aside, _) in stored.items()}
    seen: list[tuple[int, str]] = []
    hidden: list[tuple[int, str]] = []
    for record, features, aside in there:
        if not aside:
            (hidden if stored[record].is_hidden else seen).extend([(key, record) for key in index_keys(features)])
    write_keys(cursor, old, seen, hidden)
    rows = [(record, features_as_stored(features).decode(), aside) for record, features, aside in there]
    if rows:
        execute_values(
            cursor,
            "update register.match_index i set features = new.features, aside = new.aside"
            " from (values %s) as new (record, features, aside) where i.record = new.record::uuid",
            rows,
            page_size=5_000,
        )


def place_anew(cursor: Cursor, log: LogApplication, keys: KeyRing, streams: Sequence[UUID]) -> None:
    """Places records anew that were set aside or restored, after the match index was built without a look at that."""
    write_places(cursor, [place_of(record, said) for record, said in Streams(log, keys).read(streams)])
