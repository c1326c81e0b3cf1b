"""A child's chronology → from which day to which each rule requires that its entry is archived.

Fewer people see an archived entry, so no single statement may bring that about. Of dates of birth that differ the
latest counts, also of a record that is set aside, and what a record gave before counts for a year after it was changed;
of a date that is estimated, a year later. A death or a departure
from England counts where two agencies report it, or the registration of deaths does, or no other agency holds the child
any more: more than it takes to leave the lists of reports. Its year begins on the day that is reported or on the one on
which that was recorded, whichever is later. It does not count while an agency has reported the child since, as `gone-
in-doubt` lists, or has recorded anything of it since. Nothing of a sensitive service is a reason for or against
anything.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.belief import ENOUGH
from domain.birth import GROWN_UP
from domain.days import day_of
from domain.education import birthday
from domain.retention.rules import (
    AFTER_DEATH,
    AFTER_LEAVING,
    DESTROYED_AFTER,
    DIED,
    KEPT_ON_UNTIL,
    LEFT_ENGLAND,
    LOOKED_AFTER_AT,
    REACHED_18,
    REACHED_25,
    Rule,
)
from domain.timeline import Circumstances, Records, timeline_cursor
from domain.timeline.changes import DIED as REPORTED_DEATH
from domain.timeline.changes import DOUBTFUL, Record
from domain.timeline.changes import LEFT_ENGLAND as REPORTED_LEAVING
from domain.vocabulary import AgencyKind, Flag

ARCHIVE, ASK = "archive", "ask"
"""What is due: that the entry is archived, or that the young person is asked whether to be kept on."""
_LAST_YEAR = date.max.year - 100
"""Of later days, anniversaries lie beyond the calendar: nothing is due."""
_LOOKED_AFTER = str(Flag.LOOKED_AFTER)
_RAISED, _OF_FLAGS = "raise_flag", ("raise_flag", "lower_flag")


class Due(NamedTuple):
    """By a rule, something is due from the day `begins` up to, not including, `ends` (None: until further notice)."""

    rule: str
    begins: str
    ends: str | None
    act: str


def due(of_child: Records) -> list[Due]:
    """All that is ever due by all rules, of what is known now, also on days to come."""
    return [*_by_age(of_child), *_gone(of_child)]


def destroyed_on(archived_on: str) -> str:
    """The day on which an entry is destroyed that was archived on a day; the calendar's last, if that is beyond it."""
    if date.fromisoformat(archived_on).year > date.max.year - DESTROYED_AFTER:
        return date.max.isoformat()
    return birthday(date.fromisoformat(archived_on), DESTROYED_AFTER).isoformat()


def begun_by(on: date) -> str:
    """The last day of which `destroyed_on` gives that day or an earlier one."""
    if on.year <= DESTROYED_AFTER:
        return date.min.isoformat()
    last = birthday(on, -DESTROYED_AFTER)
    if (last.month, last.day) != (on.month, on.day):  # 29 February, which few years have
        last = date(last.year, 2, 28)
    return last.isoformat()


def _by_age(of_child: Records) -> Iterator[Due]:
    born = _latest_birth(of_child)
    if born is None:
        return
    grown_up = _comes_of(GROWN_UP, born, of_child)
    if _may_be_care_leaver(of_child, birthday(born, LOOKED_AFTER_AT).isoformat(), grown_up):
        kept_on_until = _comes_of(KEPT_ON_UNTIL, born, of_child)
        if grown_up < kept_on_until:
            yield Due(REACHED_18.name, grown_up, kept_on_until, ASK)
        yield Due(REACHED_25.name, kept_on_until, None, ARCHIVE)
    else:
        yield Due(REACHED_18.name, grown_up, None, ARCHIVE)


def _latest_birth(of_child: Records) -> date | None:
    """The latest day on which the child may have been born, by any ordinary record, also one that is set aside."""
    reported = {(record.born, record.exact) for record in of_child.held if record.born and not record.restricted}
    return max((day for each in reported if (day := _at_latest(*each))), default=None)


def _at_latest(born: str, exact: bool) -> date | None:
    """The latest day that a reported date of birth may mean; None where its anniversaries lie beyond the calendar."""
    day = date.fromisoformat(born)
    if day.year > _LAST_YEAR:
        return None
    return day if exact else birthday(day, 1)


def _comes_of(age: int, born: date, of_child: Records) -> str:
    """The day from which the child is of an age, by the latest date of birth and those that were given before.

    Such a one counts until a year after another was recorded: a slip, or a stolen credential, is found by then.
    """
    days = [birthday(born, age)]
    for record in of_child.held:
        for before, exact, until in () if record.restricted else record.earlier_births:
            denied = date.fromisoformat(day_of(until))
            day = _at_latest(before, exact)
            if day and denied.year <= _LAST_YEAR:
                days.append(min(birthday(day, age), birthday(denied, 1)))
    return max(days).isoformat()


def _may_be_care_leaver(of_child: Records, after: str, before: str) -> bool:
    """Whether the flag `looked-after` was up on a day from `after` on and before `before`."""
    flags = [each for record in of_child.held for each in record.changes if each[2] in _OF_FLAGS]
    raised = [
        (day, arguments[0]) for day, _, name, arguments in flags if name == _RAISED and arguments[1] == _LOOKED_AFTER
    ]
    lowered = {arguments[0]: day for day, _, name, arguments in flags if name != _RAISED}
    return any(day < before and lowered.get(key, before) > after for day, key in raised)


class _Statement(NamedTuple):
    """A source states that the child died or left England on a day; `certain` where it registers deaths.

    `recorded` is the moment at which the register recorded that.
    """

    day: str
    source: str
    certain: bool
    recorded: str

    @property
    def counts_from(self) -> str:
        """The day from which its year counts: nobody dates a death back to have it forgotten at once."""
        return max(self.day, day_of(self.recorded))


def _statements(of_child: Records) -> Iterator[tuple[str, _Statement]]:
    """Every statement, with its reason, of the records that count for the identity and of those removed."""
    for record in of_child.believed:
        certain = record.agency == AgencyKind.DEATH_REGISTRATION
        for day, _, name, arguments in record.changes:
            if name == "leave":
                yield arguments[0], _Statement(day, record.source, certain, arguments[3])
    for day, _, _, (reason, source, weight, recorded) in of_child.ends:
        if weight != DOUBTFUL:
            yield reason, _Statement(day, source, False, recorded)


class _Spell:
    """The spells during which the child counts as gone for one reason, and what is due in each."""

    def __init__(self, reason: str, rule: Rule, years: int, held: Sequence[Record]) -> None:
        self._reason, self._rule, self._years, self._held = reason, rule.name, years, held
        self._by_source: dict[str, _Statement] = {}
        self._since: str | None = None
        self._begins: str | None = None
        self.found: list[Due] = []

    def judge(self, at: Circumstances, statements: Mapping[tuple[str, str], Sequence[_Statement]]) -> None:
        """Judges the end of a day, with all statements by reason and day."""
        for each in statements.get((self._reason, at.day), ()):
            self._by_source[each.source] = each
        sources = at.reported_gone_by(self._reason)
        self._by_source = {source: each for source, each in self._by_source.items() if source in sources}
        counted = self._by_source.values()
        enough = len(counted) >= ENOUGH or any(each.certain for each in counted) or not at.held_by(self._by_source)
        if not counted or not enough or at.reported_since or self._is_denied():
            self.end(at.day)
            return
        self._since = self._since or at.day
        last = date.fromisoformat(max(each.counts_from for each in counted))
        if last.year <= _LAST_YEAR:
            self._begins = max(self._since, birthday(last, self._years).isoformat())

    def _is_denied(self) -> bool:
        """Whether an agency that holds the child, or stated this itself, has recorded anything of it since."""
        first = min(each.recorded for each in self._by_source.values())
        own = {source: each.recorded for source, each in self._by_source.items()}
        return any(
            record.reported_at > own.get(record.source, first)
            for record in self._held
            if not record.restricted and (record.active or record.source in own)
        )

    def end(self, day: str | None) -> None:
        """Ends the spell on a day, from which the child counts as gone no more; None at the end of the chronology."""
        if self._begins and (day is None or self._begins < day):
            self.found.append(Due(self._rule, self._begins, day, ARCHIVE))
        self._since = self._begins = None


def _gone(of_child: Records) -> list[Due]:
    statements: defaultdict[tuple[str, str], list[_Statement]] = defaultdict(list)
    for reason, each in _statements(of_child):
        statements[reason, each.day].append(each)
    if not statements:
        return []
    spells = (
        _Spell(REPORTED_DEATH, DIED, AFTER_DEATH, of_child.held),
        _Spell(REPORTED_LEAVING, LEFT_ENGLAND, AFTER_LEAVING, of_child.held),
    )
    for at in timeline_cursor(of_child):
        for spell in spells:
            spell.judge(at, statements)
    for spell in spells:
        spell.end(None)
    return [each for spell in spells for each in spell.found]
