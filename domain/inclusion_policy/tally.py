"""Policy histories counted: tallies of parts of a population add up to the tally of the whole."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import partial
from typing import Any, Self

from domain.birth import GROWN_UP
from domain.inclusion_policy.history import PolicyHistory, Spell, days_listed
from domain.inclusion_policy.judge import Judge
from domain.inclusion_policy.rounding import to_tens
from domain.reports import QUESTIONS

LISTS = (
    "not_listed_now",
    "not_listed_ever",
    "in_need_unlisted_now",
    "unlisted_when_need_arose",
    "needs_never_listed",
    "involvements_lost",
    "findings_lost",
    "reversed",
    "removed_in_need",
    "held_without_need",
    "contacts_not_findable",
    "without_named_person",
    "without_lead_professional",
)
"""Figures behind each of which there is a list of children."""

Lists = Mapping[str, list[str]]
"""The lists that are wanted, each in the order in which children were counted."""


_Behind = Callable[[str], None]
"""Adds the child that is being counted to the list behind a figure."""

_IN_DAYS = frozenset({"unseen", "held_days"})
"""Fields in days, which `figures.py` rounds."""


class _Adds:
    """Sums of counts, field by field."""

    def rounded(self) -> Self:
        """Every count to tens."""
        return type(self)(**{each.name: _rounded(each.name, getattr(self, each.name)) for each in fields(self)})  # type: ignore[arg-type]

    def __add__(self, other: Self) -> Self:
        return type(self)(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})  # type: ignore[arg-type]


def _rounded(name: str, value: Any) -> Any:
    if name in _IN_DAYS:
        return value
    if isinstance(value, Counter):
        return Counter({key: to_tens(count) for key, count in value.items()})
    return to_tens(value)


@dataclass
class Population(_Adds):
    """Counts that are the same under every policy."""

    children: int = 0
    in_need_now: int = 0
    in_need_ever: int = 0
    needs: int = 0
    involvements: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    contacts: int = 0
    with_contacts: int = 0

    def count(self, history: PolicyHistory) -> None:
        """Counts one more child."""
        self.children += 1
        at = history.at
        self.involvements += len(at.involvements)
        if history.needs:
            self.in_need_ever += 1
            self.needs += len(history.needs)
            self.in_need_now += history.needs[-1][1] is None
        if history.meetings:
            self.with_contacts += 1
            self.contacts += 2 * sum(pairs for _, pairs in history.meetings)


@dataclass
class Tally(_Adds):
    """Counts of one policy; `unseen` counts needs by how many days they went unseen."""

    listed_now: int = 0
    listed_ever: int = 0
    listed_in_need_now: int = 0
    children_unlisted: int = 0
    needs_unlisted: int = 0
    needs_never_listed: int = 0
    unseen: Counter[int] = field(default_factory=Counter)
    involvements_lost: int = 0
    findings_lost: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    ended: int = 0
    reversed: int = 0
    removed_in_need: int = 0
    held: int = 0
    held_days: int = 0
    held_records: int = 0
    findable: int = 0
    without_named_person: int = 0
    without_lead_professional: int = 0


class Tallies:
    """The population's tally and that of each policy."""

    def __init__(self, judges: Sequence[Judge], on: str) -> None:
        self._judges, self._on = judges, on
        self.population = Population()
        self.policies = [Tally() for _ in judges]

    def __add__(self, other: "Tallies") -> "Tallies":
        """Both together, of the same policies on the same day."""
        both = Tallies(self._judges, self._on)
        both.population = self.population + other.population
        both.policies = [one + two for one, two in zip(self.policies, other.policies, strict=True)]
        return both

    def rounded(self) -> "Tallies":
        """The same, rounded to tens, so that the figures do not reveal whether one child was counted."""
        rounded = Tallies(self._judges, self._on)
        rounded.population = self.population.rounded()
        rounded.policies = [each.rounded() for each in self.policies]
        return rounded

    def count(self, child: str, history: PolicyHistory, lists: Sequence[Lists]) -> None:
        """Counts one more child, and adds it to the `lists` of each policy where it belongs."""
        found = [name for name, question in QUESTIONS.items() if question(history.at) is not None]
        self.population.count(history)
        self.population.findings.update(found)
        for place, (judge, tally) in enumerate(zip(self._judges, self.policies, strict=True)):
            behind = partial(_put_on_list, child, lists[place])
            _count_listing(tally, history, place, found, behind)
            _count_needs(tally, history, place, self._on, behind)
            _count_contacts(tally, history, place, behind)
            _count_persons(tally, history, place, judge, behind)


def _put_on_list(child: str, lists: Lists, figure: str) -> None:
    """Adds a child to the list behind a figure, if that list is wanted."""
    if figure in lists:
        lists[figure].append(child)


def _count_listing(tally: Tally, history: PolicyHistory, place: int, found: Sequence[str], behind: _Behind) -> None:
    spells, at = history.listed[place], history.at
    if spells:
        tally.listed_ever += 1
        tally.begun += len(spells)
        tally.ended += len(spells) - (spells[-1][1] is None)
        if len(spells) > 1:
            tally.reversed += len(spells) - 1
            behind("reversed")
        if history.dropped[place]:
            tally.removed_in_need += history.dropped[place]
            behind("removed_in_need")
    else:
        behind("not_listed_ever")
    if history.is_listed(place):
        tally.listed_now += 1
        return
    behind("not_listed_now")
    if at.involvements:
        tally.involvements_lost += len(at.involvements)
        behind("involvements_lost")
    if found:
        tally.findings_lost.update(found)
        behind("findings_lost")


def _count_needs(tally: Tally, history: PolicyHistory, place: int, on: str, behind: _Behind) -> None:
    spells, needs = history.listed[place], history.needs
    if not needs:
        if spells:
            tally.held += 1
            tally.held_days += sum(days_listed(spells, on))
            tally.held_records += len(history.at.known_to)
            behind("held_without_need")
        return
    if needs[-1][1] is None:
        if history.is_listed(place):
            tally.listed_in_need_now += 1
        else:
            behind("in_need_unlisted_now")
    unlisted = [need for need in needs if not _lists_on(spells, need[0])]
    if unlisted:
        tally.children_unlisted += 1
        tally.needs_unlisted += len(unlisted)
        behind("unlisted_when_need_arose")
        listed_in_time = [_count_unseen(tally, need, spells, on) for need in unlisted]
        if not all(listed_in_time):
            behind("needs_never_listed")


def _count_unseen(tally: Tally, need: Spell, spells: Sequence[Spell], on: str) -> bool:
    """Counts the days from the beginning of a need until the child was listed; True if that was before it ended."""
    begins, ends = need
    listed = next((start for start, _ in spells if start > begins and (ends is None or start < ends)), None)
    if listed is None:
        tally.needs_never_listed += 1
    until = listed or ends
    last = date.fromisoformat(until).toordinal() if until else date.fromisoformat(on).toordinal() + 1
    tally.unseen[last - date.fromisoformat(begins).toordinal()] += 1
    return listed is not None


def _count_contacts(tally: Tally, history: PolicyHistory, place: int, behind: _Behind) -> None:
    if not history.meetings:
        return
    spells = history.listed[place]
    findable = [_lists_on(spells, day) for day, _ in history.meetings]
    tally.findable += 2 * sum(pairs for (_, pairs), found in zip(history.meetings, findable, strict=True) if found)
    if not all(findable):
        behind("contacts_not_findable")


def _count_persons(tally: Tally, history: PolicyHistory, place: int, judge: Judge, behind: _Behind) -> None:
    """Counts a listed child, alive and in England, that lacks the named person or lead professional of the policy."""
    at = history.at
    if not (judge.named_person or judge.needs_lead) or not at.here or not history.is_listed(place):
        return
    if judge.named_person and not judge.named_person(at):
        tally.without_named_person += 1
        behind("without_named_person")
    if judge.needs_lead and at.in_need and not at.leads and (at.age is None or at.age < GROWN_UP):
        tally.without_lead_professional += 1
        behind("without_lead_professional")


def _lists_on(spells: Sequence[Spell], day: str) -> bool:
    return any(begins <= day and (ends is None or day < ends) for begins, ends in spells)
