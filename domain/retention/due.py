"""A child's chronology → from which day on each rule says that its entry has to be archived, until which day.

Who is archived is seen by fewer, so nobody may bring that about by one word. Of dates of birth that differ the latest
counts; of a date that is estimated, a year later. That a child died or left England counts where two agencies say so,
or the registration of deaths, or no other agency holds the child any more: more than it takes to leave the lists of
reports. It does not while an agency has told of the child since, as `gone-in-doubt` lists. Nothing of a sensitive
service is a reason for or against anything.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.belief import ENOUGH
from domain.education import birthday
from domain.retention.rules import (
    AFTER_DEATH,
    DESTROYED_AFTER,
    DIED,
    GROWN_UP,
    KEPT_ON_UNTIL,
    LEFT_ENGLAND,
    LOOKED_AFTER_AT,
    REACHED_18,
    REACHED_25,
    Rule,
)
from domain.timeline import Circumstances, Records, timeline_cursor
from domain.timeline.changes import DIED as SAID_TO_HAVE_DIED
from domain.timeline.changes import DOUBTFUL
from domain.timeline.changes import LEFT_ENGLAND as SAID_TO_HAVE_LEFT
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
    if born is None or born.year > _LAST_YEAR:
        return
    grown_up = birthday(born, GROWN_UP).isoformat()
    if _may_be_care_leaver(of_child, birthday(born, LOOKED_AFTER_AT).isoformat(), grown_up):
        kept_on_until = birthday(born, KEPT_ON_UNTIL).isoformat()
        yield Due(REACHED_18.name, grown_up, kept_on_until, ASK)
        yield Due(REACHED_25.name, kept_on_until, None, ARCHIVE)
    else:
        yield Due(REACHED_18.name, grown_up, None, ARCHIVE)


def _latest_birth(of_child: Records) -> date | None:
    """The latest day on which the child may have been born, by any record that says who it is."""
    said = {(record.born, record.exact) for record in of_child.believed if record.born}
    births = [(date.fromisoformat(born), exact) for born, exact in said]
    return max((day if exact else birthday(day, 1) for day, exact in births if day.year <= _LAST_YEAR), default=None)


def _may_be_care_leaver(of_child: Records, after: str, before: str) -> bool:
    """Whether the flag `looked-after` was up on a day from `after` on and before `before`."""
    flags = [each for record in of_child.held for each in record.changes if each[2] in _OF_FLAGS]
    raised = [(day, told[0]) for day, _, name, told in flags if name == _RAISED and told[1] == _LOOKED_AFTER]
    lowered = {told[0]: day for day, _, name, told in flags if name != _RAISED}
    return any(day < before and lowered.get(key, before) > after for day, key in raised)


class _Told(NamedTuple):
    """That the child died or left England on a day, by a source; `certain` where it is the registration of deaths."""

    day: str
    source: str
    certain: bool


def _told(of_child: Records) -> Iterator[tuple[str, _Told]]:
    """What was told, each with its reason, by the records that say who the child is, and those that are removed."""
    for record in of_child.believed:
        certain = record.agency == AgencyKind.DEATH_REGISTRATION
        for day, _, name, arguments in record.changes:
            if name == "leave":
                yield arguments[0], _Told(day, record.source, certain)
    for day, _, _, (reason, source, weight) in of_child.ends:
        if weight != DOUBTFUL:
            yield reason, _Told(day, source, certain=False)


class _Spell:
    """The days from which on something is due since the child is gone for one reason, and is believed to be."""

    def __init__(self, reason: str, rule: Rule, years: int) -> None:
        self._reason, self._rule, self._years = reason, rule.name, years
        self._voices: dict[str, _Told] = {}
        self._since: str | None = None
        self._begins: str | None = None
        self.found: list[Due] = []

    def judge(self, at: Circumstances, told: Mapping[tuple[str, str], Sequence[_Told]]) -> None:
        """At the end of a day, with all that was told, by reason and day."""
        for each in told.get((self._reason, at.day), ()):
            self._voices[each.source] = each
        said = at.reported_gone_by(self._reason)
        self._voices = {source: each for source, each in self._voices.items() if source in said}
        voices = self._voices.values()
        enough = len(voices) >= ENOUGH or any(each.certain for each in voices) or not at.held_by(self._voices)
        if not voices or not enough or at.reported_since:
            self.end(at.day)
            return
        self._since = self._since or at.day
        last = date.fromisoformat(max(each.day for each in voices))
        if last.year <= _LAST_YEAR:
            self._begins = max(self._since, birthday(last, self._years).isoformat())

    def end(self, day: str | None) -> None:
        """It is not believed from a day on; None at the end of the chronology."""
        if self._begins and (day is None or self._begins < day):
            self.found.append(Due(self._rule, self._begins, day, ARCHIVE))
        self._since = self._begins = None


def _gone(of_child: Records) -> list[Due]:
    told: defaultdict[tuple[str, str], list[_Told]] = defaultdict(list)
    for reason, each in _told(of_child):
        told[reason, each.day].append(each)
    if not told:
        return []
    spells = (_Spell(SAID_TO_HAVE_DIED, DIED, AFTER_DEATH), _Spell(SAID_TO_HAVE_LEFT, LEFT_ENGLAND, 0))
    for at in timeline_cursor(of_child):
        for spell in spells:
            spell.judge(at, told)
    for spell in spells:
        spell.end(None)
    return [each for spell in spells for each in spell.found]
