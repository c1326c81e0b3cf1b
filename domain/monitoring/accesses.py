"""The input of the detectors: looks, and the few facts that they need beside them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from domain.days import local


class Access(NamedTuple):
    """A look: `at` is ISO text in UTC, `organisation` the code that involvements name too, `children` are numbers."""

    position: int
    at: str
    user: str
    role: str | None
    organisation: str | None
    action: str
    children: tuple[str, ...]

    @property
    def day(self) -> date:
        """The day of the look, in England."""
        return local(self.at).date()


OPENING = frozenset({"show", "history"})
"""Actions by which a user opens one child's entry; a search or a list shows children whom the user did not choose."""
LOOKING_UP = OPENING | {"find"}
"""Actions by which a user looks a child up; lists and exports show thousands at once and are not counted."""

Span = tuple[str, str | None]
"""An involvement from a day up to and including another, ISO texts; None while it has not ended."""


@dataclass(frozen=True)
class Facts:
    """The facts that the detectors need beside the looks.

    `namesakes` are pairs of user and child that bear one family name; `addresses` gives children of one address one
    opaque word; `involvements` are those of an organisation with a child. `confidential` organisations and `shielded`
    children are those whose involvements are secret, so that it can't be judged whether one followed.
    """

    namesakes: frozenset[tuple[str, str]] = frozenset()
    addresses: Mapping[str, str] = field(default_factory=dict)
    involvements: Mapping[tuple[str, str], Sequence[Span]] = field(default_factory=dict)
    confidential: frozenset[str] = frozenset()
    shielded: frozenset[str] = frozenset()


class EntryView(NamedTuple):
    """A user opened a child's entry on a day, however often; `position` is that of the first time."""

    user: str
    organisation: str | None
    child: str
    day: date
    position: int


def entry_views(accesses: Iterable[Access]) -> list[EntryView]:
    """Who opened which child's entry on which day, in order of the log."""
    first: dict[tuple[str, str, date], EntryView] = {}
    for access in sorted(accesses):
        for child in access.children if access.action in OPENING else ():
            key = access.user, child, access.day
            first.setdefault(key, EntryView(access.user, access.organisation, child, access.day, access.position))
    return list(first.values())


def looking_up(accesses: Iterable[Access]) -> Iterator[Access]:
    """The looks by which users look a child up."""
    return (access for access in accesses if access.action in LOOKING_UP)
