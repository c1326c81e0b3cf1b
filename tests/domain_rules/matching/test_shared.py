"""What many families share, such as a clinic's telephone or a council's address, tells nothing of who a child is."""

from typing import Any

import pytest

from domain.matching import Comparer, features_of
from domain.matching.clusters import Clusters
from domain.matching.shared import MOST_FAMILIES, are_many, keys_between, keys_of_many, shared_keys, without_shared
from services.registrar.matcher_settings import load_settings
from tests.domain_rules.matching.people import ELSEWHERE, HOME, ONE_NUMBER, RUTH, candidate, record

COMPARER = Comparer(load_settings())

OFFICE = {"name": "Dagmar Vane", "phone": "01632 960555", "email": "d.vane@county.example"}
FAMILIES = ["Orrell", "Vane", "Basu", "Quill", "Thorn"]


def child(family_name: str, given_name: str = "Hugo", born: str | None = "2012-07-07", **more: Any) -> dict[str, Any]:
    return {"given_name": given_name, "family_name": family_name, "date_of_birth": born, **more}


def with_mother(name: str | None, home: dict[str, Any]) -> dict[str, Any]:
    """Hugo Vane, for whose mother everybody's telephone is written."""
    return child("Vane", gender="male", address=home, carers=[{"name": name, "phone": OFFICE["phone"]}])


def among_families(shared: dict[str, Any], one: dict[str, Any], two: dict[str, Any]) -> Clusters:
    """What becomes of the records `one` of the GP and `two` of the school where many families share something."""
    clusters = Clusters(COMPARER)
    for number, family in enumerate(FAMILIES[: MOST_FAMILIES + 1]):
        other = child(family, ["Iris", "Otto", "Nell", "Bram"][number], f"20{11 + number}-0{number + 1}-11", **shared)
        clusters.describe(family, features_of(other, "2024-10-01", source="urn:agency:hospital"))
    clusters.describe("one", features_of(one, "2024-10-01", source="urn:agency:gp"))
    clusters.describe("two", features_of(two, "2024-10-01", source="urn:agency:school"))
    return clusters


@pytest.mark.parametrize("shared", [{"carers": [OFFICE]}, {"address": HOME}, {"carers": [OFFICE], "address": HOME}])
def test_two_who_have_a_first_name_and_an_office_in_common_are_two(shared: dict[str, Any]) -> None:
    clusters = among_families(shared, child("Marchbanks", **shared), child("Sedley", **shared))
    assert clusters.child_of()["one"] != clusters.child_of()["two"]


def test_namesakes_of_two_mothers_and_homes_are_two_although_a_clinic_is_written_as_everybodys_telephone() -> None:
    one, two = with_mother("Anna Vane", HOME), with_mother("Bella Kerr", ELSEWHERE)
    clusters = among_families({"carers": [OFFICE]}, one, two)
    assert clusters.child_of()["one"] != clusters.child_of()["two"]
    assert frozenset(("one", "two")) in clusters.open_pairs()


def test_a_telephone_of_many_joins_nobody_to_a_third_record_either() -> None:
    one, two = with_mother("Anna Vane", HOME), with_mother("Bella Kerr", ELSEWHERE)
    clusters = among_families({"carers": [OFFICE]}, one, two)
    third = features_of(with_mother(None, {}), "2024-10-01", source="urn:agency:births")
    clusters.describe("third", third)
    assert len({clusters.child_of()[name] for name in ("one", "two", "third")}) == 3


def test_a_telephone_of_many_makes_no_two_children_one_although_the_record_between_them_has_none() -> None:
    by_telephone = {"gender": "male", "carers": [{"name": None, "phone": OFFICE["phone"]}]}
    one = child("Vane", born=None, nhs_number=ONE_NUMBER, **by_telephone)
    two = child("Sedley", upn="D999417608014", **by_telephone)
    between = child("Vane", gender="male", nhs_number=ONE_NUMBER, upn="D999417608014")
    for shared, are_one in (({"carers": [OFFICE]}, False), ({}, True)):
        clusters = among_families(shared, one, two)
        clusters.describe("between", features_of(between, "2024-10-01", source="urn:agency:births"))
        child_of = clusters.child_of()
        assert (child_of["one"] == child_of["two"]) is are_one


def test_a_family_of_many_children_has_its_home_and_telephone_in_common() -> None:
    clusters = Clusters(COMPARER)
    for number, given in enumerate(["Iris", "Otto", "Nell", "Bram", "Hugo", "Ada"]):
        sibling = record(given_name=given, date_of_birth=f"20{11 + number}-03-11")
        clusters.describe(given, sibling._replace(source="urn:agency:gp"))
    renamed = record(given_name="Hugo", family_name="Sedley", date_of_birth="2015-03-11")
    clusters.describe("renamed", renamed._replace(source="urn:agency:school"))
    assert clusters.child_of()["renamed"] == clusters.child_of()["Hugo"]


def test_families_are_counted_and_neither_children_nor_records() -> None:
    assert not are_many((given, record(given_name=given)) for given in ("Iris", "Otto", "Nell", "Bram", "Hugo"))
    assert not are_many((family, record(family_name="Unknown")) for family in FAMILIES)
    assert not are_many((family, record(family_name=family)) for family in FAMILIES[:3])
    assert are_many((family, record(family_name=family)) for family in FAMILIES[:4])
    before = ((family, record(other_names=[{"family_name": family}])) for family in FAMILIES)
    assert not are_many(before)


def test_the_names_of_one_child_are_no_families() -> None:
    written = ["Orrell", "Orell", "Vane", "Orrell-Vane", "Orel"]
    assert not are_many(("one child", record(family_name=name)) for name in written)


def test_only_what_many_share_is_left_out() -> None:
    features = record(carers=[OFFICE])
    assert without_shared(features, {"t1632960555"}) == features._replace(
        contacts=("d.vane@county.example",), may_care_for_many=True
    )
    assert without_shared(features, keys_of_many(features, lambda key: key[0] == "e")) == features._replace(homes=())
    assert without_shared(features, ()) is features
    without_postcode = record(address={"lines": HOME["lines"]})
    assert without_shared(without_postcode, shared_keys(without_postcode)).homes == ()
    of_a_postcode = record(address={"postcode": HOME["postcode"]})
    assert keys_of_many(of_a_postcode, lambda key: key[0] == "e") == frozenset()


@pytest.mark.parametrize(
    ("one", "two", "keys"),
    [
        (
            {"address": HOME, "carers": RUTH},
            {"address": HOME, "carers": RUTH},
            "eZX47QT,4larkspurrow,westmarch t1632960417",
        ),
        ({"address": HOME, "carers": RUTH}, {"address": ELSEWHERE, "carers": RUTH}, "t1632960417"),
        ({"address": HOME, "carers": RUTH}, {"address": HOME, "carers": [OFFICE]}, "eZX47QT,4larkspurrow,westmarch"),
        ({"address": HOME, "carers": RUTH}, {"address": ELSEWHERE, "carers": [OFFICE]}, ""),
        ({"address": {"postcode": "ZX4 7QT"}}, {"address": {"postcode": "ZX4 7QT"}, "carers": []}, ""),
        (
            {"address": {"lines": HOME["lines"]}},
            {"address": {"lines": HOME["lines"]}, "carers": []},
            "e,4larkspurrow,westmarch",
        ),
    ],
)
def test_two_children_may_be_one_by_a_home_or_a_telephone_that_both_have(
    one: dict[str, Any], two: dict[str, Any], keys: str
) -> None:
    first, again, other = record(**one), record(**one), record(**two)
    assert keys_between([candidate("a", first, "one"), candidate("b", again, "one")]) == set()
    found = [candidate("a", first, "one"), candidate("b", again, "one"), candidate("c", other, "two")]
    assert keys_between(found) == set(keys.split())
