"""Statutory school age to the day, and what is said of a child's education."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.education import Schooling, compulsory_from, compulsory_until, education_status, is_of_school_age


@pytest.mark.parametrize(
    ("born", "first_day"),
    [
        ("2003-03-30", "2008-03-31"),
        ("2003-03-31", "2008-03-31"),
        ("2003-04-01", "2008-08-31"),
        ("2003-08-31", "2008-08-31"),
        ("2003-09-01", "2008-12-31"),
        ("2003-12-31", "2008-12-31"),
        ("2004-01-01", "2009-03-31"),
        ("2004-02-29", "2009-03-31"),
    ],
)
def test_school_age_begins_on_the_prescribed_day_after_the_fifth_birthday(born: str, first_day: str) -> None:
    first = date.fromisoformat(first_day)
    assert compulsory_from(date.fromisoformat(born)) == first
    assert not is_of_school_age(date.fromisoformat(born), first - timedelta(days=1))
    assert is_of_school_age(date.fromisoformat(born), first)


@pytest.mark.parametrize(
    ("born", "last_day"),
    [
        ("1992-08-31", "2008-06-27"),
        ("1992-06-27", "2008-06-27"),
        ("1991-09-01", "2008-06-27"),
        ("1992-09-01", "2009-06-26"),
        ("1992-12-31", "2009-06-26"),
        ("1993-01-01", "2009-06-26"),
        ("1996-02-29", "2012-06-29"),
        ("1990-10-10", "2007-06-29"),
        ("2001-05-05", "2017-06-30"),
        ("2002-05-05", "2018-06-29"),
    ],
)
def test_school_age_ends_on_the_last_friday_in_june_of_the_year_of_sixteen(born: str, last_day: str) -> None:
    last = date.fromisoformat(last_day)
    assert last.strftime("%A %m") == "Friday 06"
    assert compulsory_until(date.fromisoformat(born)) == last
    assert is_of_school_age(date.fromisoformat(born), last)
    assert not is_of_school_age(date.fromisoformat(born), last + timedelta(days=1))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_school_age_lasts_from_five_to_about_sixteen(born: date) -> None:
    first, last = compulsory_from(born), compulsory_until(born)
    fifth = date(born.year + 5, born.month, min(born.day, 28))
    assert timedelta(0) <= first - fifth <= timedelta(days=31 + 31 + 30 + 31 + 31 + 5)
    assert (first.month, first.day) in {(3, 31), (8, 31), (12, 31)}
    assert (last.month, last.weekday()) == (6, 4)
    assert last + timedelta(days=7) > date(last.year, 6, 30)


BORN = "1999-05-17"
ON = date(2008, 10, 23)


def status(*schooling: Schooling, born: str | None = BORN, on: date = ON) -> tuple[str, str | None]:
    found = education_status(born, schooling, on)
    return found.status, found.since


def test_placed_by_a_current_involvement_in_education() -> None:
    assert status(Schooling("education", "2008-09-04", None)) == ("placed", "2008-09-04")
    assert status(Schooling("education", None, None)) == ("placed", None)
    assert status(Schooling("education", "2004-09-04", "2008-10-24")) == ("placed", "2004-09-04")


def test_home_educated_by_a_current_involvement() -> None:
    assert status(Schooling("home-education", "2008-09-04", None)) == ("home-educated", "2008-09-04")


def test_a_school_counts_before_home_education() -> None:
    both = (Schooling("home-education", "2007-09-04", None), Schooling("education", "2008-09-04", None))
    assert status(*both) == status(*reversed(both)) == ("placed", "2008-09-04")


def test_placed_since_the_earliest_of_what_is_current() -> None:
    two = (Schooling("education", "2008-09-04", None), Schooling("education", "2006-09-04", None))
    assert status(*two) == ("placed", "2006-09-04")


def test_reported_absent_when_what_began_has_ended() -> None:
    ended = Schooling("education", "2004-09-01", "2008-10-23")
    assert status(ended) == ("reported-absent", "2008-10-23")
    assert status(ended, Schooling("home-education", "2004-01-01", "2008-10-01")) == ("reported-absent", "2008-10-23")
    assert status(ended, Schooling("education", "2008-10-23", None)) == ("placed", "2008-10-23")


def test_not_absent_from_school_before_school_age() -> None:
    nursery = Schooling("education", "2002-09-01", "2003-07-20")
    assert status(nursery) == ("reported-absent", "2004-08-31")


def test_not_reported_when_there_never_was_a_school() -> None:
    assert status() == ("not-reported", "2004-08-31")
    assert status(Schooling("education", "2008-11-01", None)) == ("not-reported", "2004-08-31")


@pytest.mark.parametrize("born", ["2006-01-01", "1990-01-01"])
def test_outside_the_statutory_age_only_a_current_school_counts(born: str) -> None:
    assert status(born=born) == ("not-of-age", None)
    assert status(Schooling("education", "2007-01-01", "2008-01-01"), born=born) == ("not-of-age", None)
    assert status(Schooling("education", "2007-01-01", None), born=born) == ("placed", "2007-01-01")


def test_a_child_whose_age_is_not_known_is_not_missed() -> None:
    assert status(born=None) == ("not-reported", None)
    assert status(Schooling("education", None, "2008-01-01"), born=None) == ("reported-absent", "2008-01-01")
