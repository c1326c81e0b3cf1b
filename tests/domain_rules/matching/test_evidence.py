"""How agreement is weighed: against which rivals, how many of them, and when two records contradict each other."""

from math import log2, prod
from typing import Any

import pytest

from domain.matching import Comparer, Features
from domain.matching.evidence import FIELDS, Levels, are_grown_up
from services.registrar.matcher_settings import load_settings
from tests.domain_rules.matching.people import (
    BARE,
    ELSEWHERE,
    HOME,
    ONE_NUMBER,
    OTHER_NUMBER,
    OTHERS,
    RUTH,
    comparer,
    record,
)

SETTINGS = load_settings()
RIVALS = SETTINGS.rivals
GROWN_UP = {"date_of_birth": "1960-05-17"}
BROTHER = {"given_name": "Idris", "date_of_birth": "2005-02-28"}


def levels(**agreement: str) -> Levels:
    """The levels of a comparison; `absent` where none is named."""
    return tuple(agreement.get(field, "absent") for field in FIELDS)


def chances(agreement: Levels, rival: str) -> float:
    """How much oftener one child's records agree so far than a rival's."""
    weights = [
        SETTINGS.fields[field][level] for field, level in zip(FIELDS, agreement, strict=True) if level != "absent"
    ]
    return prod(each.match / getattr(each, rival) for each in weights)


def with_thresholds(**changes: float) -> Comparer:
    """A comparer of other thresholds."""
    return Comparer(SETTINGS.model_copy(update={"thresholds": SETTINGS.thresholds.model_copy(update=changes)}))


ALIKE = levels(given_name="same", family_name="close", date_of_birth="near", gender="same", postcode="same")
ALIKE_BY_A_COMMON_NAME = ("common", *ALIKE[1:])
NAMESAKES = levels(given_name="same", family_name="same", date_of_birth="same", gender="same", postcode="differs")


@pytest.mark.parametrize("agreement", [ALIKE, NAMESAKES])
@pytest.mark.parametrize("relatives", [0.003, 50.0])
@pytest.mark.parametrize(("records", "strangers"), [(1_000, 10_000), (20_000, 32_768), (1 << 20, 1 << 21)])
def test_the_odds_are_those_of_every_rival_together(
    agreement: Levels, relatives: float, records: int, strangers: int
) -> None:
    evidence = comparer().among(records).weigh(agreement, relatives)
    rivals = {"relative": relatives, "namesake": RIVALS.namesake, "stranger": strangers}
    against = sum(many / chances(agreement, rival) for rival, many in rivals.items())
    assert evidence.probability == pytest.approx(1 / (1 + against))
    assert evidence.bits == pytest.approx(log2(min(chances(agreement, rival) for rival in rivals)))


@pytest.mark.parametrize("agreement", [ALIKE, NAMESAKES, ALIKE_BY_A_COMMON_NAME])
def test_a_cousin_has_the_name_and_agrees_else_like_a_stranger(agreement: Levels) -> None:
    settings = SETTINGS.model_copy(update={"rivals": RIVALS.model_copy(update={"cousin": 40.0})})
    of_name = chances((*agreement[:2], *levels()[2:]), "stranger")
    rivals = {"relative": 0.003, "namesake": RIVALS.namesake, "stranger": RIVALS.stranger + 40.0 * of_name}
    against = sum(many / chances(agreement, rival) for rival, many in rivals.items())
    assert Comparer(settings).weigh(agreement, 0.003).probability == pytest.approx(1 / (1 + against))


@pytest.mark.parametrize(
    ("field", "level", "is_enough"),
    [
        ("date_of_birth", "same", True),
        ("date_of_birth", "swapped", True),
        ("date_of_birth", "near", False),
        ("date_of_birth", "placeholder", False),
        ("date_of_birth", "estimated", False),
        ("date_of_birth", "differs", False),
        ("gender", "same", False),
        ("nhs_number", "same", True),
        ("upn", "same", True),
        ("postcode", "close", True),
        ("address", "similar", True),
        ("address", "part", False),
        ("carers", "similar", True),
        ("contacts", "differs", False),
        ("contacts", "same", True),
    ],
)
def test_a_name_alone_is_half_as_likely(field: str, level: str, is_enough: bool) -> None:
    agreement = levels(given_name="same", family_name="same", **{field: level})
    rivals = {"relative": 1.0, "namesake": RIVALS.namesake, "stranger": RIVALS.stranger}
    likely = 1 / (1 + sum(many / chances(agreement, rival) for rival, many in rivals.items()))
    assert comparer().weigh(agreement, 1.0).probability == pytest.approx(likely if is_enough else likely / 2)


@pytest.mark.parametrize("level", ["absent", "differs"])
@pytest.mark.parametrize("part", ["given_name", "family_name"])
def test_half_a_name_and_a_birthday_are_half_as_likely(part: str, level: str) -> None:
    whole = {"given_name": "same", "family_name": "same", "date_of_birth": "same"}
    agreement = levels(**whole | {part: level})
    rivals = {"relative": 0.003, "namesake": RIVALS.namesake, "stranger": RIVALS.stranger}
    likely = 1 / (1 + sum(many / chances(agreement, rival) for rival, many in rivals.items()))
    assert comparer().weigh(agreement, 0.003).probability == pytest.approx(likely / 2)


@pytest.mark.parametrize(("elsewhere", "is_linked"), [(1e7, False), (1e3, True)])
def test_a_name_alone_is_enough_only_where_strangers_are_known_to_be_few(elsewhere: float, is_linked: bool) -> None:
    settings = SETTINGS.model_copy(update={"rivals": RIVALS.model_copy(update={"stranger_elsewhere": elsewhere})})
    alone = levels(given_name="same", family_name="same", date_of_birth="placeholder", postcode="differs")
    assert (Comparer(settings).weigh(alone, 0.003).probability > 0.5) is is_linked


@pytest.mark.parametrize("share", [-0.5, 0.0, 0.5])
def test_for_a_name_alone_strangers_count_whom_nobody_has_reported(share: float) -> None:
    """None are added where the directory has as many already."""
    elsewhere = RIVALS.stranger * (1 + share)
    settings = SETTINGS.model_copy(update={"rivals": RIVALS.model_copy(update={"stranger_elsewhere": elsewhere})})
    alone = levels(given_name="same", family_name="same", date_of_birth="placeholder")
    rivals = {"relative": 0.003, "namesake": RIVALS.namesake, "stranger": max(elsewhere, RIVALS.stranger)}
    likely = 1 / (1 + sum(many / chances(alone, rival) for rival, many in rivals.items()))
    assert Comparer(settings).weigh(alone, 0.003).probability == pytest.approx(likely)


@pytest.mark.parametrize(("twins", "is_linked"), [(0.0, False), (0.005, False), (0.05, True)])
def test_whoever_may_be_a_twin_is_queued_unless_twins_are_unlikely_enough(twins: float, is_linked: bool) -> None:
    nameless = levels(family_name="same", date_of_birth="same", gender="same", address="same", carers="same")
    differs = levels(given_name="differs", family_name="same", date_of_birth="same", address="same")
    settings = with_thresholds(twins=twins)
    assert (settings.weigh(nameless, 1.0).probability > 0.9) is is_linked
    assert settings.weigh(differs, 1.0).contradicts


def test_the_grown_up_are_no_twins_and_no_cousins_of_one_household() -> None:
    nameless = levels(family_name="same", date_of_birth="same", gender="same", address="same", carers="same")
    cousins = levels(given_name="same", family_name="same", date_of_birth="near", address="same", carers="differs")
    for agreement in (nameless, cousins):
        rivals = {"relative": 0.003, "namesake": RIVALS.namesake, "stranger": RIVALS.stranger}
        likely = 1 / (1 + sum(many / chances(agreement, rival) for rival, many in rivals.items()))
        assert comparer().weigh(agreement, 0.003).probability == pytest.approx(likely)
        assert comparer().weigh(agreement, 1.0).probability < likely / 2


def test_nothing_is_beyond_all_doubt() -> None:
    every = dict.fromkeys(FIELDS, "same")
    assert 0.999 < comparer().weigh(levels(**every), 0.003).probability < 1


def test_two_contradict_each_other_from_so_many_bits_against_them_on() -> None:
    against = levels(given_name="similar", gender="differs", upn="differs")
    weighed = comparer().weigh(against, 1.0)
    namesake = log2(chances(against, "namesake"))
    assert weighed.bits < namesake < 0
    for name, bits in (("contradiction", weighed.bits), ("namesakes", namesake)):
        other = {"contradiction": -100.0, "namesakes": -100.0}
        assert with_thresholds(**other | {name: bits + 1e-9}).weigh(against, 1.0).contradicts
        assert not with_thresholds(**other | {name: bits - 1e-9}).weigh(against, 1.0).contradicts
    assert with_thresholds(contradiction=weighed.bits, namesakes=-100.0).weigh(against, 1.0).contradicts
    numbers = levels(gender="differs", upn="differs")
    exactly = log2(chances(numbers, "namesake"))
    assert with_thresholds(contradiction=-100.0, namesakes=exactly + 1e-9).weigh(numbers, 1.0).contradicts
    gender, of_gender = levels(gender="differs"), SETTINGS.fields["gender"]["differs"]
    exactly = log2(of_gender.match / of_gender.namesake)
    assert with_thresholds(contradiction=-100.0, namesakes=exactly).weigh(gender, 1.0).contradicts


@pytest.mark.parametrize(
    ("relatives", "given", "contradicts"), [(1.0, "differs", True), (0.003, "differs", False), (50.0, "similar", False)]
)
def test_children_of_a_household_whose_given_names_differ_may_be_twins(
    relatives: float, given: str, contradicts: bool
) -> None:
    agreement = levels(given_name=given, family_name="same", date_of_birth="same", gender="same", address="same")
    assert comparer().weigh(agreement, relatives).contradicts is contradicts


@pytest.mark.parametrize(
    ("one", "other", "relatives"),
    [
        ({}, {}, RIVALS.relative),
        ({"source": "a"}, {"source": "b"}, RIVALS.relative),
        ({"source": "a"}, {"source": "a"}, RIVALS.relative_in_one_agency),
        ({"source": "a"}, {"source": "a", "gender": "unknown"}, RIVALS.relative),
        ({"source": "a", "gender": "unknown"}, {"source": "a"}, RIVALS.relative),
        ({"source": "a"} | GROWN_UP, {"source": "a"} | GROWN_UP, RIVALS.grown_up_relative),
        (GROWN_UP, {"date_of_birth": None}, RIVALS.grown_up_relative),
        (GROWN_UP, {}, RIVALS.relative),
        ({"date_of_birth": None}, {"date_of_birth": None}, RIVALS.relative),
    ],
)
def test_brothers_and_sisters_are_many_in_one_agency_and_few_once_grown_up(
    one: dict[str, Any], other: dict[str, Any], relatives: float
) -> None:
    first, second = record(**one), record(**other)
    weighed = comparer().weigh(comparer().levels(first, second), relatives)
    assert comparer().compare(first, second) == comparer().compare(second, first) == weighed
    assert are_grown_up(first, second) is (relatives == RIVALS.grown_up_relative)


def compared_beyond_names(one: Features, other: Features) -> bool:
    found = comparer().compare(one, other).levels
    assert found[:3] == comparer().levels(one, other)[:3]
    return set(found[3:]) != {"absent"}


def test_whoever_differs_in_name_and_birthday_is_compared_no_further() -> None:
    assert not compared_beyond_names(record(), record(**BROTHER))
    assert compared_beyond_names(record(), record(given_name="Idris"))
    assert compared_beyond_names(record(), record(date_of_birth="2005-02-28"))


def test_unless_both_are_grown_up_or_share_a_number() -> None:
    old = {"given_name": "Idris", "date_of_birth": "1971-02-28"}
    assert compared_beyond_names(record(**GROWN_UP), record(**old))
    for number in ("nhs_number", "upn"):
        shared = {number: ONE_NUMBER}
        assert compared_beyond_names(record(**shared), record(**BROTHER, **shared))
        assert not compared_beyond_names(record(**shared), record(**BROTHER, **{number: OTHER_NUMBER}))
        assert not compared_beyond_names(record(**shared), record(**BROTHER))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (("Tamsin", "Orrell"), ("Tamsin", "Orrell"), ("same", "same")),
        (("Jack", "Smith"), ("Jack", "Smith"), ("common", "common")),
        (("Jack", "Orrell"), ("Jack", "Vane"), ("common", "differs")),
        (("Tamsin", "Smith"), ("Bronwen", "Smith"), ("differs", "common")),
        (("Tamsin", "Jack"), ("Tamsin", "Jack"), ("same", "same")),
        (("Unknown", "Orrell"), ("Unknown", "Orrell"), ("absent", "same")),
        (("Tamsin", "Unknown"), ("Tamsin", "Orrell"), ("same", "absent")),
        (("Tam", "Orrell"), ("Tamsin", "Orrell"), ("nickname", "same")),
        (("Tam Mary", "Orrell"), ("Thomasina", "Orrell"), ("nickname", "same")),
        (("Tam Mary", "Orrell"), ("Thomasina Jane", "Orrell"), ("similar", "same")),
        (("Suharto", "-"), ("-", "Suharto"), ("same", "absent")),
        (("Suharto", "Suharto"), ("FNU", "Suharto"), ("same", "absent")),
        (("Smith", "-"), ("-", "Smith"), ("same", "absent")),
        (("Jack", "-"), ("-", "Jack"), ("common", "absent")),
        (("-", "Smith"), (".", "Smith"), ("absent", "common")),
        (("Suharto", "Suharto"), ("Suharto", "Suharto"), ("same", "absent")),
        (("-", "Suharto"), (".", "Suharto"), ("absent", "same")),
        (("Suharto", "Suharto"), ("Suharto", "Orrell"), ("same", "absent")),
        (("Huw", "Thomas"), ("Thomas", "Thomas"), ("differs", "absent")),
        (("Tamsin", "Orrell"), ("Tamsin Mary", "Orrell"), ("nickname", "same")),
        (("Bronwyn", "Orrell"), ("Bronwyn Mary", "Orrell"), ("part", "same")),
        (("Edie", "Orrell"), ("Evie", "Orrell"), ("similar", "same")),
        (("Edie Rose", "Orrell"), ("Evie Rose", "Orrell"), ("similar", "same")),
        (("Rosse Mary", "Orrell"), ("Rose Mary", "Orrell"), ("close", "same")),
        (("Bob", "Orrell"), ("Bess", "Orrell"), ("differs", "same")),
        (("Tamsin", "Orrell"), ("Orrell", "Tamsin"), ("swapped", "swapped")),
        (("Tamsin", "Orrell"), ("Orell", "Tamsin Mary"), ("swapped", "swapped")),
        (("Tamsin", "Orrell"), ("Orrell", "Vane"), ("differs", "differs")),
        (("Tamsin", "Orrell"), ("Vane", "Tamsin"), ("differs", "differs")),
        (("Tamsin", "Orrell"), ("Orrell", "Unknown"), ("differs", "absent")),
        (("Lee", "Leigh"), ("Leigh", "Lea"), ("swapped", "swapped")),
        (("Anna", "Lee"), ("Anna Lee", "Anna"), ("swapped", "swapped")),
        (("Tamsin", "Tamsyn"), ("Tamsyn", "Tamsin"), ("close", "close")),
    ],
)
def test_names_agree_as_names_of_a_person(one: tuple[str, str], other: tuple[str, str], found: tuple[str, str]) -> None:
    first, second = (record(given_name=given, family_name=family, carers=[]) for given, family in (one, other))
    assert comparer().compare(first, second).levels[:2] == comparer().compare(second, first).levels[:2] == found


def test_of_all_names_the_two_count_that_agree_best() -> None:
    former = [{"given_name": "Tamsin", "family_name": "Vane"}, {"given_name": "Tamsin", "family_name": "Orell"}]
    several = record(family_name="Penrose", other_names=former)
    assert comparer().compare(record(), several).levels[:2] == ("same", "close")
    assert comparer().compare(several, record()).levels[:2] == ("same", "close")


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("Tamsin Orrell", "Bronwen Orrell, Tamsin Orell", ("same", "close")),
        ("Tamsin Orrell", "Tamsin Vane, Bronwen Orrell", ("differs", "same")),
        ("Niall Smith, N Orrell", "Neil Smith, Neil Orrell", ("similar", "common")),
        ("Bronwyn Orrell, Tam Orrell", "Bronwyn-Mary Orrell, Tamsin Orrell", ("nickname", "same")),
    ],
)
def test_names_agree_best_that_strangers_share_least(one: str, other: str, found: tuple[str, str]) -> None:
    def named(names: str) -> Features:
        first, *others = (
            dict(zip(("given_name", "family_name"), each.split(), strict=True)) for each in names.split(", ")
        )
        return record(**first, other_names=others, carers=[])

    assert comparer().compare(named(one), named(other)).levels[:2] == found


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ({}, {"date_of_birth": None}, "absent"),
        ({"date_of_birth": None}, {}, "absent"),
        ({"date_of_birth_estimated": True}, {"date_of_birth": "2004-01-01"}, "estimated"),
        ({}, {"date_of_birth": "2004-01-01", "date_of_birth_estimated": True}, "estimated"),
        ({}, {"date_of_birth": "2005-01-01", "date_of_birth_estimated": True}, "differs"),
        ({}, {"date_of_birth_estimated": True}, "same"),
        ({}, {"date_of_birth": "2004-01-01"}, "differs"),
    ],
)
def test_an_estimated_birthday_agrees_by_its_year(one: dict[str, Any], other: dict[str, Any], level: str) -> None:
    assert comparer().compare(record(**one), record(**other)).levels[2] == level


def test_an_explanation_names_level_and_bits_of_every_field_that_both_have() -> None:
    one = record(nhs_number=ONE_NUMBER, **BARE)
    other = record(nhs_number=OTHER_NUMBER, **BARE | {"address": HOME})
    assert comparer().explain(comparer().compare(one, other)) == {
        "given_name": "same: +8.0 -0.1 +8.0",
        "family_name": "same: +0.0 -0.1 +9.1",
        "date_of_birth": "same: +5.5 -0.1 +12.5",
        "nhs_number": "differs: -5.1 -5.1 -5.1",
    }


def test_all_that_two_records_have_is_compared() -> None:
    one = record(nhs_number=ONE_NUMBER, upn="D999417608014")
    other = record(nhs_number=ONE_NUMBER, upn="A999417608014", address=ELSEWHERE, carers=OTHERS, gender="male")
    assert dict(zip(FIELDS, comparer().levels(one, other), strict=True)) == {
        "given_name": "same",
        "family_name": "same",
        "date_of_birth": "same",
        "gender": "differs",
        "nhs_number": "same",
        "upn": "differs",
        "postcode": "differs",
        "address": "differs",
        "carers": "differs",
        "contacts": "differs",
    }


@pytest.mark.parametrize(("relatives", "are_two"), [(50.0, True), (3.0, True), (2.9, False), (1.0, False)])
@pytest.mark.parametrize(
    "changes", [{"given_name": "Jake"}, {"address": ELSEWHERE}, {"address": {"postcode": ELSEWHERE["postcode"]}}]
)
def test_one_agency_holds_two_by_two_names_or_at_two_homes_unless_it_registers_children_twice(
    changes: dict[str, Any], relatives: float, are_two: bool
) -> None:
    agencies = {"relative_in_one_agency": relatives}
    compare = Comparer(SETTINGS.model_copy(update={"rivals": RIVALS.model_copy(update=agencies)})).compare
    jack: dict[str, Any] = {"given_name": "Jack", "carers": []}
    assert compare(record("gp", **jack), record("gp", **(jack | changes))).contradicts is are_two
    assert not compare(*(record("gp", **(jack | GROWN_UP | each)) for each in ({}, changes))).contradicts
    pupils = [record("school", upn=number) for number in ("D999417608014", "H999417608022")]
    assert compare(*pupils).contradicts


def test_two_records_of_which_no_agency_is_told_are_not_of_one_agency() -> None:
    """Of a shielded child it is not told who holds its records."""
    compare, distinguishes = comparer().compare, comparer().distinguishes
    now, before = {"nhs_number": OTHER_NUMBER, "former_nhs_numbers": [ONE_NUMBER]}, {"nhs_number": ONE_NUMBER}
    pupils: list[dict[str, Any]] = [{"upn": number} for number in ("D999417608014", "H999417608022")]
    for agency, is_one in (("", False), ("school", True)):
        assert distinguishes(record(agency), record(agency)) is is_one
        assert (compare(record(agency, **now), record(agency, **before)).levels[4] == "differs") is is_one
        assert compare(*(record(agency, **each) for each in pupils)).contradicts is is_one


def test_who_is_called_nothing_is_not_known_to_be_a_twin() -> None:
    """That the family name or the carers are not known leaves it open: it is the given name that tells twins apart."""

    def may_be_twins(one: Features, other: Features) -> bool:
        return comparer().may_be_twins(comparer().compare(one, other), one, other)

    assert not may_be_twins(record(given_name="Baby"), record())
    assert may_be_twins(record(given_name="Idris"), record())
    assert may_be_twins(record(given_name="Idris", family_name="-"), record(family_name="-"))
    assert may_be_twins(record(given_name="Idris", carers=[]), record(carers=[]))


@pytest.mark.parametrize(
    ("witness", "is_one"),
    [
        (record("school", address=ELSEWHERE), True),
        (record("gp", address=ELSEWHERE), False),
        (record("school", **BARE), False),
        (record("school", address=ELSEWHERE, given_name="Bronwen", date_of_birth="2001-11-02"), False),
    ],
    ids=["knows both homes", "of the same agency", "has nobody in common with them", "is her sister's"],
)
def test_two_homes_are_one_childs_where_another_agency_is_certain_and_knows_of_both(
    witness: Features, is_one: bool
) -> None:
    before, after = record("gp"), record("gp", address=ELSEWHERE, carers=[])
    found = comparer().compare(before, after)
    assert found.by_homes
    assert comparer().contradict(found, before, after, [before, after])
    assert comparer().contradict(found, before, after, [before, after, witness]) is not is_one


@pytest.mark.parametrize(
    ("changes", "by_homes"),
    [
        ({"given_name": "Jake"}, False),
        ({"upn": "H999417608022"}, False),
        ({"nhs_number": OTHER_NUMBER}, False),
        ({"address": ELSEWHERE}, True),
        ({"address": ELSEWHERE, "nhs_number": OTHER_NUMBER}, False),
        ({"address": ELSEWHERE, "gender": "male", "date_of_birth": "2009-11-30", "family_name": "Vane"}, False),
    ],
)
def test_what_one_agency_holds_as_two_is_not_so_by_weight_alone(changes: dict[str, Any], by_homes: bool) -> None:
    jack: dict[str, Any] = {"given_name": "Jack", "carers": [], "upn": "D999417608014", "nhs_number": ONE_NUMBER}
    same = {name: value for name, value in jack.items() if name in ("given_name", "carers") or name in changes}
    found = comparer().compare(record("gp", **same), record("gp", **(same | changes)))
    assert (found.contradicts, found.by_weight, found.by_homes) == (True, False, by_homes)


def test_two_that_another_agency_holds_contradict_each_other_by_weight_alone() -> None:
    unlike = {"address": ELSEWHERE, "gender": "male", "date_of_birth": "2009-11-30", "family_name": "Vane"}
    jack: dict[str, Any] = {"given_name": "Jack", "carers": []}
    found = comparer().compare(record("gp", **jack), record("school", **jack | unlike))
    assert (found.contradicts, found.by_weight, found.by_homes) == (True, True, False)


@pytest.mark.parametrize(
    ("carers", "of_many", "level"),
    [
        (RUTH, (False, False), "same"),
        (RUTH, (True, False), "absent"),
        (RUTH, (False, True), "absent"),
        (OTHERS, (True, False), "differs"),
        (OTHERS, (False, False), "differs"),
    ],
)
def test_that_carers_agree_tells_nothing_where_one_may_care_for_many(
    carers: list[dict[str, str]], of_many: tuple[bool, bool], level: str
) -> None:
    one, other = record(), record(carers=carers)
    two = (each._replace(may_care_for_many=many) for each, many in zip((one, other), of_many, strict=True))
    assert comparer().levels(*two)[FIELDS.index("carers")] == level
