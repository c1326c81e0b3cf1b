"""Schools and practices whose codes changed: a code and its successor are one place on a given day.

The product has no list of them. A directory loads one from a file (`services/configuration/successors.py`), and each
process sets it once, before it decides anything. The content of views depends on it, so views built with other
successions are of another version.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

from domain.vocabulary import Service

MOST_CHANGES = 20
"""How many successors one code may have, one after another."""


class PlaceKind(StrEnum):
    """Whose code it is: a school's (URN), or a GP practice's (ODS code)."""

    SCHOOL = "school"
    PRACTICE = "practice"


_KINDS: Mapping[str, str] = {
    Service.EDUCATION: PlaceKind.SCHOOL,
    Service.EARLY_YEARS: PlaceKind.SCHOOL,
    Service.GP: PlaceKind.PRACTICE,
}
"""The services whose organisations have codes of a kind; codes of other services are the agencies' own."""


class Succession(NamedTuple):
    """From `day` on, an ISO date, the place with a code is the one with the code `successor`.

    Without a day only the code is new: both are one place on every day.
    """

    kind: str
    code: str
    successor: str
    day: str


class SuccessionRefused(Exception):
    """A succession that cannot be: `nth` counts from 0; the text says what is wrong and what to do."""

    def __init__(self, nth: int, problem: str) -> None:
        super().__init__(problem)
        self.nth = nth


class Successions:
    """The successors of codes of schools and practices."""

    def __init__(self, each: Iterable[Succession] = ()) -> None:
        """Raises SuccessionRefused for a code with two successors, or that comes back to itself."""
        self.each = tuple(each)
        self._after: dict[tuple[str, str], tuple[str, str]] = {}
        self._before: dict[tuple[str, str], list[str]] = {}
        for nth, (kind, code, successor, day) in enumerate(self.each):
            if (kind, code) in self._after:
                raise SuccessionRefused(nth, "the code has a successor already; a place that was split has none")
            self._after[kind, code] = successor, day
            self._before.setdefault((kind, successor), []).append(code)
        for nth, (kind, code, _, _) in enumerate(self.each):
            self._check(nth, kind, code)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the successions, whatever their order; empty without any. Every reader of views compares it."""
        text = "\n".join(sorted("\t".join(each) for each in self.each))
        return sha256(text.encode()).hexdigest() if self.each else ""

    def code_on(self, service: str, code: str, day: str) -> str:
        """The code that an organisation with a service has on a day, an ISO date, of all that it has had."""
        kind = _KINDS.get(service)
        return code if kind is None else self._on(kind, code, day)

    def code_now(self, code: str) -> str:
        """The code that a place has now; the code itself where a school and a practice of that code became others."""
        found = {self._on(kind, code, _AT_LAST) for kind in PlaceKind} - {code}
        return found.pop() if len(found) == 1 else code

    def codes_now(self, code: str) -> set[str]:
        """All codes that are now one place with a code, the code itself among them."""
        found = {code}
        for kind in PlaceKind:
            ahead = [self._on(kind, code, _AT_LAST)]
            while ahead:
                found.add(ahead[-1])
                ahead += self._before.get((kind, ahead.pop()), ())
        return found

    def days_of_change(self, service: str, code: str) -> set[str]:
        """The days from which an organisation with a service is one place with another, or has another code."""
        kind, days = _KINDS.get(service), set()
        while kind is not None and (after := self._after.get((kind, code))):
            code, day = after
            days.add(day)
        return days - {""}

    def _on(self, kind: str, code: str, day: str) -> str:
        while (after := self._after.get((kind, code))) and after[1] <= day:
            code = after[0]
        return code

    def _check(self, nth: int, kind: str, first: str) -> None:
        code, visited = first, {first}
        while (after := self._after.get((kind, code))) is not None:
            code = after[0]
            if code in visited:
                raise SuccessionRefused(nth, "the codes after it come round again; take out the row that is not true")
            visited.add(code)
            if len(visited) > MOST_CHANGES + 1:
                raise SuccessionRefused(nth, f"more than {MOST_CHANGES} codes follow; name the last as the successor")


_AT_LAST = "9999-12-31"
_in_force = [Successions()]


def set_successions(successions: Successions) -> None:
    """Sets the successions of this process from now on."""
    _in_force[:] = [successions]


def successions() -> Successions:
    """The successions of this process."""
    return _in_force[0]
