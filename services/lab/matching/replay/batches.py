"""The log cut into what the registrar decided at once, with the particulars opened.

All events of a batch have one recorded time, and a data steward's decisions are batches apart. How a batch was cut
matters: what it is decided by is looked up once, before it begins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.catalogue import names_of
from domain.source_record.events import RecordAmended, RecordEvent, RecordRegistered, RecordRemoved
from domain.vocabulary import STEWARDSHIP_SOURCE
from projections.base.projection import PublishedEvent
from services.registrar.intake import MAX_BATCH

DESCRIBES = names_of(RecordRegistered, RecordAmended)
REMOVED = names_of(RecordRemoved)
SET_ASIDE = "RecordsSetAside.v1"
ACCEPTING = frozenset({"RecordsAccepted.v1", "RecordUnlinked.v1"})
BELIEVED, DISBELIEVED = "RecordAcceptedBySteward.v1", "RecordSetAsideBySteward.v1"
INVOLVED = "InvolvementStarted.v1"
OPENED = DESCRIBES | {INVOLVED}
"""The types of events whose personal fields re-matching needs."""
_OF_RECORDS = names_of(RecordRegistered, RecordEvent)
"""One of these is in the log for each submission that was accepted."""


class Description(NamedTuple):
    """The particulars in an event, `data`, true since `time` according to the agency `source` of a `kind`, if known."""

    record: str
    version: int
    time: str
    source: str
    data: Mapping[str, Any]
    kind: str | None = None


class Batch(NamedTuple):
    """Events in order; `stewards` where they are decisions of data stewards."""

    recorded_at: str
    stewards: bool
    events: Sequence[PublishedEvent]


class Batches:
    """Collects events until a batch is complete."""

    def __init__(self) -> None:
        self._events: list[PublishedEvent] = []
        self._submissions = 0

    def add(self, events: Iterable[PublishedEvent]) -> Iterator[Batch]:
        """The batches that are complete now."""
        for event in events:
            if self._events and self._begins_another(event):
                yield from self.end()
            self._events.append(event)
            self._submissions += event.type in _OF_RECORDS

    def end(self) -> Iterator[Batch]:
        """The last batch, where one is begun."""
        if self._events:
            first, events = self._events[0], self._events
            self._events, self._submissions = [], 0
            yield Batch(first.recorded_at, first.source == STEWARDSHIP_SOURCE, events)

    def _begins_another(self, event: PublishedEvent) -> bool:
        last = self._events[-1]
        return (
            event.recorded_at != last.recorded_at
            or (event.source == STEWARDSHIP_SOURCE) != (last.source == STEWARDSHIP_SOURCE)
            or (self._submissions == MAX_BATCH and event.type in _OF_RECORDS)
        )
