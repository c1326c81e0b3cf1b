"""Register events → facts of chronologies."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from domain.timeline import FactKind, organisation_key
from domain.timeline.changes import CHILD_GONE
from domain.vocabulary import RESTRICTED_SOURCE
from projections.base.projection import KeyDestroyed, PublishedEvent, Put, Row, Table

FACT_COLUMNS = ("stream", "version", "kind", "number", "day", "time", "source", "word", "place", "sure")
CHRONOLOGY = Table("chronology", (*FACT_COLUMNS, "position"), keys=2)

FactValues = tuple[str, str | None, str | None, bool | None]
"""The `day`, `word`, `place` and `sure` of a fact."""


class Chronology:
    """One row for each event of a record; all without content once the record is removed or its key destroyed."""

    name = "chronology"
    tables = (CHRONOLOGY,)

    @property
    def opens(self) -> frozenset[str]:
        """All types that it takes: their days and words are sealed."""
        return frozenset(_KINDS)

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The event's fact; a removal empties the rows before it."""
        kind = _KINDS.get(event.type)
        if kind is None:
            return ()
        if event.source == RESTRICTED_SOURCE:
            return _restricted(event, kind)
        try:
            personal = event.personal
        except KeyDestroyed:
            return (_empty(event, event.version),)
        return [*_before(event, kind), _fact(event, kind, _VALUES_OF[kind](event, personal))]


_KINDS: Mapping[str, FactKind] = {
    "RecordRegistered.v1": FactKind.REGISTERED,
    "RecordAmended.v1": FactKind.AMENDED,
    "RecordDeregistered.v1": FactKind.DEREGISTERED,
    "RecordRemoved.v1": FactKind.REMOVED,
    "InvolvementStarted.v1": FactKind.STARTED,
    "InvolvementEnded.v1": FactKind.ENDED,
    "FlagRaised.v1": FactKind.RAISED,
    "FlagLowered.v1": FactKind.LOWERED,
}
_REGISTERING = frozenset({FactKind.REGISTERED, FactKind.AMENDED})


def _restricted(event: PublishedEvent, kind: FactKind) -> Sequence[Put]:
    """Of a sensitive agency's record only that it exists, or was removed."""
    if kind not in _REGISTERING and kind is not FactKind.REMOVED:
        return ()
    return [*_before(event, kind), _fact(event, kind, (event.time[:10], None, None, None))]


def _before(event: PublishedEvent, kind: FactKind) -> list[Put]:
    """The emptied rows of the versions before a removal."""
    return [_empty(event, version) for version in range(1, event.version)] if kind is FactKind.REMOVED else []


def _fact(event: PublishedEvent, kind: FactKind, values: FactValues) -> Put:
    day, *rest = values
    number = event.data.get("number", 0)
    row: Row = (event.stream, event.version, kind.value, number, day, event.time, event.source, *rest, event.position)
    return Put(CHRONOLOGY, row, True)


def _empty(event: PublishedEvent, version: int) -> Put:
    nothing = [None] * (len(CHRONOLOGY.columns) - 3)
    return Put(CHRONOLOGY, (event.stream, version, *nothing, event.position), version == event.version)


def _particulars(event: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    held = personal["particulars"]
    authority = (held.get("address") or {}).get("authority")
    born = held.get("date_of_birth")
    sure = not held.get("date_of_birth_estimated")
    return event.time[:10], None if born is None else _day(born), authority, sure


def _gone(_: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    return _day(personal["on"]), personal["reason"], None, None


def _removed(_: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    """The reason is stored only where it is about the child."""
    reason = personal["reason"]
    return _day(personal["on"]), reason if reason in CHILD_GONE else None, None, None


def _started(event: PublishedEvent, personal: Mapping[str, Any]) -> FactValues:
    involvement = personal["involvement"]
    day = _day(involvement.get("started_on") or event.time[:10])
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


_VALUES_OF: Mapping[FactKind, Callable[[PublishedEvent, Mapping[str, Any]], FactValues]] = {
    FactKind.REGISTERED: _particulars,
    FactKind.AMENDED: _particulars,
    FactKind.DEREGISTERED: _gone,
    FactKind.REMOVED: _removed,
    FactKind.STARTED: _started,
    FactKind.ENDED: _ended,
    FactKind.RAISED: _raised,
    FactKind.LOWERED: _lowered,
}
