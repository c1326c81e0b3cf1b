"""To what degree pairs are of one child, of relatives, of namesakes or of strangers, under chances that are given."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import exp, log
from typing import NamedTuple

from domain.matching.evidence import FIELDS, Levels
from domain.matching.settings import Chances, Rivals
from domain.matching.similarity import ABSENT, DIFFERS, SAME, SWAPPED
from services.lab.matching.pairs import Agreement

MATCH, RELATIVE, NAMESAKE, STRANGER = KINDS = range(4)

TOGETHER: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("given_name", "family_name"): (SWAPPED,),
    ("postcode", "address"): (SAME, DIFFERS),
    ("carers", "contacts"): (SAME, DIFFERS),
}
"""Fields of which one fact decides, and at which levels: two names that were swapped, the home that was left."""

_PARTNERS = [(FIELDS.index(one), FIELDS.index(other), levels) for (one, other), levels in TOGETHER.items()]

Fields = Mapping[str, Mapping[str, Chances]]


class Counted(NamedTuple):
    """Expected numbers of pairs: by kind and whether grown up; by kind, field and level.

    `together` counts levels that two fields share which go together: by kind, first field and the level of both, or
    None for all pairs in which neither is absent.
    """

    pairs: Counter[tuple[int, bool]]
    levels: defaultdict[tuple[int, str, str], float]
    together: defaultdict[tuple[int, str, str | None], float]

    def of(self, kind: int) -> float:
        """All pairs of a kind."""
        return self.pairs[kind, False] + self.pairs[kind, True]


def expect(rivals: Rivals, fields: Fields, agreements: Iterable[tuple[Agreement, float]]) -> Counted:
    """Counts each pair among all kinds, to the degree to which it is likely of that kind."""
    logs = [
        {level: tuple(map(log, chances)) for level, chances in fields[name].items()} | {ABSENT: (0.0,) * len(KINDS)}
        for name in FIELDS
    ]
    numbers = {
        grown_up: (0.0, log(relatives), log(rivals.namesake), log(rivals.stranger))
        for grown_up, relatives in ((False, rivals.relative), (True, rivals.grown_up_relative))
    }
    counted = Counted(Counter(), defaultdict(float), defaultdict(float))
    for (grown_up, levels), many in agreements:
        likely = list(numbers[grown_up])
        for field, level in zip(logs, levels, strict=True):
            for kind, each in enumerate(field[level]):
                likely[kind] += each
        top = max(likely)
        shares = [exp(each - top) for each in likely]
        whole = sum(shares)
        for kind in KINDS:
            _count(counted, kind, grown_up, levels, many * shares[kind] / whole)
    return counted


def _count(counted: Counted, kind: int, grown_up: bool, levels: Levels, share: float) -> None:
    counted.pairs[kind, grown_up] += share  # type: ignore[assignment]  # a Counter of shares
    for name, level in zip(FIELDS, levels, strict=True):
        if level != ABSENT:
            counted.levels[kind, name, level] += share
    for one, other, special in _PARTNERS:
        if levels[one] != ABSENT and levels[other] != ABSENT:
            counted.together[kind, FIELDS[one], None] += share
            if levels[one] == levels[other] and levels[one] in special:
                counted.together[kind, FIELDS[one], levels[one]] += share
