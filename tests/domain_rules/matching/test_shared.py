"""What many families share, such as a clinic's telephone or a council's address, tells nothing of who a child is."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching import Comparer, features_of
from domain.matching.blocking import MOST_IN_A_BLOCK
from domain.matching.clusters import Clusters
from domain.matching.shared import (
    MOST_COUNTED,
    MOST_FAMILIES,
    MOST_OF_ONE,
    NOT_SHARED,
    OfMany,
    Sharing,
    keys_between,
    keys_of_many,
    shared_keys,
    sharing_of,
    without_shared,
)
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
        by = ["urn:agency:hospital", "urn:agency:births"][number % 2]
        clusters.describe(family, features_of(other, "2024-10-01", source=by))
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
    third = features_of(with_mother(None, {}), "2024-10-01", source="urn:agency:la")
    clusters.describe("third", third)
    assert len({clusters.child_of()[name] for name in ("one", "two", "third")}) == 3


def test_a_telephone_of_many_makes_no_two_children_one_although_the_record_between_them_has_none() -> None:
    by_telephone = {"gender": "male", "carers": [{"name": None, "phone": OFFICE["phone"]}]}
    one = child("Vane", born=None, nhs_number=ONE_NUMBER, **by_telephone)
    two = child("Sedley", upn="D999417608014", **by_telephone)
    between = child("Vane", gender="male", nhs_number=ONE_NUMBER, upn="D999417608014")
    for shared, are_one in (({"carers": [OFFICE]}, False), ({}, True)):
        clusters = among_families(shared, one, two)
        clusters.describe("between", features_of(between, "2024-10-01", source="urn:agency:la"))
        child_of = clusters.child_of()
        assert (child_of["one"] == child_of["two"]) is are_one


@pytest.mark.parametrize("shared", [{"carers": [OFFICE]}, {"address": HOME}, {"carers": [OFFICE], "address": HOME}])
def test_families_that_one_agency_invents_in_a_home_part_nobody_who_lives_there(shared: dict[str, Any]) -> None:
    clusters = Clusters(COMPARER)
    one, renamed = child("Marchbanks", **shared), child("Sedley", **shared)
    clusters.describe("one", features_of(one, "2024-10-01", source="urn:agency:gp"))
    for number, family in enumerate(FAMILIES):
        other = child(family, ["Iris", "Otto", "Nell", "Bram", "Ada"][number], f"201{number}-01-11", **shared)
        clusters.describe(family, features_of(other, "2024-10-01", source="urn:agency:charity"))
    clusters.describe("renamed", features_of(renamed, "2024-10-01", source="urn:agency:school"))
    assert clusters.child_of()["one"] == clusters.child_of()["renamed"]
    assert len(set(clusters.child_of().values())) == 1 + len(FAMILIES)


def test_a_family_of_many_children_has_its_home_and_telephone_in_common() -> None:
    clusters = Clusters(COMPARER)
    for number, called in enumerate(["Iris", "Otto", "Nell", "Bram", "Hugo", "Ada"]):
        sibling = record(given_name=called, date_of_birth=f"20{11 + number}-03-11")
        clusters.describe(called, sibling._replace(source="urn:agency:gp"))
    renamed = record(given_name="Hugo", family_name="Sedley", date_of_birth="2015-03-11")
    clusters.describe("renamed", renamed._replace(source="urn:agency:school"))
    assert clusters.child_of()["renamed"] == clusters.child_of()["Hugo"]


def sharing_among(*of_families: tuple[str, str], **more: Any) -> Sharing:
    """Who shares something that agencies, by their codes, tell of families, each of a child of its own."""
    return sharing_of(
        (family, record(family_name=family, **more)._replace(source=f"urn:agency:{agency}"))
        for family, agency in of_families
    )


EVERYBODY = Sharing(everybody=True)


def test_families_are_counted_and_neither_children_nor_records() -> None:
    everywhere = ("gp", "school", "hospital", "births", "la")
    assert sharing_among(*((FAMILIES[0], agency) for agency in everywhere)) == NOT_SHARED
    assert sharing_among(*zip(FAMILIES, everywhere, strict=True), given_name="Hugo") == EVERYBODY
    assert sharing_among(*zip(FAMILIES[:MOST_FAMILIES], everywhere, strict=False)) == NOT_SHARED
    assert sharing_among(*zip(FAMILIES[: MOST_FAMILIES + 1], everywhere, strict=False)) == EVERYBODY
    unknown = (record(family_name="Unknown")._replace(source=each) for each in everywhere)
    assert sharing_of(zip(everywhere, unknown, strict=True)) == NOT_SHARED
    once = (
        record(other_names=[{"family_name": family}])._replace(source=each)
        for family, each in zip(FAMILIES, everywhere, strict=True)
    )
    assert sharing_of(zip(everywhere, once, strict=True)) == NOT_SHARED


def test_the_names_of_one_child_are_no_families() -> None:
    written = ["Orrell", "Orell", "Vane", "Orrell-Vane", "Orel"]
    of_one = (("one child", record(family_name=name)._replace(source=name)) for name in written)
    assert sharing_of(of_one) == NOT_SHARED


@pytest.mark.parametrize("honest", [[("Orrell", "gp")], [("Orrell", "gp"), ("Orrell", "school")]])
@pytest.mark.parametrize("invented", range(1, 40, 6))
def test_families_that_one_agency_alone_tells_of_take_nothing_from_others(
    honest: list[tuple[str, str]], invented: int
) -> None:
    families = [(f"Family {number}", "a-thief") for number in range(invented)]
    for said in ([*honest, *families], [*families, *honest]):
        found = sharing_among(*said)
        assert not found.everybody
        assert found.sources <= {"urn:agency:a-thief"}
        assert bool(found.sources) == (invented >= MOST_FAMILIES)


@pytest.mark.parametrize("number", [MOST_COUNTED, MOST_COUNTED + 1])
def test_more_records_than_can_be_told_apart_are_an_institutions(number: int) -> None:
    assert MOST_COUNTED == MOST_IN_A_BLOCK
    flood = [(f"Family {each}", "a-thief") for each in range(number)]
    assert sharing_among(*flood).everybody is (number > MOST_COUNTED)
    assert sharing_among(*(("Orrell", agency) for agency in "gs" for _ in range(number))) == NOT_SHARED


def test_what_two_agencies_tell_of_many_families_is_nobodys_own() -> None:
    of_each = [(f"{agency} {number}", agency) for agency in ("gp", "school") for number in range(MOST_OF_ONE)]
    assert sharing_among(*of_each) == EVERYBODY
    both = [(family, agency) for family in FAMILIES[: MOST_FAMILIES + 1] for agency in ("gp", "school")]
    assert sharing_among(*both) == EVERYBODY


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["gp", "school", "la"])), max_size=14))
def test_how_many_count_does_not_depend_on_the_order(said: list[tuple[str, str]]) -> None:
    tellers = {family: {agency for each, agency in said if each == family} for family, _ in said}
    alone = Counter(next(iter(each)) for each in tellers.values() if len(each) == 1)
    by_several = sum(len(each) > 1 for each in tellers.values())
    counted = by_several + sum(min(number, MOST_OF_ONE) for number in alone.values())
    beyond = frozenset(f"urn:agency:{each}" for each, number in alone.items() if number > MOST_OF_ONE)
    if counted > MOST_FAMILIES:
        assert sharing_among(*said) == EVERYBODY
    else:
        assert sharing_among(*said) == (Sharing(sources=beyond) if len(tellers) > MOST_FAMILIES else NOT_SHARED)


def test_an_agencys_own_office_is_left_out_of_its_own_records() -> None:
    of_hospital = record(carers=[OFFICE])._replace(source="urn:agency:hospital")
    of_gp = of_hospital._replace(source="urn:agency:gp")
    of_many = keys_of_many(of_hospital, lambda _: Sharing(sources=frozenset({"urn:agency:hospital"})))
    assert without_shared(of_hospital, of_many).contacts == ()
    assert without_shared(of_gp, of_many) is of_gp


def test_only_what_many_share_is_left_out() -> None:
    features = record(carers=[OFFICE])
    assert without_shared(features, OfMany(frozenset({"t1632960555"}))) == features._replace(
        contacts=("d.vane@county.example",), may_care_for_many=True
    )

    def of_homes(key: str) -> Sharing:
        return EVERYBODY if key[0] == "e" else NOT_SHARED

    assert without_shared(features, keys_of_many(features, of_homes)) == features._replace(homes=())
    assert without_shared(features, OfMany()) is features
    of_a_postcode = record(address={"postcode": HOME["postcode"]})
    assert keys_of_many(of_a_postcode, of_homes) == OfMany()
    without_postcode = record(address={"lines": HOME["lines"]})
    assert without_shared(without_postcode, OfMany(frozenset(shared_keys(without_postcode)))).homes == ()


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
