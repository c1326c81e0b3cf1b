"""How a value is written that agencies agree on: no single one writes it for two, whatever it is, or last."""

from copy import deepcopy
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from domain.belief import Statement, vouched_authority
from domain.child import RecordState, why
from domain.child.composition import origin_of
from domain.vocabulary import AgencyKind
from tests.domain_rules.test_composition import entry

NORTH, SOUTH = "E06999001", "E06999002"
PLACE = {"lines": ["12 Mill Lane", "Orton"], "postcode": "ZA1 1AA"}
HOME = {
    **PLACE,
    "uprn": "100",
    "authority": NORTH,
    "status": "current",
}
MARY = {
    "name": "Mary Tarrandale",
    "relationship": "mother",
    "parental_responsibility": True,
    "phone": "01632 960001",
    "email": "mary@example.org",
}
PERSON = {"given_name": "Marigold", "family_name": "Tarrandale", "address": HOME, "carers": [MARY]}
KINDS = [*map(str, AgencyKind), None]

Fields = dict[str, Any]


def record(
    agency: str, kind: str | None = None, *, time: str = "2008", gone: bool = False, said: Fields = PERSON, **more: Any
) -> RecordState:
    """What an agency's record says: what is `said`, and `more`."""
    left = {"reason": "moved-away", "on": "2008-01-01"} if gone else None
    return RecordState(agency, agency, agency, time, deepcopy({**said, **more}), kind=kind, deregistered=left)


def shown(*records: RecordState) -> Fields:
    """The name, the first home, and Mary, by an entry of these records in whatever order; the reasons agree with it.

    Sources are left out: who alone says what two say besides may be named for it.
    """
    found = []
    for order in (records, records[::-1], (*records[1:], records[0])):
        composed, told = entry(*order), why(order, with_set_aside=True)
        believed = {name: [each["value"] for each in told[name]["believed"]] for name in told}
        homes, carers = ([_without_source(each) for each in composed[name]] for name in ("addresses", "carers"))
        (mary,) = [each for each in carers if each["name"].casefold().startswith("mary")]
        assert (believed["name"], believed["addresses"], believed["carers"]) == ([composed["name"]], homes[:1], carers)
        found.append({"name": composed["name"], "home": homes[0], "mary": mary})
    assert all(each == found[0] for each in found)
    return found[0]


def _without_source(told: Fields) -> Fields:
    return {name: value for name, value in told.items() if name != "source"}


HONEST = (record("council", "local-authority"), record("school", "school-census"))
AGREED = shown(*HONEST)

SWAPPED = {"given_name": "Tarrandale", "family_name": "Marigold"}
WRITTEN = [
    SWAPPED,
    *({"given_name": name} for name in ("Мариголд", "M.a.r.i.gold", "Márigold", "MARIGOLD", "mari gold")),
    *({"address": HOME | changed} for changed in (
        {"lines": ["99 Evil Road"]}, {"lines": ["1/2 Mill Lane", "Orton"]}, {"authority": SOUTH}, {"uprn": "666"},
        {"status": "none-known"}, {"postcode": "za11aa"}, {"lines": None}, {"authority": None},
        {"lines": ["99 Evil Road"], "authority": SOUTH, "status": "none-known", "uprn": "666"},
    )),
    *({"carers": [MARY | changed]} for changed in (
        {"relationship": "other"}, {"parental_responsibility": False}, {"phone": "01632 960666"}, {"phone": None},
        {"email": "evil@example.org"}, {"name": "MARY TARRANDALE"}, {"parental_responsibility": None},
        {"relationship": "other", "parental_responsibility": False, "phone": "01632 960666", "email": None},
    )),
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN, ids=str)
def test_one_agency_writes_nothing_for_two_that_agree(written: Fields) -> None:
    for kind in ("local-authority", "gp-registration", "birth-registration", "social-care"):
        assert shown(*HONEST, record("stolen", kind, time="2009", **written)) == AGREED


VARIANTS = [
    {
        "name": SWAPPED if number == 1 else {name: PERSON[name] for name in SWAPPED},
        "address": HOME | {"lines": [f"{number} Far Street"], "uprn": str(number), "authority": f"E0699900{number}"},
        "carer": MARY | {"phone": str(number), "email": f"{number}@example.org", "relationship": f"kin {number}"},
    }
    for number in range(4)
]


@st.composite
def mixtures(draw: st.DrawFn, choices: int) -> Fields:
    """Somebody each of whose fields is written as in one of the first variants."""
    chosen = st.sampled_from(VARIANTS[:choices])
    address, carer = ({name: draw(chosen)[of][name] for name in VARIANTS[0][of]} for of in ("address", "carer"))
    return {**draw(chosen)["name"], "address": address, "carers": [carer]}


@settings(max_examples=200)
@for_all(st.lists(mixtures(3), min_size=2, max_size=3), mixtures(4), st.lists(st.sampled_from(KINDS), min_size=4))
def test_whatever_one_agency_writes_it_is_outvoted_by_two(
    honest: list[Fields], stolen: Fields, kinds: list[str | None]
) -> None:
    says = [*honest, stolen]
    times = *("2008" for _ in honest), "2009"
    told = [record(f"a{n}", kind, time=time, **said) for n, (kind, time, said) in enumerate(zip(kinds, times, says))]  # noqa: B905
    found = shown(*told)
    names = [(each["given_name"], each["family_name"]) for each in says]
    assert names.count((found["name"]["given_name"], found["name"]["family_name"])) == max(map(names.count, names))
    for of, name in (("home", "authority"), ("mary", "phone"), ("mary", "email"), ("mary", "relationship")):
        written = [(each["address"] if of == "home" else each["carers"][0])[name] for each in says]
        assert written.count(found[of][name]) >= min(2, max(map(written.count, written)))


def test_what_two_agencies_write_differently_is_that_of_who_knows_it_best_and_then_the_last() -> None:
    flat = HOME | {"lines": ["12 Mill Lane", "Flat 2"]}
    council, surgery = record("council", "local-authority", address=flat), record("gp", "gp-registration", time="2009")
    assert shown(council, surgery)["home"] == flat
    assert shown(council, record("council-2", "local-authority", time="2009"))["home"] == HOME


def test_what_others_leave_open_speaks_against_nobody() -> None:
    """The council alone knows how to reach the mother, as is usual."""
    unknown = [{"name": MARY["name"], "relationship": "mother"}]
    others = [record(kind, kind, carers=unknown, address=PLACE) for kind in ("gp-registration", "health-visiting")]
    found = shown(record("council", "local-authority", time="2007"), *others)
    assert (found["mary"], found["home"]) == (MARY, HOME)


def test_what_two_leave_open_is_filled_in_by_nobody_who_knows_it_no_better() -> None:
    told = {"address": {name: HOME[name] for name in HOME if name != "uprn"}, "carers": [MARY | {"email": None}]}
    honest = [record("council", "local-authority", **told), record("gp", "gp-registration", **told)]
    found = shown(*honest, record("stolen", "local-authority", time="2009"))
    assert (found["home"]["uprn"], found["mary"]["email"]) == (None, None)


def test_agencies_that_do_not_type_alike_agree() -> None:
    one = record("one", "gp-registration", given_name="Zoë", address=HOME | {"lines": ["12, Mill Lane.", "ORTON"]})
    other = record("other", "gp-registration", given_name="ZOE", carers=[MARY | {"phone": "01632960001"}])
    stolen = record(
        "stolen",
        "gp-registration",
        time="2009",
        given_name="Tarrandale",
        family_name="Zoe",
        address=HOME | {"lines": ["99 Evil Road"]},
        carers=[MARY | {"phone": "01632960666"}],
    )
    found = shown(one, other, stolen)
    assert (found["name"]["given_name"], found["home"]["lines"]) == ("ZOE", HOME["lines"])
    assert found["mary"]["phone"] in ("01632 960001", "01632960001")


def test_a_carer_is_told_field_by_field_where_two_agencies_agree_on_each() -> None:
    """What each honest record has is outvoted somewhere, so that none of them is believed in all."""
    carers = [
        MARY | {"relationship": "mum", "phone": "1"},
        MARY | {"relationship": "parent", "phone": "1"},
        MARY | {"relationship": "mother", "phone": "2"},
        MARY | {"relationship": "mother", "phone": "666"},
    ]
    records = [record(str(number), "school-census", carers=[each]) for number, each in enumerate(carers)]
    found = shown(*records[:3], replace(records[3], time="2009"))["mary"]
    assert (found["relationship"], found["phone"]) == ("mother", "1")


def test_who_has_left_writes_nothing_where_others_still_hold_the_child() -> None:
    left = [record(each, "local-authority", gone=True, address=HOME | {"lines": ["1 Old Row"]}) for each in "ab"]
    assert shown(*left, record("gp", "gp-registration"))["home"] == HOME
    assert shown(*left)["home"]["lines"] == ["1 Old Row"]


def test_an_agencys_many_records_are_one_voice_in_how_a_value_is_written() -> None:
    stolen = [replace(record("stolen", "gp-registration", time="2009", **SWAPPED), stream=f"x{n}") for n in range(3)]
    assert shown(*HONEST, *stolen)["name"] == AGREED["name"]


def test_the_authority_of_an_agreed_home_is_that_of_two_agencies() -> None:
    stolen = record("stolen", "local-authority", time="2009", address=HOME | {"authority": SOUTH})
    homes = [Statement(each.particulars["address"]["authority"], origin_of(each)) for each in (*HONEST, stolen)]
    for told in permutations(homes):
        assert vouched_authority(told) == NORTH
