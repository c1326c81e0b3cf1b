"""Twins, namesakes and strangers are two children, in whatever order and number of feeds."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.matching import Features, features_of
from domain.matching.clusters import Clusters
from tests.domain_rules.matching.people import (
    BARE,
    ELSEWHERE,
    HOME,
    ONE_NUMBER,
    OTHER_NUMBER,
    OTHERS,
    RUTH,
    TAMSIN,
    TIME,
    comparer,
    judged,
    record,
)

TWO_FAMILIES = [("Orrell", "2003-05-17"), ("Vane", "2004-05-17")]
GP, SCHOOL, BIRTHS = "urn:agency:gp", "urn:agency:school", "urn:agency:births"
ALIKE = [
    ("Jayden", "Kayden"),
    ("Aiden", "Jaiden"),
    ("Edie", "Evie"),
    ("Tyler", "Taylor"),
    ("Conor", "Connor"),
    ("Daniel", "Danielle"),
    ("Lily-Mae", "Leila"),
    ("Lily-Mae", "Lily-Rose"),
    ("Mohammed Ali", "Mohammed Hassan"),
    ("Muhammad Ali", "Mohammed Hassan"),
    ("Gurpreet Singh", "Harpreet Singh"),
    ("Twin 1", "Twin 2"),
    ("Baby", "Tamsin"),
    ("Unknown", "Unknown"),
]


def directory(records: Iterable[tuple[str, Features]]) -> Clusters:
    """What has become of the records, placed in this order."""
    clusters = Clusters(comparer())
    for name, features in records:
        clusters.describe(name, features)
    return clusters


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_twins_of_names_alike_are_never_one_child_by_themselves(one: str, other: str) -> None:
    assert judged(record(GP, given_name=one), record(SCHOOL, given_name=other)) == "queued"
    assert judged(record(BIRTHS, given_name=one), record(BIRTHS, given_name=other)) != "linked"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Tamsin", "Tamsim"), ("James", "Jamie"), ("Rose", "Edie Rose"), ("Edie", "Edie Rose"), ("Edie", "Ediie")],
)
def test_a_name_that_nobody_bears_is_another_one_mistyped(one: str, other: str) -> None:
    assert judged(record(GP, given_name=one), record(SCHOOL, given_name=other)) == "linked"


@pytest.mark.parametrize(("one", "other"), [("Jack", "Jake"), ("Sophie", "Sofia"), ("James", "Jamie")])
def test_whom_one_agency_holds_by_two_names_may_be_two(one: str, other: str) -> None:
    assert judged(record(BIRTHS, given_name=one), record(BIRTHS, given_name=other)) == "queued"
    assert judged(record(BIRTHS, given_name=one), record(SCHOOL, given_name=other)) == "linked"


def test_a_brother_and_a_sister_of_names_alike_are_not_one_child() -> None:
    harry, harriet = {"given_name": "Harry", "gender": "male"}, {"given_name": "Harriet"}
    assert judged(record(GP, **harry), record(SCHOOL, **harriet)) == "queued"
    assert judged(record(GP, given_name="Harry"), record(SCHOOL, given_name="Harriet")) == "linked"


@pytest.mark.parametrize(
    ("one", "other"), [("Jayden", "Kayden"), ("Mohammed Ali", "Mohammed Hassan"), ("Ella", "Ellie")]
)
def test_each_record_of_a_twin_goes_to_its_own_once_the_gp_knows_both(one: str, other: str) -> None:
    numbers = {one: ONE_NUMBER, other: OTHER_NUMBER}
    gp = [(f"gp {name}", record(GP, given_name=name, nhs_number=numbers[name])) for name in (one, other)]
    school = [(f"school {name}", record(SCHOOL, given_name=name, carers=[])) for name in (one, other)]
    for first in permutations(gp):
        for then in permutations(school):
            child_of = directory([*first, *then]).child_of()
            assert child_of[f"gp {one}"] != child_of[f"gp {other}"]
            assert all(child_of[f"school {name}"] == child_of[f"gp {name}"] for name in (one, other))


@pytest.mark.parametrize(("one", "other"), [("Jack", "Jake"), ("Maryam", "Mariam"), ("Ella", "Ellie")])
def test_twins_whose_feeds_take_turns_are_not_filled_with_each_others_records(one: str, other: str) -> None:
    """The first two may be one child called by two names; once it is told that they are not, nobody is linked so."""
    feeds = [(GP, one), (SCHOOL, other), (GP, other), (SCHOOL, one)]
    told = directory((f"{source} {name}", record(source, given_name=name)) for source, name in feeds)
    child_of, queued = told.child_of(), {frozenset(pair) for pair in told.open_pairs()}
    first, _, second, last = (f"{source} {name}" for source, name in feeds)
    assert len({child_of[first], child_of[second], child_of[last]}) == 3
    assert {frozenset((last, first)), frozenset((last, second))} <= queued


@pytest.mark.parametrize("newborn", ["Baby", "Unknown", "Twin 1", "-"])
def test_a_newborn_who_is_named_later_is_not_the_twin_of_another_agency(newborn: str) -> None:
    baby, twin = record(BIRTHS, given_name=newborn), record(GP, given_name="Ottoline")
    named = features_of(TAMSIN, TIME, baby, BIRTHS)
    for order in (
        [("baby", baby), ("baby", named), ("twin", twin)],
        [("baby", baby), ("twin", twin), ("baby", named)],
        [("twin", twin), ("baby", baby), ("baby", named)],
    ):
        child_of = directory(order).child_of()
        assert child_of["baby"] != child_of["twin"]
    child_of = directory([("baby", baby), ("baby", named), ("own", record(GP))]).child_of()
    assert child_of["baby"] == child_of["own"]


def test_a_nameless_record_fits_neither_twin_and_carries_nobody_to_the_other() -> None:
    names = {"first": "Tamsin", "nameless": "Baby", "second": "Rowan"}
    for order in permutations(names):
        clusters = directory((name, record(given_name=names[name])) for name in order)
        assert len(set(clusters.child_of().values())) == 3
        assert frozenset(("first", "nameless")) in clusters.open_pairs()


def test_a_nameless_record_is_known_by_its_number() -> None:
    assert (
        judged(record(GP, nhs_number=ONE_NUMBER), record(BIRTHS, given_name="Baby", nhs_number=ONE_NUMBER)) == "linked"
    )


def test_two_current_numbers_are_two_children_until_one_supersedes_the_other() -> None:
    one = record(GP, nhs_number=ONE_NUMBER)
    assert judged(one, record(GP, nhs_number=OTHER_NUMBER)) == "queued"
    assert judged(one, record(BIRTHS, nhs_number=OTHER_NUMBER)) == "queued"
    stated = record(BIRTHS, nhs_number=OTHER_NUMBER, former_nhs_numbers=[ONE_NUMBER])
    assert judged(one, stated) == "linked"
    replaced = features_of(TAMSIN | {"nhs_number": OTHER_NUMBER}, TIME, record(BIRTHS, nhs_number=ONE_NUMBER), BIRTHS)
    assert judged(one, replaced) == "linked"
    assert judged(one, replaced._replace(source=GP)) == "queued"


def test_a_temporary_upn_speaks_against_nothing() -> None:
    permanent, temporary, other = "A982016000123", "K98101700045A", "D999417608014"
    for elsewhere in ({}, {"address": ELSEWHERE, "carers": []}):
        assert judged(record(GP, upn=permanent), record(SCHOOL, upn=temporary, **elsewhere)) == judged(
            record(GP, upn=permanent), record(SCHOOL, **elsewhere)
        )
    assert comparer().compare(record(upn=temporary), record(upn=temporary)).levels[5] == "same"
    assert judged(record(SCHOOL, upn=permanent), record(SCHOOL, upn=other)) == "queued"


STRANGER: dict[str, Any] = {"family_name": "Vyas", "address": ELSEWHERE, "carers": OTHERS}


@pytest.mark.parametrize(
    "shared",
    [
        {},
        {"address": {"lines": ["No fixed abode"], "postcode": "ZZ99 3VZ"}, "carers": [{"phone": "00000000000"}]},
        {"carers": [{"name": "Mum", "email": "none@none.com"}], "address": {"lines": ["NFA"]}},
    ],
)
def test_a_first_name_and_a_birthday_do_not_make_one_child_of_two_families(shared: Mapping[str, Any]) -> None:
    nothing = BARE | {"gender": "female"} | shared
    assert judged(record(GP, **nothing), record(SCHOOL, **STRANGER | nothing)) != "linked"


def test_one_street_of_two_towns_is_not_one_home() -> None:
    def at(postcode: str, *lines: str) -> dict[str, Any]:
        return {"address": {"lines": list(lines), "postcode": postcode}, "carers": []}

    here, there = at("ZX4 7QT", "1 High Street"), at("ZX61 2AB", "1 High Street")
    assert judged(record(GP, **here), record(SCHOOL, **STRANGER | there)) != "linked"
    here, there = at("", "1 High Street", "Westmarch"), at("", "1 High Street", "Holt Cross")
    assert judged(record(GP, **here), record(SCHOOL, **STRANGER | there)) != "linked"
    assert judged(record(GP, address=HOME, carers=[]), record(SCHOOL, address=HOME, carers=[])) == "linked"


@st.composite
def _households(draw: st.DrawFn) -> list[tuple[str, Features]]:
    """Two records of one agency with two numbers, and a few of others that lack or change this or that."""
    names = st.sampled_from(["Tamsin", "Tam", "Tamsyn", "Tamsin Mary", "Baby", "Bronwen"])
    changes = st.fixed_dictionaries(
        {"given_name": names},
        optional={
            "gender": st.sampled_from(["male", "female", "unknown"]),
            "address": st.sampled_from([HOME, ELSEWHERE, {}]),
            "carers": st.sampled_from([RUTH, OTHERS, []]),
            "date_of_birth": st.sampled_from(["2003-05-17", "2003-01-01", "2003-05-18", None]),
        },
    )
    two = [record(GP, nhs_number=number, **draw(changes)) for number in (ONE_NUMBER, OTHER_NUMBER)]
    sources = st.sampled_from([SCHOOL, BIRTHS, "urn:agency:la"])
    numbers = st.sampled_from([None, ONE_NUMBER, OTHER_NUMBER])
    others = draw(st.lists(st.tuples(sources, numbers, changes), max_size=5))
    every = [*two, *(record(source, nhs_number=number, **each) for source, number, each in others)]
    return draw(st.permutations(list(zip("ab" + "cdefg", every, strict=False))))


@for_all(_households())
def test_two_records_of_one_agency_with_two_numbers_are_two_children(records: list[tuple[str, Features]]) -> None:
    clusters = directory([*records, *records])
    assert clusters.child_of()["a"] != clusters.child_of()["b"]


@for_all(_households())
def test_in_another_order_records_are_of_the_same_children_or_queued(records: list[tuple[str, Features]]) -> None:
    one, other = directory(records), directory(reversed(records))
    for pair in combinations([name for name, _ in records], 2):
        together = [len({each.child_of()[name] for name in pair}) == 1 for each in (one, other)]
        assert together[0] == together[1] or one.open_pairs() or other.open_pairs()


def test_one_agency_tells_namesakes_apart_by_their_homes() -> None:
    nobody = {"carers": [], "gender": "unknown"}
    here, there = record(BIRTHS, **nobody), record(BIRTHS, **nobody, address=ELSEWHERE)
    assert judged(here, there) != "linked"
    moved = {"address": ELSEWHERE, "carers": RUTH}
    assert judged(record(GP), record(GP, **moved)) == "linked"


def test_whom_one_agency_has_at_two_homes_is_one_child_if_another_agency_knows_of_both() -> None:
    before, after = record(GP, nhs_number=ONE_NUMBER), record(GP, address=ELSEWHERE, carers=[])
    moved = record(SCHOOL, address=ELSEWHERE)
    of_another = record(SCHOOL, address=ELSEWHERE, carers=OTHERS)
    with_another_number = record(GP, nhs_number=OTHER_NUMBER, address=ELSEWHERE, carers=[])
    for order in permutations([("before", before), ("after", after), ("school", moved)]):
        assert len(set(directory(order).child_of().values())) == 1
    for others in ({"after": after, "school": of_another}, {"after": with_another_number, "school": moved}):
        for order in permutations({"before": before, **others}.items()):
            child_of = directory(order).child_of()
            assert child_of["before"] != child_of["after"]


@pytest.mark.parametrize(
    ("one", "other"), [("Lowrri", "Lowri Jemima"), ("Ricardo Patrick", "Ritardo"), ("Yra", "Yara Joy")]
)
def test_a_slip_and_a_middle_name_more_are_still_one_name(one: str, other: str) -> None:
    assert judged(record(GP, given_name=one), record(SCHOOL, given_name=other)) == "linked"


@pytest.mark.parametrize(
    ("born", "carers"),
    [("2023-05-17", []), ("2019-11-22", []), ("2003-05-18", OTHERS), ("2004-05-17", OTHERS), ("2019-11-22", OTHERS)],
)
def test_father_and_son_and_cousins_of_one_name_at_one_home_are_two(born: str, carers: list[dict[str, str]]) -> None:
    other = record(SCHOOL, date_of_birth=born, carers=carers)
    assert (
        judged(record(GP), other)
        == judged(record(GP, carers=[]), record(SCHOOL, date_of_birth="2023-05-17"))
        == "queued"
    )
    with_number = [each._replace(nhs_number=ONE_NUMBER) for each in (record(GP), other)]
    assert judged(*with_number) == "linked"


@pytest.mark.parametrize("born", ["2003-05-18", "2004-05-17"])
def test_a_birthday_mistyped_is_one_childs_where_the_carers_are_the_same_or_not_known(born: str) -> None:
    for carers in (RUTH, []):
        assert judged(record(GP), record(SCHOOL, date_of_birth=born, carers=carers)) == "linked"


@pytest.mark.parametrize(("one", "other"), [("Ava", "Ada"), ("Ian", "Ivn"), ("Zoe", "Zoi")])
def test_each_letter_of_a_short_name_makes_another_name(one: str, other: str) -> None:
    assert judged(record(GP, given_name=one), record(SCHOOL, given_name=other)) == "queued"
    assert judged(record(GP, given_name=one), record(GP, given_name=other)) != "linked"


@pytest.mark.parametrize("order", permutations(range(3)))
def test_what_fits_either_twin_joins_neither_however_often_it_is_sent(order: Sequence[int]) -> None:
    twins = [("elena", "Maria Elena", GP), ("luisa", "Maria Luisa", GP)]
    either = [("s", "Maria", SCHOOL), ("b", "Maria", BIRTHS), ("h", "Maria", "urn:agency:hospital")]
    sent = [*twins, *(either[number] for number in order)]
    clusters = directory((name, record(source, given_name=given)) for name, given, source in sent)
    child_of = clusters.child_of()
    assert child_of["elena"] != child_of["luisa"]
    assert not {child_of["elena"], child_of["luisa"]} & {child_of["s"], child_of["b"], child_of["h"]}


@pytest.mark.parametrize(("one", "other"), [("Hetty", "Letty"), ("Jack", "Jake")])
@pytest.mark.parametrize("order", permutations(["hetty", "letty", "s-hetty", "s-letty"]))
def test_twins_whose_numbers_were_mistaken_for_each_other_are_queued(
    order: Sequence[str], one: str, other: str
) -> None:
    """Only the first two records can be one child: there a number is all that is known beside two names alike."""
    sent = {
        "hetty": record(GP, given_name=one, nhs_number=ONE_NUMBER),
        "letty": record(GP, given_name=other, nhs_number=OTHER_NUMBER),
        "s-hetty": record(SCHOOL, given_name=one, nhs_number=OTHER_NUMBER),
        "s-letty": record(SCHOOL, given_name=other, nhs_number=ONE_NUMBER),
    }
    clusters = directory((name, sent[name]) for name in order)
    child_of = clusters.child_of()
    have_one_number = sent[order[0]].nhs_number == sent[order[1]].nhs_number
    assert len(set(child_of.values())) == 4 - have_one_number
    assert have_one_number == (child_of[order[0]] == child_of[order[1]])
    queued = {name for pair in clusters.open_pairs() for name in pair}
    assert queued == set(child_of.values())


@pytest.mark.parametrize("given", ["Leo James", "Leonardo"])
def test_a_longer_name_with_its_number_is_no_twin_although_another_record_has_a_mistaken_one(given: str) -> None:
    sent = [
        ("gp", record(GP, given_name=given, nhs_number=ONE_NUMBER)),
        ("births", record(BIRTHS, given_name="Leo", nhs_number=OTHER_NUMBER)),
        ("school", record(SCHOOL, given_name="Leo", nhs_number=ONE_NUMBER)),
    ]
    clusters = directory(sent)
    child_of = clusters.child_of()
    assert child_of["school"] == child_of["gp"] != child_of["births"]
    assert clusters.open_pairs()


def test_a_twins_number_mistaken_for_the_others_does_not_make_them_one() -> None:
    hetty = ("hetty", record(BIRTHS, given_name="Hetty"))
    letty = ("letty", record(GP, given_name="Letty", nhs_number=OTHER_NUMBER))
    mistaken = ("school", record(SCHOOL, given_name="Hetty", nhs_number=OTHER_NUMBER))
    for first in permutations([hetty, letty]):
        clusters = directory([*first, mistaken])
        assert len(set(clusters.child_of().values())) == 3
        assert {frozenset(("school", "hetty")), frozenset(("school", "letty"))} <= clusters.open_pairs().keys()


def test_that_two_are_alike_as_twins_does_not_help_a_third_record_to_join_them() -> None:
    either = record(SCHOOL, given_name="Hetty", other_names=[{"given_name": "Letty", "family_name": "Orrell"}])
    sent = [("h", record(BIRTHS, given_name="Hetty")), ("l", record(GP, given_name="Letty")), ("either", either)]
    child_of = directory(sent).child_of()
    assert child_of["h"] != child_of["l"]


def test_what_one_agency_holds_as_two_is_not_joined_by_another_agencys_record_that_says_less() -> None:
    sent = [
        ("simran", record(GP, given_name="Simran", family_name="Kaur")),
        ("simrat", record(GP, given_name="Simrat", family_name="Kaur")),
        ("school", record(SCHOOL, given_name="Simran", family_name="-", carers=[])),
    ]
    for order in permutations(sent):
        child_of = directory(order).child_of()
        assert child_of["simran"] != child_of["simrat"]


def test_whom_one_agency_registered_twice_is_one_child_where_another_agency_says_as_much() -> None:
    mistyped = {"given_name": "Mariaia", "family_name": "Nagy"}
    rightly = {"given_name": "Mariama", "family_name": "Nagy"}
    sent = [("births", record("urn:agency:births", **rightly)), ("gp", record(GP, **rightly))]
    for order in permutations(sent):
        assert len(set(directory([*order, ("again", record(GP, **mistyped))]).child_of().values())) == 1


@pytest.mark.parametrize("order", permutations(["one", "other", "births", "school"]))
def test_whom_one_agency_holds_as_two_no_record_joins_that_is_certain_of_one_alone(order: Sequence[str]) -> None:
    """The births' record says less of them than the GP's say of each other, the school's is not certain of one."""
    sent = {
        "one": record(GP),
        "other": record(GP, date_of_birth="2003-06-19", carers=[], nhs_number=ONE_NUMBER),
        "births": record(BIRTHS, nhs_number=ONE_NUMBER, address={}, carers=[]),
        "school": record(SCHOOL),
    }
    clusters = directory((name, sent[name]) for name in order)
    child_of = clusters.child_of()
    assert child_of["one"] != child_of["other"]
    assert {found.rule for found in clusters.open_pairs().values()} == {"one-record-between"}


def test_two_families_names_and_two_birthdays_in_one_agency_are_two_children() -> None:
    one, other = ({"family_name": name, "date_of_birth": born} for name, born in TWO_FAMILIES)
    assert comparer().compare(record(GP, **one), record(GP, **other)).contradicts
    assert not comparer().compare(record(GP, **one), record(SCHOOL, **other)).contradicts


@pytest.mark.parametrize("born", [[None, "2003-05-17"], ["2003-01-01", "2003-01-01"], ["2003-01-01", "2003-05-17"]])
def test_a_birthday_that_is_not_known_is_not_another_one(born: list[str | None]) -> None:
    one, other = (
        record(GP, family_name=name, date_of_birth=day) for (name, _), day in zip(TWO_FAMILIES, born, strict=True)
    )
    assert not comparer().compare(one, other).contradicts


def test_a_child_in_care_of_whom_all_but_the_name_and_birthday_is_new_is_queued() -> None:
    sent = [("gp", record(GP)), ("care", record("urn:agency:care", address=ELSEWHERE, carers=OTHERS))]
    clusters = directory(sent)
    assert clusters.child_of()["gp"] != clusters.child_of()["care"]
    assert list(clusters.open_pairs()) == [frozenset(("gp", "care"))]
