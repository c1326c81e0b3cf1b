"""A record without a given name fits either twin; it must not carry one into the other's entry."""

from typing import Any

from domain.matching import Comparer, features_of
from domain.matching.clusters import Clusters
from services.registrar.matcher_settings import load_settings

TWIN: dict[str, Any] = {
    "family_name": "Orrell",
    "date_of_birth": "2003-05-17",
    "address": {"lines": ["14 Osier Walk", "Northmoor"], "postcode": "ZX4 7QT"},
    "carers": [{"name": "Ruth Orrell"}],
}


def test_a_twin_does_not_follow_a_nameless_record_to_the_other_twin() -> None:
    clusters = Clusters(Comparer(load_settings()))
    for record, given_name in (("first", "Tamsin"), ("nameless", "Baby"), ("second", "Rowan")):
        clusters.describe(record, features_of(TWIN | {"given_name": given_name}, "2008-10-23"))
    child_of = clusters.child_of()
    assert child_of["nameless"] == child_of["first"] != child_of["second"]
    assert set(clusters.open_pairs()) == {frozenset((child_of["first"], child_of["second"]))}
