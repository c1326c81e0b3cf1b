"""The chronologies of children from the log, as the views have them: what the rules of retention are asked of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from typing import NamedTuple
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent

from domain.catalogue import names_of
from domain.child import Child
from domain.source_record.events import RecordRemoved, RecordRemovedAgain, RecordRemovedBySteward
from domain.timeline import Fact, Records, records_of
from domain.vocabulary import RESTRICTED_SOURCE, STEWARDSHIP_SOURCE
from projections.base.memory import MemoryViews
from projections.base.projection import Decryptor, PublishedEvent, Undecodable
from projections.directory.project import SUSPENDED, Directory
from projections.timeline.project import CHRONOLOGY, FACT_COLUMNS, Chronology
from streams.store.recorder import PostgresRecorder

_PROJECTIONS = (Chronology(), Directory())
_KEPT = (CHRONOLOGY, SUSPENDED)
_REMOVING = names_of(RecordRemoved, RecordRemovedAgain, RecordRemovedBySteward)
_KIND = CHRONOLOGY.columns.index("kind")


class Judged(NamedTuple):
    """What children are judged by: the records of each that has any, and the ordinary agencies that hold each.

    Of the children `aside` an ordinary agency's record is set aside for now; of those in `removed` one was removed, by
    the agency or by a data manager, at last at that moment. Those that are `unreadable` have a record that cannot be
    opened, as where its key is lost: nobody can judge them.
    """

    records: Mapping[str, Records]
    sources: Mapping[str, Set[str]]
    aside: Collection[str]
    removed: Mapping[str, str]
    unreadable: Collection[str]


def chronologies(recorder: PostgresRecorder, keys: Decryptor, children: Sequence[Child]) -> Judged:
    """What the children are judged by, by the projections of the views, read in one go."""
    streams = {record: child for child in children for record in child.records if record not in child.closed_for}
    stored = list(recorder.select_events_of([UUID(record) for record in streams]))
    keys.prefetch({str(each.originator_id) for each in stored})
    views = MemoryViews()
    unreadable: set[str] = set()
    for number, each in enumerate(stored, start=1):
        event = _published(each, number, keys)
        try:
            for projection in _PROJECTIONS:
                views.apply(put for put in projection.project(event) if put.table in _KEPT)
        except Undecodable:
            unreadable.add(str(streams[str(each.originator_id)].id))
    suspended = {record: version for record, version, _ in views.rows(SUSPENDED) if version is not None}
    sources: defaultdict[str, set[str]] = defaultdict(set)
    aside: set[str] = set()
    removed: dict[str, str] = {}
    ordinary: set[str] = set()
    for each in stored:
        child, state = str(streams[str(each.originator_id)].id), orjson.loads(each.state)
        if state["source"] not in (RESTRICTED_SOURCE, STEWARDSHIP_SOURCE):
            ordinary.add(str(each.originator_id))
            sources[child].add(state["source"])
            if str(each.originator_id) in suspended:
                aside.add(child)
        if each.topic in _REMOVING and str(each.originator_id) in ordinary:
            removed[child] = max(state["recordedat"], removed.get(child, ""))
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for row in views.rows(CHRONOLOGY):
        record, version = row[0], row[1]
        if row[_KIND] is not None and version < suspended.get(record, version + 1):
            of_record = streams[record]
            facts[str(of_record.id)].append(Fact._make((*row[: len(FACT_COLUMNS)], record in of_record.aside)))
    of_children = {child: records_of(of_child) for child, of_child in facts.items()}
    return Judged(of_children, sources, aside, removed, unreadable)


def _published(stored: StoredEvent, position: int, keys: Decryptor) -> PublishedEvent:
    """A stored event as it is published, at a position that only orders it."""
    state = orjson.loads(stored.state)
    return PublishedEvent(
        position,
        str(stored.originator_id),
        stored.originator_version,
        stored.topic,
        state["time"],
        state["recordedat"],
        state["source"],
        state["data"],
        state.get("sealed"),
        keys,
    )
