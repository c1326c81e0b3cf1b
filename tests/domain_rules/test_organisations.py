"""A code of a school or practice and its successor are one place, on the day that is asked of."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.inclusion_policy import policy_history
from domain.organisations import MOST_CHANGES, Succession, SuccessionRefused, Successions, set_successions
from domain.reports import findings
from domain.timeline import records_of
from tests.domain_rules.reports.life import Life

LATE, EARLY, GROWN_UP = "2009-04-01", "2001-01-01", "2009-11-09"
BECAME = Successions(
    [
        Succession("practice", "Z1", "Z3", LATE),
        Succession("practice", "Z2", "Z3", LATE),
        Succession("practice", "Z3", "Z4", ""),
        Succession("school", "910002", "910202", ""),
        Succession("school", "910104", "910105", LATE),
    ]
)


@pytest.fixture
def became() -> Iterator[None]:
    set_successions(BECAME)
    yield
    set_successions(Successions())


def test_the_code_of_a_day() -> None:
    assert [BECAME.code_on("gp", "Z1", day) for day in (EARLY, LATE)] == ["Z1", "Z4"]
    assert BECAME.code_on("gp", "Z3", EARLY) == "Z4", "only the code is new"
    assert BECAME.code_on("education", "910002", EARLY) == "910202"
    assert BECAME.code_on("early-years", "910104", LATE) == "910105"
    assert BECAME.code_on("social-care", "910002", LATE) == "910002", "an agency's own code means what it says"
    assert BECAME.code_on("gp", "910002", LATE) == "910002", "a school's code is no practice's"


def test_the_codes_of_now() -> None:
    assert BECAME.code_now("Z2") == "Z4"
    assert BECAME.codes_now("Z2") == BECAME.codes_now("Z4") == {"Z1", "Z2", "Z3", "Z4"}
    assert BECAME.codes_now("Moss Lane Primary School") == {"Moss Lane Primary School"}
    both = Successions([Succession("practice", "X", "Y", LATE), Succession("school", "X", "W", LATE)])
    assert (both.code_now("X"), both.codes_now("X")) == ("X", {"X", "Y", "W"}), "whose code it is cannot be told"


def test_the_days_from_which_codes_are_one_place() -> None:
    assert BECAME.days_of_change("gp", "Z1") == {LATE}
    assert BECAME.days_of_change("gp", "Z3") == BECAME.days_of_change("hospital", "Z1") == set()


@pytest.mark.parametrize(
    ("rows", "nth"),
    [
        ([("A", "B"), ("A", "C")], 1),
        ([("A", "B"), ("B", "A")], 0),
        ([("A", "B"), ("B", "C"), ("C", "B")], 0),
        ([(f"A{n}", f"A{n + 1}") for n in range(MOST_CHANGES + 1)], 0),
    ],
)
def test_what_cannot_be_is_refused(rows: list[tuple[str, str]], nth: int) -> None:
    with pytest.raises(SuccessionRefused) as refused:
        Successions(Succession("school", code, successor, LATE) for code, successor in rows)
    assert refused.value.nth == nth


def test_the_same_codes_of_two_kinds_are_two_places() -> None:
    Successions([Succession("school", "A", "B", LATE), Succession("practice", "B", "A", LATE)])


def test_the_fingerprint_is_that_of_what_they_say() -> None:
    assert Successions().fingerprint == ""
    assert Successions(reversed(BECAME.each)).fingerprint == BECAME.fingerprint
    assert Successions(BECAME.each[1:]).fingerprint != BECAME.fingerprint


CODES = st.sampled_from("ABCDEFGH")
ROWS = st.lists(st.tuples(CODES, CODES, st.sampled_from(["", EARLY, LATE])), max_size=8)


@given(rows=ROWS, day=st.sampled_from([EARLY, "2005-01-01", LATE]), code=CODES)
def test_each_code_is_one_place_with_its_successor_from_the_day_on(
    rows: list[tuple[str, str, str]], day: str, code: str
) -> None:
    later = {first: (first, max(first, second), since) for first, second, since in rows if first < second}
    became = Successions(Succession("practice", *row) for row in later.values())
    for first, second, since in later.values():
        if since <= day:
            assert became.code_on("gp", first, day) == became.code_on("gp", second, day)
    now = became.code_on("gp", code, day)
    assert became.code_on("gp", now, day) == now
    assert became.codes_now(code) == {each for each in "ABCDEFGH" if became.code_now(each) == became.code_now(code)}


def several_gps(life: Life) -> list[tuple[str, str | None]]:
    return [(each.begins, each.ends) for each in findings(records_of(life.facts)) if each.report == "several-gps"]


def registered_at(first: str, second: str) -> Life:
    life = Life().known("gp-feed", "2001-01-01").begins("gp-feed", "gp", "2001-01-01", at=first)
    return life.known("benefit", "2002-01-01").begins("benefit", "gp", "2002-01-01", at=second)


def test_without_successions_two_codes_are_two_practices() -> None:
    assert several_gps(registered_at("Z1", "Z2")) == [("2002-01-01", GROWN_UP)]


@pytest.mark.usefixtures("became")
def test_two_practices_are_one_from_the_day_on_which_they_merge() -> None:
    assert several_gps(registered_at("Z1", "Z2")) == [("2002-01-01", LATE)]
    assert several_gps(registered_at("Z3", "Z4")) == [], "only the code is new"
    assert several_gps(registered_at("Z1", "Z9")) == [("2002-01-01", GROWN_UP)]


@pytest.mark.usefixtures("became")
def test_two_registrations_of_one_agency_are_two_even_where_their_practices_merged() -> None:
    life = Life().known("gp-feed", "2001-01-01").begins("gp-feed", "gp", "2001-01-01", at="Z1")
    assert several_gps(life.begins("gp-feed", "gp", "2002-01-01", number=2, at="Z2")) == [("2002-01-01", GROWN_UP)]


def meetings(first: str, second: str) -> list[tuple[str, int]]:
    life = Life().known("census", "2001-01-01").begins("census", "education", "2001-01-01", at=first)
    life.known("council", "2002-01-01").begins("council", "education", "2009-05-01", at=second)
    history = policy_history(life.facts, [], (18,), "2010-01-01")
    assert history is not None
    return history.meetings


@pytest.mark.usefixtures("became")
def test_a_policy_counts_no_meeting_of_a_school_with_itself() -> None:
    assert meetings("910104", "910105") == meetings("910002", "910202") == []
    assert meetings("910104", "910002") == [("2009-05-01", 1)]


def test_without_successions_a_policy_counts_that_meeting() -> None:
    assert meetings("910104", "910105") == [("2009-05-01", 1)]
