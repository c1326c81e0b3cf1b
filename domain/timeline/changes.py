"""The facts of a child's records → changes of its circumstances, in order of their days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise, zip_longest
from operator import itemgetter
from typing import Any

from domain.belief import Origin, believed_birth, believed_records, birth_statement
from domain.timeline.facts import Fact, FactKind
from domain.timeline.order import ends_in_order, in_order, status_changes_in_order
from domain.vocabulary import RESTRICTED_SOURCE, AgencyKind

Change = tuple[str, int, str, tuple[Any, ...]]
"""The day, the place among the changes of that day, the method of Circumstances to call, and its arguments."""

Key = tuple[str, int]
"""A record, and the version of its event with which an involvement or flag began."""

DIED, LEFT_ENGLAND, REGISTERED_IN_ERROR = "died", "left-england", "registered-in-error"
CHILD_GONE = frozenset({DIED, LEFT_ENGLAND})
"""Reasons to deregister or remove a record that concern the child, not the agency."""

FIRST, THEN, LAST = range(3)
"""Places among the changes of a day."""

DOUBTFUL, ALONE, CERTAIN = range(3)
"""The weight of one agency's report that a child died or left England.

- DOUBTFUL: it has no effect while other agencies hold the child, unless a second agency reports the same.
- ALONE: it takes effect; a death is listed as doubtful while other agencies hold the child.
- CERTAIN: it takes effect."""
_DOUBTFUL_KINDS = frozenset(
    map(str, (AgencyKind.VOLUNTARY, AgencyKind.POLICE, AgencyKind.YOUTH_OFFENDING, AgencyKind.ASSESSMENT))
)
_CERTAIN_KINDS = frozenset((None, str(AgencyKind.DEATH_REGISTRATION)))
"""None is the kind in events recorded before kinds were, which keep their effect."""


# Plain texts: to look a member of an enum up takes ten times as long, and these are compared with every fact.
_REGISTERED, _DEREGISTERED, _REMOVED = map(str, (FactKind.REGISTERED, FactKind.DEREGISTERED, FactKind.REMOVED))
_STARTED, _ENDED, _RAISED, _LOWERED = map(str, (FactKind.STARTED, FactKind.ENDED, FactKind.RAISED, FactKind.LOWERED))
_SHOWS_THE_CHILD = frozenset({_REGISTERED, str(FactKind.AMENDED), _STARTED, _RAISED})
_BEGINS: Mapping[str, str] = {_STARTED: "start", _RAISED: "raise_flag"}
_ENDS: Mapping[str, str] = {_ENDED: "end", _LOWERED: "lower_flag"}
_BEGUN_BY: Mapping[str, str] = {_ENDED: "start", _LOWERED: "raise_flag"}


class Record:
    """The changes that result from the facts of one record, and its state after them.

    `reported_at` is the moment at which the register last recorded anything that shows the child to be here: that the
    record was registered or amended, an involvement, or a flag. `earlier_births` has the dates of birth that it gave
    before, whether they were exact, and the moment at which the register recorded another one.
    """

    __slots__ = (
        "active",
        "agency",
        "aside",
        "authority",
        "born",
        "changes",
        "earlier_births",
        "exact",
        "origin",
        "particulars_time",
        "registered_on",
        "reported_at",
        "restricted",
        "source",
        "stream",
        "version",
    )

    def __init__(self, stream: str, source: str, registered_on: str, *, aside: bool = False) -> None:
        self.stream = stream
        self.source = source
        self.agency: str | None = None
        self.aside = aside
        self.registered_on = registered_on
        self.restricted = source == RESTRICTED_SOURCE
        self.changes: list[Change] = []
        self.particulars_time = ""
        self.version = 0
        self.born: str | None = None
        self.earlier_births: list[tuple[str, bool, str]] = []
        self.authority: str | None = None
        self.exact = False
        self.reported_at = ""
        self.active = True

    @property
    def weight(self) -> int:
        """The weight of its report that the child died or left England."""
        if self.aside or self.agency in _DOUBTFUL_KINDS:
            return DOUBTFUL
        return CERTAIN if self.agency in _CERTAIN_KINDS else ALONE

    def settle(self) -> "Record":
        """Sets the `origin` of what the record reports, once all facts are taken."""
        self.origin = Origin(self.stream, self.source, self.agency, not self.active, self.particulars_time)
        return self


@dataclass(frozen=True)
class Records:
    """The records that agencies hold of a child, and the changes that result from removed records.

    What follows from them is weighed once: summary, findings and retention all begin with it.
    """

    held: list[Record]
    ends: list[Change]

    @cached_property
    def believed(self) -> Sequence[Record]:
        """The records from which identity and address follow: of ordinary agencies, and not set aside."""
        return believed_records([record for record in self.held if not record.restricted], lambda record: record.aside)

    @cached_property
    def birth(self) -> str | None:
        """The date of birth to believe."""
        reported = {each.born for each in self.believed} - {None}
        if len(reported) < 2:  # nothing to weigh, as a rule
            return next(iter(reported), None)
        born, _ = believed_birth(birth_statement(each.born, not each.exact, each.origin) for each in self.believed)
        return born


def records_of(facts: Iterable[Fact]) -> Records:
    """The records of one child from the facts of all of them, in order of stream and version.

    Of a removed record only this remains: that the child has died or left England, where that was the reason.
    """
    records: list[Record] = []
    ends: list[Change] = []
    for stream, each in groupby(facts, itemgetter(0)):
        of_record = list(each)
        last = of_record[-1]
        if last.kind == _REMOVED:
            if last.word in CHILD_GONE:
                ends.append(
                    (
                        last.day,
                        LAST,
                        "leave",
                        (last.word, last.source, DOUBTFUL if last.aside else ALONE, last.recorded_at),
                    )
                )
        else:
            records.append(_record(stream, of_record))
    return Records(records, ends)


def _record(stream: str, facts: Sequence[Fact]) -> Record:
    record = Record(stream, facts[0].source, facts[0].day, aside=facts[0].aside)
    described: list[Fact] = []
    status_changes: list[tuple[Fact, bool]] = []
    begun: defaultdict[tuple[str, int], list[Fact]] = defaultdict(list)
    ended: defaultdict[tuple[str, int], list[Fact]] = defaultdict(list)
    for fact in facts:
        kind = fact.kind
        if kind in _SHOWS_THE_CHILD:
            record.reported_at = max(record.reported_at, fact.recorded_at)
        if kind in _BEGINS:
            begun[_BEGINS[kind], fact.number].append(fact)
        elif kind in _ENDS:
            ended[_BEGUN_BY[kind], fact.number].append(fact)
        elif kind == _DEREGISTERED:
            status_changes.append((fact, False))
        else:
            described.append(fact)
            if kind == _REGISTERED and fact is not facts[0]:
                status_changes.append((fact, True))
    record.changes.append((record.registered_on, FIRST, "register", (stream, record.source)))
    for fact in in_order(described):
        _take_particulars(record, fact)
    for fact, after in pairwise(described):
        if fact.word is not None and (fact.word, fact.sure) != (after.word, after.sure):
            record.earlier_births.append((fact.word, bool(fact.sure), after.recorded_at))
    if status_changes:
        _take_status_changes(record, status_changes_in_order(status_changes))
    for name, number in begun:
        _take_spans(record, name, ends_in_order(begun[name, number], ended[name, number]))
    return record.settle()


def _take_particulars(record: Record, fact: Fact) -> None:
    record.particulars_time, record.version = fact.time, fact.version
    record.born, record.exact, record.authority, record.agency = fact.word, bool(fact.sure), fact.place, fact.agency
    if not record.restricted:
        origin = Origin(record.stream, record.source, fact.agency, False, fact.time)
        record.changes.append((fact.day, THEN, "set_address", (origin, fact.place)))


def _take_status_changes(record: Record, status_changes: Sequence[Fact]) -> None:
    """Adds the deregistrations and registrations of a record; the last of several deregistrations corrects the others.

    That the child died counts only as the record's last change: a registration after it shows that it was an error.
    If the record was registered in error, its report that the child left England does not count either. A report is
    recorded when it was first made: to repeat it changes nothing.
    """
    day, last = record.registered_on, status_changes[-1]
    recorded: dict[str, str] = {}
    for fact, after in zip_longest(status_changes, status_changes[1:]):
        day = max(day, fact.day)
        record.active = fact.kind == _REGISTERED
        if record.active:
            record.changes.append((day, FIRST, "register", (record.stream, record.source)))
            recorded.clear()
            continue
        if fact.word is not None:
            recorded[fact.word] = min(fact.recorded_at, recorded.get(fact.word, fact.recorded_at))
        record.changes.append((day, FIRST, "deregister", (record.stream,)))
        if fact.word == DIED and fact is last:
            record.changes.append((fact.day, LAST, "leave", (DIED, record.source, record.weight, recorded[DIED])))
        corrected = after is not None and (after.kind == _DEREGISTERED or after.day <= day)
        if fact.word == LEFT_ENGLAND and not corrected and last.word != REGISTERED_IN_ERROR:
            record.changes.append(
                (day, LAST, "leave", (LEFT_ENGLAND, record.source, record.weight, recorded[LEFT_ENGLAND]))
            )


def _take_spans(record: Record, name: str, facts: Sequence[Fact]) -> None:
    """Adds the beginnings and ends of one involvement or flag, from its facts in order.

    A beginning that is reported again before the end replaces the earlier one; one that became true before the end
    cancels the end. An end is on the day of the beginning at the earliest.
    """
    opened: int | None = None
    closed: int | None = None
    for fact in facts:
        if fact.kind in _ENDS:
            if closed is not None:
                record.changes.pop()
            if opened is not None:
                begun, _, _, (key, *_) = record.changes[opened]
                closed = len(record.changes)
                record.changes.append((max(fact.day, begun), LAST, _ENDS[fact.kind], (key,)))
            continue
        values = ((record.stream, fact.version), fact.word, fact.place, fact.sure, fact.source)
        change = (fact.day, THEN, name, values)
        if closed is not None and fact.day < record.changes[closed][0]:
            record.changes.pop()
        elif closed is not None:
            opened = None
        closed = None
        if opened is None:
            opened = len(record.changes)
            record.changes.append(change)
        else:
            record.changes[opened] = change
