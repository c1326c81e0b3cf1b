"""What is believed where records differ: how many agencies agree, who knows it best, and only then the time."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.belief import (
    ADDRESS,
    AUTHORITY,
    BIRTH,
    CARERS,
    FIELDS,
    NAME,
    NOBODY,
    Field,
    Origin,
    ReportedIdentity,
    Statement,
    believed_authority,
    believed_birth,
    believed_identity,
    birth_statement,
    place_in_order,
    vouched_authority,
    weigh,
)
from domain.vocabulary import AgencyKind


def reported(
    agency: str,
    given: str = "Ada",
    *,
    kind: str | None = None,
    time: str = "2008",
    stream: str = "",
    aside: bool = False,
    deregistered: bool = False,
    **changes: Any,
) -> ReportedIdentity:
    """What an agency's record reports."""
    origin = Origin(stream or agency, agency, kind, deregistered, time)
    told = {"date_of_birth": "2003-05-17", "estimated": False, "gender": None, "written": (given, "Orrell")} | changes
    return ReportedIdentity(origin, aside, (given, "Orrell") if given else None, **told)


def name(*records: ReportedIdentity) -> str:
    found = believed_identity(records).name
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("records", "first"),
    [
        (
            [reported("a", "Ada"), reported("b", "Ada"), reported("c", "Bea", kind="gp-registration", time="2009")],
            "Ada",
        ),
        ([reported("a", "Ada", kind="gp-registration"), reported("b", "Bea", kind="voluntary", time="2009")], "Ada"),
        ([reported("a", "Ada", kind="police"), reported("b", "Bea", time="2009")], "Ada"),
        ([reported("a", "Ada"), reported("b", "Bea", kind="sensitive-service", time="2009")], "Ada"),
        ([reported("a", "Ada", time="2009"), reported("b", "Bea")], "Ada"),
        ([reported("a", "Ada", deregistered=True, time="2009"), reported("b", "Bea")], "Bea"),
        ([reported("a", "Ada", aside=True, kind="gp-registration"), reported("b", "Bea")], "Bea"),
        ([reported("a", "Ada", aside=True)], "Ada"),
        ([reported("a", "Baby", kind="hospital"), reported("b", "Ada")], "Ada"),
        ([reported("a", "Ada"), reported("b", "ADÁ", time="2007"), reported("c", "Bea", time="2009")], "Ada"),
    ],
    ids=[
        *("two outvote one whoever it is", "the register before a voluntary body", "not known is among the last"),
        *("a sensitive service is last", "time between equals", "still registered between equals", "set aside"),
        *("nobody else is left", "a word for an unknown name is none", "names agree however they are written"),
    ],
)
def test_which_name_is_believed(records: list[ReportedIdentity], first: str) -> None:
    assert {name(*each) for each in permutations(records)} == {first}


def test_one_agency_has_one_voice_however_many_records_it_has() -> None:
    many = [reported("vol", "Bea", stream=f"v{number}", time="2009") for number in range(5)]
    assert name(*many, reported("a"), reported("b")) == "Ada"


def test_of_dates_as_many_agree_on_the_exact_one_is_believed() -> None:
    about = [reported(each, date_of_birth="2003-01-01", estimated=True) for each in ("a", "b")]
    exact = reported("c", date_of_birth="2003-05-07", time="2001")
    assert believed_identity([about[0], exact])[2:4] == ("2003-05-07", False)
    assert believed_identity([*about, exact])[2:4] == ("2003-01-01", True)
    assert believed_identity([*about, reported("d", date_of_birth="2003-01-01")])[2:4] == ("2003-01-01", False)
    assert believed_identity([reported("a", date_of_birth=None)])[2:4] == (None, False)


def test_a_gender_that_nobody_reports_is_not_known() -> None:
    assert believed_identity([reported("a"), reported("b", gender="female")]).gender == "female"
    assert believed_identity([reported("a")]).gender is None


def test_without_records_nothing_is_believed() -> None:
    assert believed_identity([]) == NOBODY


def statement(code: str, agency: str, kind: str | None = None, *, gone: bool = False, time: str = "2008") -> Statement:
    return Statement(code, Origin(agency, agency, kind, gone, time))


def test_an_address_counts_for_a_right_if_an_authority_or_two_agencies_say_it() -> None:
    assert vouched_authority([statement("E1", "gp", "gp-registration")]) is None
    assert vouched_authority([statement("E1", "gp", "gp-registration"), statement("E1", "vol", "voluntary")]) == "E1"
    assert (
        vouched_authority([statement("E1", "gp", "gp-registration"), statement("E2", "la", "local-authority")]) == "E2"
    )
    assert vouched_authority([statement("E1", "vol", stream) for stream in ("voluntary", "voluntary")]) is None
    assert believed_authority([statement("E1", "gp", "gp-registration")]) == "E1"
    assert believed_authority([]) is None


def test_a_place_whose_code_changed_is_one_whichever_of_its_codes_agencies_write() -> None:
    """Buckinghamshire was a county with districts until 2020."""
    old, new, other = "E10000002", "E06000060", "E06000061"
    told = [
        statement(old, "gp", "gp-registration"),
        statement(new, "school", "school-census"),
        statement(other, "vol", "voluntary"),
    ]
    for each in permutations([*told, told[0]._replace(value=None)]):
        assert believed_authority(each) == vouched_authority(each) == new
    assert vouched_authority([statement(old, "gp", "gp-registration"), statement(new, "vol", "voluntary")]) == old
    district, neighbour = "E07000004", "E07000005"
    within = [
        statement(district, "gp"),
        statement(district, "vol"),
        statement(neighbour, "school", "school-census", time="2009"),
    ]
    assert believed_authority(within) == district


@pytest.mark.parametrize("field", [ADDRESS, AUTHORITY, CARERS], ids=lambda field: field.name)
def test_who_no_longer_holds_the_child_does_not_say_where_it_lives_now(field: Field) -> None:
    left = [statement("E1", each, "local-authority", gone=True, time="2009") for each in ("la", "school")]
    assert weigh(field, [*left, statement("E2", "gp", "gp-registration")])[0].value == "E2"
    assert weigh(field, left)[0].value == believed_authority(left) == "E1"


IDENTITY = (
    "birth-registration gp-registration|hospital death-registration|"
    "local-authority school-census child-benefit health-visiting"
)
HOUSEHOLD = "local-authority school-census|social-care|gp-registration child-benefit health-visiting"


@pytest.mark.parametrize(
    ("fields", "known_best"),
    [
        ("name date_of_birth gender nhs_number", IDENTITY),
        ("addresses authority", HOUSEHOLD),
        ("carers", "social-care local-authority|school-census|gp-registration child-benefit health-visiting"),
        ("upn", "school-census local-authority"),
    ],
)
def test_who_knows_a_field_best(fields: str, known_best: str) -> None:
    """Behind those named come all others, then voluntary bodies and agencies of no known kind, then sensitive ones."""
    named = [each.split() for each in known_best.split("|")]
    last = ["voluntary", None], ["sensitive-service"]
    others = set(map(str, AgencyKind)).difference(*named, *last)
    expected = [*map(set, named), others, *map(set, last)]
    by_name = {field.name: field for field in FIELDS}
    for field in fields.split():
        found: list[set[str | None]] = [set() for _ in expected]
        for kind in (*map(str, AgencyKind), None):
            found[place_in_order(by_name[field], kind)].add(kind)
        assert found == expected


def test_where_a_child_lives_two_agencies_are_as_many_as_three() -> None:
    three = [statement("E1", each, time="2009") for each in ("a", "b", "c")]
    two = [statement("E2", "la", "local-authority"), statement("E2", "d")]
    assert believed_authority([*three, *two]) == "E2"
    assert believed_authority([*three, two[0]]) == "E1"
    assert believed_authority([three[0], *two[1:], statement("E2", "e")]) == "E2"


@pytest.mark.parametrize(
    ("times", "believed"),
    [("2009 2005", "E2"), ("2009 2009", "E1"), ("2009 2009 2005", "E1"), ("2009 2005 2005", "E2")],
)
def test_between_places_that_two_say_the_time_counts_at_which_the_second_said_it(times: str, believed: str) -> None:
    one = [statement("E1", f"a{number}", time=each) for number, each in enumerate(times.split())]
    other = [statement("E2", each, time="2008") for each in ("b", "c")]
    assert believed_authority([*one, *other]) == believed


def test_of_an_agencys_records_the_latest_says_when_it_said_so() -> None:
    again = statement("E1", "a", time="2009")
    one = [statement("E1", "a", time="2005"), again._replace(origin=again.origin._replace(stream="a2"))]
    other = [statement("E2", each, time="2008") for each in ("c", "d")]
    for order in permutations([*one, statement("E1", "b", time="2009"), *other]):
        assert believed_authority(order) == "E1"


def test_of_each_value_it_is_told_how_many_agencies_hold_it() -> None:
    told = [
        statement("E1", "a"),
        statement("E2", "b"),
        statement("E2", "c"),
        statement("E2", "d"),
        statement("E3", "d"),
        statement("E3", "d"),
    ]
    assert {held.value: held.agencies for held in weigh(ADDRESS, told)} == {"E1": 1, "E2": 3, "E3": 1}


def test_who_has_left_neither_counts_nor_lends_its_knowledge_to_who_says_the_same() -> None:
    gone = statement("E1", "la", "local-authority", gone=True, time="2009")
    voluntary = statement("E1", "vol", "voluntary", time="2009")
    assert believed_authority([gone, voluntary, statement("E2", "gp", "gp-registration")]) == "E2"
    assert believed_authority([gone, voluntary, statement("E2", "gp", time="2007"), statement("E2", "police")]) == "E2"
    assert believed_authority([gone, statement("E2", "vol", "voluntary", time="2007")]) == "E2"


def test_who_the_child_is_is_said_also_by_who_no_longer_holds_it() -> None:
    two = [reported("a", deregistered=True), reported("b", deregistered=True)]
    assert name(*two, reported("c", "Bea", kind="gp-registration", time="2009")) == "Ada"
    gone = reported("a", kind="gp-registration", deregistered=True)
    assert name(gone, reported("b", "Bea", kind="police", time="2009")) == "Ada"


def test_between_names_that_as_many_say_the_latest_time_of_any_counts() -> None:
    one = [reported("a", time="2009"), reported("b", time="2005")]
    assert name(*one, reported("c", "Bea", time="2008"), reported("d", "Bea", time="2008")) == "Ada"


def test_a_name_is_written_as_the_record_has_it_that_is_believed_most() -> None:
    register = reported("a", "ADA", kind="gp-registration", time="2005")
    school = reported("b", "Ada", kind="school-census", time="2009")
    for records in permutations([register, school]):
        assert believed_identity(records).named_by == "a"
    left = register._replace(origin=register.origin._replace(deregistered=True))
    still = reported("c", "Ada", kind="birth-registration")
    for records in permutations([left, still]):
        assert believed_identity(records).named_by == "c"
    for records in permutations([left, school]):
        assert believed_identity(records).named_by == "a"
    later = [reported("d", time="2007"), reported("e", time="2008")]
    for records in permutations(later):
        assert believed_identity(records).named_by == "e"


def test_a_place_is_written_as_an_agency_has_it_that_still_holds_the_child() -> None:
    gone = statement("E1", "school", "school-census", gone=True)
    current = [statement("E1", "gp", "gp-registration", time="2009"), statement("E1", "care", "social-care")]
    for told in permutations([gone, *current]):
        (held,) = weigh(ADDRESS, told)
        assert [each.origin.source for each in held.statements] == ["care", "gp", "school"]


def test_a_name_of_which_both_parts_are_known_is_believed_before_one_that_more_agencies_have_a_part_of() -> None:
    for unknown in ("Unknown", ""):
        nobody = [reported(each, unknown, kind="gp-registration") for each in ("a", "b")]
        assert name(*nobody, reported("c", "Ada", kind="voluntary")) == "Ada"


def test_a_birthday_that_all_estimate_is_estimated_until_one_knows_it() -> None:
    origins = [statement("", each).origin for each in ("a", "b")]
    about = [birth_statement("2003-01-01", True, each) for each in origins]
    known = birth_statement("2003-01-01", False, origins[1])
    assert believed_birth(about) == ("2003-01-01", True)
    assert believed_birth([about[0], known]) == ("2003-01-01", False)
    assert believed_birth([birth_statement(None, False, origins[0]), *about]) == ("2003-01-01", True)


def test_a_gender_is_weighed_where_agencies_differ() -> None:
    register = reported("a", gender="female", kind="gp-registration", time="2005")
    assert believed_identity([reported("b", gender="male"), register]).gender == "female"
    assert believed_identity([reported("b", gender="male"), reported("c", gender="male"), register]).gender == "male"


KINDS = st.sampled_from([*map(str, AgencyKind), None])
TIMES = st.sampled_from(["2007", "2008", "2009"])
VALUES = st.sampled_from(["x", "y", "z"])


@st.composite
def statements(draw: st.DrawFn, agencies: Sequence[str]) -> Statement:
    agency = draw(st.sampled_from(agencies))
    stream = f"{agency}-{draw(st.integers(0, 3))}"
    origin = Origin(stream, agency, draw(KINDS), draw(st.booleans()), draw(TIMES))
    return Statement(draw(VALUES), origin, exact=draw(st.booleans()))


@settings(max_examples=300)
@given(st.lists(statements(["hostile"]), max_size=6), KINDS, KINDS, st.sampled_from([BIRTH, NAME]), st.randoms())
def test_whatever_one_agency_says_two_others_outvote_it(
    hostile: list[Statement], kind: str | None, other: str | None, field: Any, chance: Any
) -> None:
    honest = [statement("agreed", "one", kind), statement("agreed", "two", other)]
    everything = [*honest, *hostile]
    chance.shuffle(everything)
    assert weigh(field, everything)[0].value == "agreed"


@settings(max_examples=300)
@given(st.lists(statements(["a", "b", "c"]), unique_by=lambda each: (each.origin.stream, each.value)), st.randoms())
def test_the_order_in_which_statements_arrive_decides_nothing(found: list[Statement], chance: Any) -> None:
    one_of_each = list({each.origin.stream: each for each in found}.values())
    shuffled = list(one_of_each)
    chance.shuffle(shuffled)
    assert [(held.value, held.first) for held in weigh(NAME, shuffled)] == [
        (held.value, held.first) for held in weigh(NAME, one_of_each)
    ]
