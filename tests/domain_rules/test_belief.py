"""What is believed where records differ: how many agencies agree, who knows it best, and only then the time."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.belief import (
    BIRTH,
    FIELDS,
    NAME,
    NOBODY,
    UPN,
    ReportedIdentity,
    Said,
    Speaker,
    believed_authority,
    believed_identity,
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
    **said: Any,
) -> ReportedIdentity:
    """What an agency's record reports."""
    speaker = Speaker(stream or agency, agency, kind, deregistered, time)
    told = {"date_of_birth": "2003-05-17", "estimated": False, "gender": None} | said
    return ReportedIdentity(speaker, aside, (given, "Orrell") if given else None, **told)


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


def said(code: str, agency: str, kind: str | None = None, *, gone: bool = False, time: str = "2008") -> Said:
    return Said(code, Speaker(agency, agency, kind, gone, time))


def test_an_address_counts_for_a_right_if_an_authority_or_two_agencies_say_it() -> None:
    assert vouched_authority([said("E1", "gp", "gp-registration")]) is None
    assert vouched_authority([said("E1", "gp", "gp-registration"), said("E1", "vol", "voluntary")]) == "E1"
    assert vouched_authority([said("E1", "gp", "gp-registration"), said("E2", "la", "local-authority")]) == "E2"
    assert vouched_authority([said("E1", "vol", stream) for stream in ("voluntary", "voluntary")]) is None
    assert believed_authority([said("E1", "gp", "gp-registration")]) == "E1"
    assert believed_authority([]) is None


def test_a_place_whose_code_changed_is_one_whichever_of_its_codes_agencies_write() -> None:
    """Buckinghamshire was a county with districts until 2020."""
    old, new, other = "E10000002", "E06000060", "E06000061"
    told = [said(old, "gp", "gp-registration"), said(new, "school", "school-census"), said(other, "vol", "voluntary")]
    for each in permutations(told):
        assert believed_authority(each) == vouched_authority(each) == new
    assert vouched_authority([said(old, "gp", "gp-registration"), said(new, "vol", "voluntary")]) == old
    district, neighbour = "E07000004", "E07000005"
    within = [said(district, "gp"), said(district, "vol"), said(neighbour, "school", "school-census", time="2009")]
    assert believed_authority(within) == district


def test_who_no_longer_holds_the_child_does_not_say_where_it_lives_now() -> None:
    left = [said("E1", each, "local-authority", gone=True, time="2009") for each in ("la", "school")]
    assert believed_authority([*left, said("E2", "gp", "gp-registration")]) == "E2"
    assert believed_authority(left) == "E1"


def test_every_kind_has_a_place_in_every_order() -> None:
    for field in FIELDS:
        places = {kind: place_in_order(field, kind) for kind in (*AgencyKind, None)}
        assert places[AgencyKind.SENSITIVE_SERVICE] > places[AgencyKind.VOLUNTARY] == places[None]
        assert all(
            place < places[None]
            for kind, place in places.items()
            if kind not in ("voluntary", None, "sensitive-service")
        )
    assert place_in_order(NAME, "gp-registration") < place_in_order(NAME, "school-census")
    assert place_in_order(UPN, "school-census") < place_in_order(UPN, "gp-registration")


KINDS = st.sampled_from([*map(str, AgencyKind), None])
TIMES = st.sampled_from(["2007", "2008", "2009"])
VALUES = st.sampled_from(["x", "y", "z"])


@st.composite
def statements(draw: st.DrawFn, agencies: Sequence[str]) -> Said:
    agency = draw(st.sampled_from(agencies))
    stream = f"{agency}-{draw(st.integers(0, 3))}"
    speaker = Speaker(stream, agency, draw(KINDS), draw(st.booleans()), draw(TIMES))
    return Said(draw(VALUES), speaker, exact=draw(st.booleans()))


@settings(max_examples=300)
@given(st.lists(statements(["hostile"]), max_size=6), KINDS, KINDS, st.sampled_from([BIRTH, NAME]), st.randoms())
def test_whatever_one_agency_says_two_others_outvote_it(
    hostile: list[Said], kind: str | None, other: str | None, field: Any, chance: Any
) -> None:
    honest = [said("agreed", "one", kind), said("agreed", "two", other)]
    everything = [*honest, *hostile]
    chance.shuffle(everything)
    assert weigh(field, everything)[0].value == "agreed"


@settings(max_examples=300)
@given(st.lists(statements(["a", "b", "c"]), unique_by=lambda each: (each.speaker.stream, each.value)), st.randoms())
def test_the_order_in_which_statements_arrive_decides_nothing(found: list[Said], chance: Any) -> None:
    one_of_each = list({each.speaker.stream: each for each in found}.values())
    shuffled = list(one_of_each)
    chance.shuffle(shuffled)
    assert [(held.value, held.first) for held in weigh(NAME, shuffled)] == [
        (held.value, held.first) for held in weigh(NAME, one_of_each)
    ]
