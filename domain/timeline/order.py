"""The one order of a record's facts: by effective time, and by version, the order of recording, among equals.

Two rules follow from what agencies can report. An end is the end of something that has begun, so it is not before the
first beginning, whatever its effective time. A registration after a deregistration answers it, so it is no earlier than
what it answers.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

Rank = tuple[str, int]


class BitemporalFact(Protocol):
    """A fact of a record: `time` is when it became true, `version` its place in the order of recording."""

    @property
    def time(self) -> str:
        """ISO 8601 in UTC with microseconds."""

    @property
    def version(self) -> int:
        """Its version in the record, counted from 1."""


Fact = TypeVar("Fact", bound=BitemporalFact)


def rank(fact: BitemporalFact) -> Rank:
    """A sort key: of two facts about one thing, the one of higher rank holds."""
    return fact.time, fact.version


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The facts about one thing, the last of which holds."""
    return sorted(facts, key=rank)


def ends_in_order(begun: Sequence[Fact], ended: Iterable[Fact]) -> list[Fact]:
    """The beginnings and ends of one involvement or flag, the last of which holds."""
    first = min(begun, key=_version)
    ranked = [(fact.time, float(fact.version), fact) for fact in begun]
    least = first.time, first.version + 0.5
    ranked += [(*max((fact.time, float(fact.version)), least), fact) for fact in ended]
    return [fact for _, _, fact in sorted(ranked, key=_first_two)]


def has_ended(begun: BitemporalFact, again: bool, ended: BitemporalFact | None) -> bool:
    """Whether the last end holds: `begun` is the last beginning, which was reported `again` or for the first time."""
    return ended is not None and (not again or rank(ended) > rank(begun))


def status_changes_in_order(changes: Iterable[tuple[Fact, bool]]) -> list[Fact]:
    """Deregistrations (False), and registrations after the first (True), the last of which holds."""
    latest, ranked = "", []
    for fact, answers in sorted(changes, key=lambda pair: pair[0].version):
        time = max(latest, fact.time) if answers else fact.time
        latest = max(latest, time)
        ranked.append((time, fact.version, fact))
    return [fact for _, _, fact in sorted(ranked, key=_first_two)]


def _version(fact: BitemporalFact) -> int:
    return fact.version


def _first_two(ranked: tuple[str, float, object]) -> tuple[str, float]:
    return ranked[0], ranked[1]
