"""Records for the matcher's tests: one invented girl as an agency holds her, and what others may write instead."""

from functools import cache
from typing import Any

from domain.matching import Candidate, Comparer, Features, features_of
from domain.matching.clusters import Clusters
from services.registrar.matcher_settings import load_settings

TIME = "2008-10-23T09:00:00Z"
HOME = {"lines": ["4 Larkspur Row", "Westmarch"], "postcode": "ZX4 7QT"}
ELSEWHERE = {"lines": ["81 Tannery Lane", "Holt Cross"], "postcode": "ZX61 2AB"}
RUTH = [{"name": "Ruth Orrell", "phone": "01632 960417"}]
OTHERS = [{"name": "Dagmar Orrell", "phone": "01632 960991"}]
TAMSIN: dict[str, Any] = {
    "given_name": "Tamsin",
    "family_name": "Orrell",
    "date_of_birth": "2003-05-17",
    "gender": "female",
    "address": HOME,
    "carers": RUTH,
}
BARE: dict[str, Any] = {"gender": "unknown", "address": {}, "carers": []}
"""The changes that leave nothing but name and date of birth."""
ONE_NUMBER, OTHER_NUMBER = "9990000417", "9990000425"


@cache
def comparer() -> Comparer:
    """Compares by the settings that come with the product."""
    return Comparer(load_settings())


def record(source: str = "", time: str = TIME, **changes: Any) -> Features:
    """Tamsin's record as an agency holds it, but for the changes."""
    return features_of(TAMSIN | changes, time, source=source)


def candidate(name: str, features: Features, child: str | None = None) -> Candidate:
    """A record that belongs to a child, by itself unless one is named."""
    return Candidate(name, child or name, features)


def judged(one: Features, other: Features) -> str:
    """`linked`, `queued` or `apart`: what becomes of two records, and the same whichever comes first."""
    outcomes = set()
    for first, second in ((one, other), (other, one)):
        clusters = Clusters(comparer())
        clusters.describe("first", first)
        clusters.describe("second", second)
        linked = len(set(clusters.child_of().values())) == 1
        outcomes.add("linked" if linked else "queued" if clusters.open_pairs() else "apart")
    assert len(outcomes) == 1
    return outcomes.pop()
