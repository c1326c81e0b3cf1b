"""Register events → facts of chronologies."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from domain.days import day_of
from domain.suspension.counting import RESTORED
from domain.timeline import FactKind, organisation_key
from domain.timeline.changes import CHILD_GONE
from domain.vocabulary import RESTRICTED_SOURCE
from projections.base.projection import KeyDestroyed, PublishedEvent, Put, Row, Table, repeated_events

FACT_COLUMNS = (
    "stream",
    "version",
    "kind",
    "number",
    "day",
    "time",
    "source",
    "word",
    "place",
    "sure",
    "agency",
    "recorded",
)
CHRONOLOGY = Table("chronology", (*FACT_COLUMNS, "position"), keys=2)

FactValues = tuple[str, str | None, str | None, bool | None]
"""The `day`, `word`, `place` and `sure` of a fact; the kind of agency is read from the event."""


class Chronology:
    """One row for each event of a record; all without content once the record is removed or its key destroyed."""

    name = "chronology"
    tables = (CHRONOLOGY,)

    @property
    def opens(self) -> frozenset[str]:
        """All types that it takes: their days and words are sealed."""
        return frozenset((*_KINDS, RESTORED))

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The event's fact; a removal empties the rows before it, and what takes that back has them again."""
        if event.type == RESTORED:
            return self._restored(event)
        kind = _KINDS.get(event.type)
        if kind is None:
            return ()
        if event.type == FENCED:
            return [*_before(event, kind), _fact(event, kind, (day_of(event.time), None, None, None))]
        if event.source == RESTRICTED_SOURCE:
            return _restricted(event, kind)
        try:
            personal = event.personal
        except KeyDestroyed:
            return (_empty(event, event.version),)
        return [*_before(event, kind), _fact(event, kind, _VALUES_OF[kind](event, personal))]

    def _restored(self, event: PublishedEvent) -> Sequence[Put]:
        """The facts of the events that the record repeats; its removals are none any more."""
        try:
            repeated = repeated_events(event)
        except KeyDestroyed:
            return ()
        facts = [put for each in repeated for put in self.project(each)]
        gone = [_empty(event, version) for version in event.data["removals"]]
        return [put._replace(first=False) for put in (*facts, *gone)]


# Plain texts: a member of an enum, and its value, take ten times as long to look up, and each event has a kind.
_REGISTERED, _AMENDED, _DEREGISTERED, _REMOVED = map(
    str, (FactKind.REGISTERED, FactKind.AMENDED, FactKind.DEREGISTERED, FactKind.REMOVED)
)
_STARTED, _ENDED, _RAISED, _LOWERED = map(str, (FactKind.STARTED, FactKind.ENDED, FactKind.RAISED, FactKind.LOWERED))

FENCED = "ErasureFenced.v1"
"""Nothing is known of a destroyed record but that it is gone, and the day."""
_KINDS: Mapping[str, str] = {
    "RecordRegistered.v1": _REGISTERED,
    "RecordAmended.v1": _AMENDED,
    "RecordRegistered.v2": _REGISTERED,
    "RecordAmended.v2": _AMENDED,
    "RecordDeregistered.v1": _DEREGISTERED,
    "RecordRemoved.v1": _REMOVED,
    "RecordRemovedAgain.v1": _REMOVED,
    "RecordRemovedBySteward.v1": _REMOVED,
    FENCED: _REMOVED,
    "InvolvementStarted.v1": _STARTED,
    "InvolvementEnded.v1": _ENDED,
    "FlagRaised.v1": _RAISED,
    "FlagLowered.v1": _LOWERED,
}
_REGISTERING = frozenset({_REGISTERED, _AMENDED})


def _restricted(event: PublishedEvent, kind: str) -> Sequence[Put]:
    """Of a sensitive agency's record only that it exists, or was removed."""
    if kind not in _REGISTERING and kind != _REMOVED:
        return ()
    return [*_before(event, kind), _fact(event, kind, (day_of(event.time), None, None, None))]


def _before(event: PublishedEvent, kind: str) -> list[Put]:
    """The emptied rows of the versions before a removal."""
    return [_empty(event, version) for version in range(1, event.version)] if kind == _REMOVED else []


def _fact(event: PublishedEvent, kind: str, values: FactValues) -> Put:
    day, *rest = values
    number = event.data.get("number", 0)
    agency = event.data.get("kind")
    when = (day, event.time, event.source)
    row: Row = (event.stream, event.version, kind, number, *when, *rest, agency, event.recorded_at, event.position)
    return Put(CHRONOLOGY, row, True)


def _empty(event: PublishedEvent, version: int) -> Put:
    nothing = [None] * (len(CHRONOLOGY.columns) - 3)
    return Put(CHRONOLOGY, (event.stream, version, *nothing, event.position), version == event.version)


def _particulars(event: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    held = personal["particulars"]
    authority = (held.get("address") or {}).get("authority")
    born = held.get("date_of_birth")
    sure = not held.get("date_of_birth_estimated")
    return day_of(event.time), None if born is None else _day(born), authority, sure


def _gone(_: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    return _day(personal["on"]), personal["reason"], None, None


def _removed(_: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    """The reason is stored only where it is about the child."""
    reason = personal["reason"]
    return _day(personal["on"]), reason if reason in CHILD_GONE else None, None, None


def _started(event: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    involvement = personal["involvement"]
    day = _day(involvement.get("started_on") or day_of(event.time))
    return day, involvement["service"], organisation_key(involvement), bool(involvement.get("lead_professional"))


def _ended(_: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    return _day(personal["ended_on"]), None, None, None


def _raised(_: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    contact = personal.get("contact") or {}
    return _day(personal["raised_on"]), personal["flag"], None, bool(contact.get("phone") or contact.get("email"))


def _lowered(_: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    return _day(personal["lowered_on"]), None, None, None


def _day(text: str) -> str:
    """A valid ISO day; raises ValueError or TypeError, so that what is derived from it need not."""
    return date.fromisoformat(text).isoformat()


_VALUES_OF: Mapping[str, Callable[[PublishedEvent, Mapping[str, Any]], FactValues]] = {
    _REGISTERED: _particulars,
    _AMENDED: _particulars,
    _DEREGISTERED: _gone,
    _REMOVED: _removed,
    _STARTED: _started,
    _ENDED: _ended,
    _RAISED: _raised,
    _LOWERED: _lowered,
}
