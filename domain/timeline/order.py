"""The one order of what is said of a record: by when it became true. When it was told decides only among equals.

Two things follow from what can be told at all. An end is told of what has begun, so it is not before the first
beginning, whatever its time. A deregistration can be answered by registering again, and that is no earlier than what
it answers.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

Rank = tuple[str, int]


class Told(Protocol):
    """Something that was said of a record: `time` is when it became true, `version` counts what was told."""

    @property
    def time(self) -> str:
        """ISO 8601 in UTC with microseconds."""

    @property
    def version(self) -> int:
        """Its place among all that was told of the record."""


Said = TypeVar("Said", bound=Told)


def rank(told: Told) -> Rank:
    """A sort key: what ranks higher holds."""
    return told.time, told.version


def in_order(told: Iterable[Said]) -> list[Said]:
    """What was said of one thing, the last of which holds."""
    return sorted(told, key=rank)


def ends_in_order(begun: Sequence[Said], ended: Iterable[Said]) -> list[Said]:
    """The beginnings and ends of one involvement or flag, the last of which holds."""
    first = min(begun, key=_version)
    ranked = [(told.time, float(told.version), told) for told in begun]
    least = first.time, first.version + 0.5
    ranked += [(*max((told.time, float(told.version)), least), told) for told in ended]
    return [told for _, _, told in sorted(ranked, key=_first_two)]


def has_ended(begun: Told, again: bool, ended: Told | None) -> bool:
    """Whether the last end holds: `begun` is the last beginning, which was told `again` or for the first time."""
    return ended is not None and (not again or rank(ended) > rank(begun))


def standings_in_order(told: Iterable[tuple[Said, bool]]) -> list[Said]:
    """Deregistrations, and registrations after the first (True), the last of which holds."""
    latest, ranked = "", []
    for each, answers in sorted(told, key=lambda pair: pair[0].version):
        time = max(latest, each.time) if answers else each.time
        latest = max(latest, time)
        ranked.append((time, each.version, each))
    return [each for _, _, each in sorted(ranked, key=_first_two)]


def _version(told: Told) -> int:
    return told.version


def _first_two(ranked: tuple[str, float, object]) -> tuple[str, float]:
    return ranked[0], ranked[1]
