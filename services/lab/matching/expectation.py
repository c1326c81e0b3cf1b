"""To what degree pairs are of one child, of relatives, namesakes, cousins or strangers, under given chances."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import exp, log
from typing import NamedTuple

from domain.matching.evidence import FIELDS, Levels
from domain.matching.settings import Chances, Rivals
from domain.matching.similarity import ABSENT
from services.lab.matching.pairs import APART, GROWN_UP, ONE_AGENCY, Agreement

MATCH, RELATIVE, NAMESAKE, STRANGER, COUSIN = KINDS = range(5)

NAMES = ("given_name", "family_name")

Fields = Mapping[str, Mapping[str, Chances]]


class Counted(NamedTuple):
    """Expected numbers of pairs: by kind and whose they may be; by kind, field and level.

    `matches` has for each agreement to what degree it is that of one child, and `likelihood` the logarithm of how
    likely all pairs are under the chances.
    """

    pairs: Counter[tuple[int, str]]
    levels: defaultdict[tuple[int, str, str], float]
    matches: dict[Agreement, float]
    likelihood: float

    def add(self, kind: int, whose: str, agreed: Levels, many: float) -> None:
        """Counts so many pairs of a kind that agree so."""
        self.pairs[kind, whose] += many  # type: ignore[assignment]  # a Counter of shares
        for name, level in zip(FIELDS, agreed, strict=True):
            if level != ABSENT:
                self.levels[kind, name, level] += many

    def of(self, kind: int) -> float:
        """All pairs of a kind."""
        return sum(many for (each, _), many in self.pairs.items() if each == kind)


def expect(rivals: Rivals, fields: Fields, agreements: Iterable[tuple[Agreement, float]], matches: float) -> Counted:
    """Counts each pair among all kinds, to the degree to which it is likely of that kind; there are so many matches."""
    logs = [
        {level: tuple(map(log, _by_kind(name, chances))) for level, chances in fields[name].items()}
        | {ABSENT: (0.0,) * len(KINDS)}
        for name in FIELDS
    ]
    numbers = {
        whose: tuple(log(matches * many) for many in (1.0, relatives, rivals.namesake, rivals.stranger, rivals.cousin))
        for whose, relatives in (
            (APART, rivals.relative),
            (ONE_AGENCY, rivals.relative_in_one_agency),
            (GROWN_UP, rivals.grown_up_relative),
        )
    }
    degrees: dict[Agreement, float] = {}
    counted = Counted(Counter(), defaultdict(float), degrees, 0.0)
    likelihood = 0.0
    for (whose, agreed), many in agreements:
        likely = list(numbers[whose])
        for field, level in zip(logs, agreed, strict=True):
            for kind, each in enumerate(field[level]):
                likely[kind] += each
        top = max(likely)
        shares = [exp(each - top) for each in likely]
        whole = sum(shares)
        likelihood += many * (top + log(whole))
        degrees[whose, agreed] = shares[MATCH] / whole
        for kind in (MATCH, RELATIVE, COUSIN):
            counted.add(kind, whose, agreed, many * shares[kind] / whole)
    return counted._replace(likelihood=likelihood)


def _by_kind(name: str, chances: Chances) -> tuple[float, ...]:
    """The chances of a level by kind; cousins are called alike as one child's records are, and else are strangers."""
    return (*chances, chances.match if name in NAMES else chances.stranger)
