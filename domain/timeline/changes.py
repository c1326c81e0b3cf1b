"""The facts of a child's records → changes in order of their days, each by one method of the circumstances."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from domain.timeline.facts import Fact, FactKind
from domain.vocabulary import RESTRICTED_SOURCE

Change = tuple[str, int, str, tuple[Any, ...]]
"""The day, its place among the changes of that day, the name of the method of Circumstances, and its arguments."""

Key = tuple[str, int]
"""A record, and the version of the event in it with which an involvement or flag began."""

CHILD_GONE = frozenset({"died", "left-england"})
"""Reasons to deregister or remove a record that are about the child and not about the agency."""

FIRST, THEN, LAST = range(3)
"""Places among the changes of a day."""


# Plain texts: to look a member of an enum up takes ten times as long, and these are compared with every fact.
_REGISTERED, _DEREGISTERED, _REMOVED = map(str, (FactKind.REGISTERED, FactKind.DEREGISTERED, FactKind.REMOVED))
_STARTED, _ENDED, _RAISED, _LOWERED = map(str, (FactKind.STARTED, FactKind.ENDED, FactKind.RAISED, FactKind.LOWERED))
_BEGINS: Mapping[str, str] = {_STARTED: "start", _RAISED: "raise_flag"}
_ENDS: Mapping[str, str] = {_ENDED: "end", _LOWERED: "lower_flag"}
_BEGUN_BY: Mapping[str, str] = {_ENDED: "start", _LOWERED: "raise_flag"}


class Record:
    """The changes that the events of one record make, and what the record holds after them."""

    __slots__ = (
        "active",
        "authority",
        "born",
        "changes",
        "exact",
        "particulars_time",
        "registered_on",
        "restricted",
        "source",
        "stream",
        "version",
    )

    def __init__(self, stream: str, source: str, registered_on: str) -> None:
        self.stream = stream
        self.source = source
        self.registered_on = registered_on
        self.restricted = source == RESTRICTED_SOURCE
        self.changes: list[Change] = []
        self.particulars_time = ""
        self.version = 0
        self.born: str | None = None
        self.authority: str | None = None
        self.exact = False
        self.active = True

    @property
    def precedence(self) -> tuple[bool, str, str]:
        """A sort key, the greatest is believed first: still registered, then the latest particulars."""
        return self.active, self.particulars_time, self.stream


class Records(NamedTuple):
    """The records that agencies hold of a child, and the changes that removed ones make."""

    held: list[Record]
    ends: list[Change]


def records_of(facts: Iterable[Fact]) -> Records:
    """The records of one child from the facts of all of them, in order of stream and version.

    Of a removed record nothing remains but that the child has died or left England, where that was the reason.
    """
    records: list[Record] = []
    ends: list[Change] = []
    for stream, each in groupby(facts, itemgetter(0)):
        of_record = list(each)
        last = of_record[-1]
        if last.kind == _REMOVED:
            if last.word in CHILD_GONE:
                ends.append((last.day, LAST, "leave", (last.word,)))
        else:
            records.append(_record(stream, of_record))
    return Records(records, ends)


def _record(stream: str, facts: Sequence[Fact]) -> Record:
    record = Record(stream, facts[0].source, facts[0].day)
    open_spans: dict[tuple[str, int], int] = {}
    for fact in facts:
        kind = fact.kind
        if kind in _BEGINS:
            _begin_span(record, fact, open_spans)
        elif kind in _ENDS:
            _end_span(record, fact, open_spans)
        elif kind == _DEREGISTERED:
            record.active = False
            record.changes.append((fact.day, FIRST, "deregister", (stream,)))
            if fact.word in CHILD_GONE:
                record.changes.append((fact.day, LAST, "leave", (fact.word,)))
        else:
            _take_particulars(record, fact)
    return record


def _take_particulars(record: Record, fact: Fact) -> None:
    record.particulars_time, record.version = fact.time, fact.version
    record.born, record.exact, record.authority = fact.word, bool(fact.sure), fact.place
    if fact.kind == _REGISTERED:
        record.active = True
        record.changes.append((fact.day, FIRST, "register", (record.stream, fact.source)))
    if not record.restricted:
        record.changes.append((fact.day, THEN, "set_address", (record.stream, fact.time, fact.place)))


def _begin_span(record: Record, fact: Fact, open_spans: dict[tuple[str, int], int]) -> None:
    """An involvement or flag begins; one that is sent again while it is open replaces the earlier one."""
    name = _BEGINS[fact.kind]
    values = ((record.stream, fact.version), fact.word, fact.place, fact.sure, fact.source)
    change = (fact.day, THEN, name, values)
    at = open_spans.get((name, fact.number))
    if at is None:
        open_spans[name, fact.number] = len(record.changes)
        record.changes.append(change)
    else:
        record.changes[at] = change


def _end_span(record: Record, fact: Fact, open_spans: dict[tuple[str, int], int]) -> None:
    """It ends, at the earliest on the day on which it began."""
    at = open_spans.pop((_BEGUN_BY[fact.kind], fact.number), None)
    if at is not None:
        begun, _, _, (key, *_) = record.changes[at]
        record.changes.append((max(fact.day, begun), LAST, _ENDS[fact.kind], (key,)))
