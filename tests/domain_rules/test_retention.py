"""Given a life, by which rules its entry has to be archived, who is asked first, and from which day on."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.education import birthday
from domain.retention import ARCHIVE, ASK, RULES, Due, begun_by, destroyed_on, due
from domain.timeline import records_of
from domain.vocabulary import AgencyKind
from tests.domain_rules.reports.life import Life

GROWN_UP, KEPT_ON_UNTIL = "2009-11-09", "2016-11-09"
"""The birthdays of one born on BORN."""
LEFT, DIED = "left-england", "died"
SOME_DAY = st.dates(date(1980, 1, 1), date(2030, 1, 1))
given_a_change = for_all(SOME_DAY, SOME_DAY, st.dates(date(1997, 1, 1), date(2030, 1, 1)))


def rules_of(life: Life, on: str) -> dict[str, str]:
    """By rule what is due on a day; there is at most one for each."""
    found = [
        each for each in due(records_of(life.facts)) if each.begins <= on and (each.ends is None or on < each.ends)
    ]
    assert len(found) == len({each.rule for each in found})
    return {each.rule: each.act for each in found}


def recorded(life: Life, record: str, on: str) -> Life:
    """The last thing that was sent of a record was recorded on a day, whatever day it is about."""
    life.facts_by_record[record][-1] = life.facts_by_record[record][-1]._replace(recorded=f"{on}T12:00:00Z")
    return life


def registered_dead(on: str) -> Life:
    """The registration of deaths tells that a child of the council died."""
    life = Life(kinds={"deaths": str(AgencyKind.DEATH_REGISTRATION)})
    return life.known("deaths").deregistered("deaths", on, DIED).known("council")


def test_who_is_eighteen_is_archived_from_that_day_on() -> None:
    life = Life().known("benefit")
    assert rules_of(life, "2009-11-08") == {}
    assert rules_of(life, GROWN_UP) == {"reached-18": ARCHIVE}
    assert rules_of(life, "2040-01-01") == {"reached-18": ARCHIVE}


def test_of_dates_of_birth_that_differ_the_latest_counts() -> None:
    """So nobody makes a child grown up by one word; twins of a number are put right by stewards."""
    life = Life().known("benefit").known("gp").known("ward", born="1980-01-01")
    assert rules_of(life, "2009-11-08") == {}
    assert rules_of(life.amended("gp", "2001-01-01", born="1995-01-01"), "2012-12-31") == {}
    assert rules_of(life, "2013-01-01") == {"reached-18": ARCHIVE}


def test_an_estimated_date_of_birth_counts_a_year_later() -> None:
    life = Life().known("benefit", sure=False)
    assert rules_of(life, GROWN_UP) == {}
    assert rules_of(life, "2010-11-09") == {"reached-18": ARCHIVE}


def test_a_date_of_birth_that_was_changed_counts_for_a_year_after() -> None:
    """A slip of the pen, or one stolen credential, would else hide a child in the same night."""
    life = Life().known("benefit").amended("benefit", "2000-02-29", born="1901-11-09")
    assert rules_of(life, "2001-02-28") == {}
    assert rules_of(life, "2001-03-01") == {"reached-18": ARCHIVE}
    recorded(life, "benefit", "2003-05-05")
    assert rules_of(life, "2004-05-04") == {}
    assert rules_of(life.amended("benefit", "2004-04-01"), "2004-06-01") == {}
    assert rules_of(life, GROWN_UP) == {"reached-18": ARCHIVE}


def test_to_amend_something_else_postpones_nothing() -> None:
    life = Life().known("benefit", born="1980-01-01").amended("benefit", "1997-01-01", born="1979-01-01")
    for year in range(1998, 2004):
        life.amended("benefit", f"{year}-01-01", born="1979-01-01")
    assert rules_of(life, "1998-01-01") == {"reached-18": ARCHIVE}
    assert rules_of(life, "1997-12-31") == {}


@pytest.mark.parametrize(("on", "due_then"), [("2000-06-01", {}), ("2001-06-01", {"reached-25": ARCHIVE})])
def test_who_may_be_a_care_leaver_by_the_date_before_is_not_archived_within_the_year(
    on: str, due_then: dict[str, str]
) -> None:
    life = Life().known("council", born="1970-01-01").raises("council", "looked-after", "1987-01-01")
    life.lowers("council", "1987-06-01").facts_by_record["council"][0:1] = [
        life.facts_by_record["council"][0]._replace(word="1985-01-01")
    ]
    assert rules_of(life.amended("council", "2000-01-01", born="1970-01-01"), on) == due_then


@given_a_change
def test_what_was_changed_archives_nobody_earlier(born: date, before: date, changed: date) -> None:
    life = Life().known("gp", born=before.isoformat()).amended("gp", changed.isoformat(), born=born.isoformat())
    plain = {each.rule: each for each in due(records_of(Life().known("gp", born=born.isoformat()).facts))}
    for each in due(records_of(life.facts)):
        assert each.begins >= plain[each.rule].begins
        assert each.begins <= max(plain[each.rule].begins, birthday(changed, 1).isoformat())


@pytest.mark.parametrize("born", [None, "9980-01-01"])
def test_a_child_without_a_birthday_comes_of_no_age(born: str | None) -> None:
    assert due(records_of(Life().known("benefit", born=born).facts)) == []


@pytest.mark.parametrize(
    ("raised", "lowered", "asked"),
    [
        ("1999-01-01", None, True),
        ("1999-01-01", "2007-11-10", True),
        ("1999-01-01", "2007-11-09", False),
        ("2009-11-08", None, True),
        ("2009-11-09", None, False),
    ],
    ids=["still at eighteen", "after sixteen", "until sixteen", "the day before", "grown up before"],
)
def test_a_possible_care_leaver_is_asked_at_eighteen_and_archived_at_twenty_five(
    raised: str, lowered: str | None, asked: bool
) -> None:
    life = Life().known("council").raises("council", "looked-after", raised)
    if lowered:
        life.lowers("council", lowered)
    assert rules_of(life, GROWN_UP) == {"reached-18": ASK if asked else ARCHIVE}
    assert rules_of(life, KEPT_ON_UNTIL) == ({"reached-25": ARCHIVE} if asked else {"reached-18": ARCHIVE})


def test_another_flag_keeps_nobody_on() -> None:
    assert rules_of(Life().known("council").raises("council", "common-assessment", "2008-01-01"), GROWN_UP) == {
        "reached-18": ARCHIVE
    }


def test_the_registration_of_deaths_is_believed_by_itself_a_year_after_death() -> None:
    life = registered_dead("2004-02-29")
    assert rules_of(life, "2005-02-28") == {}
    assert rules_of(life, "2005-03-01") == {DIED: ARCHIVE}


@pytest.mark.parametrize("reason", [DIED, LEFT])
def test_who_dates_it_back_waits_the_year_all_the_same(reason: str) -> None:
    """A stolen credential, or two, would else hide a child on the day on which it is used."""
    life = Life().known("gp").known("council")
    for agency in ("gp", "council"):
        recorded(life.deregistered(agency, "2004-01-01", reason), agency, "2007-01-02")
    assert rules_of(life, "2008-01-01") == {}
    assert rules_of(life, "2008-01-02") == {reason: ARCHIVE}


@pytest.mark.parametrize("reason", [DIED, LEFT])
@pytest.mark.parametrize("by", ["school", "gp"], ids=["one that holds it", "one that reports it"])
def test_whatever_is_recorded_since_denies_it(reason: str, by: str) -> None:
    life = Life(kinds={"deaths": str(AgencyKind.DEATH_REGISTRATION)}).known("deaths").known("gp").known("school")
    life.deregistered("deaths", "2004-01-01", reason).deregistered("gp", "2004-01-01", reason)
    assert rules_of(life, "2005-06-01") == {reason: ARCHIVE}
    recorded(life.amended(by, "2003-01-01"), by, "2004-02-01")
    assert rules_of(life, "2005-06-01") == {}
    ends = {reason: ARCHIVE} if by == "school" else {}
    assert rules_of(life.deregistered(by, "2005-01-01", reason), "2006-06-01") == ends


def test_what_an_agency_recorded_that_holds_the_child_no_more_denies_nothing() -> None:
    life = registered_dead("2004-01-01").amended("council", "2004-02-01").deregistered("council", "2004-03-01")
    assert rules_of(life, "2005-06-01") == {DIED: ARCHIVE}


def test_to_report_the_same_again_postpones_nothing() -> None:
    life = Life().known("gp").deregistered("gp", "2004-01-01", LEFT).deregistered("gp", "2004-01-01", LEFT)
    assert rules_of(recorded(life, "gp", "2008-01-01"), "2005-01-01") == {LEFT: ARCHIVE}


def test_one_agency_alone_makes_nobody_dead_or_gone_whom_another_holds() -> None:
    for reason in (DIED, LEFT):
        life = Life().known("gp").deregistered("gp", "2004-01-01", reason).known("council").known("school")
        assert rules_of(life, "2006-01-01") == {}
        assert rules_of(life.deregistered("school", "2005-03-01", reason), "2006-03-01") == {reason: ARCHIVE}


def test_of_two_days_of_death_the_later_one_counts() -> None:
    life = Life().known("council").known("gp").deregistered("gp", "2004-01-01", DIED).known("ward")
    life.deregistered("ward", "2004-06-01", DIED)
    assert rules_of(life, "2005-05-31") == {}
    assert rules_of(life, "2005-06-01") == {DIED: ARCHIVE}


def test_who_is_held_by_nobody_any_more_is_gone_as_the_last_one_says() -> None:
    life = (
        Life().known("gp").known("council").deregistered("gp", "2004-01-01").deregistered("council", "2004-05-01", LEFT)
    )
    assert rules_of(life, "2005-04-30") == {}
    assert rules_of(life, "2005-05-01") == {LEFT: ARCHIVE}


def test_all_records_that_one_authority_removed_are_one_word() -> None:
    life = Life(sources=dict.fromkeys(("one", "two"), "urn:agency:council"))
    life.known("school").known("one").removed("one", "2004-01-01", LEFT).known("two")
    assert rules_of(life.removed("two", "2004-01-02", LEFT), "2005-02-01") == {}
    assert rules_of(life.deregistered("school", "2004-03-01", LEFT), "2005-03-01") == {LEFT: ARCHIVE}


@pytest.mark.parametrize("back", ["2004-06-01", "2006-12-31", "2015-01-01"])
def test_a_return_takes_it_back_within_three_years_and_later(back: str) -> None:
    life = Life().known("gp", born="2000-01-01").deregistered("gp", "2004-01-01", LEFT)
    assert rules_of(life, "2017-12-31") == {LEFT: ARCHIVE}
    life.known("school", back, born="2000-01-01")
    assert rules_of(life, back) == {}
    assert rules_of(life, "2017-12-31") == {}
    life.deregistered("school", "2016-01-01", LEFT)
    assert rules_of(life, "2017-01-01") == {LEFT: ARCHIVE}


def test_a_word_from_before_the_return_is_no_second_one() -> None:
    life = Life().known("gp").deregistered("gp", "2004-01-01", LEFT).known("school", "2005-01-01")
    life.known("ward", "2005-01-02").deregistered("ward", "2006-01-01", LEFT)
    assert rules_of(life, "2007-01-01") == {}


def test_who_is_seen_since_is_in_doubt_and_not_archived() -> None:
    life = registered_dead("2004-03-01")
    assert rules_of(life, "2005-05-31") == {DIED: ARCHIVE}
    assert rules_of(life.raises("council", "information-to-share", "2005-06-01"), "2005-06-01") == {}


def test_what_is_set_aside_says_nothing_and_neither_does_a_sensitive_service() -> None:
    life = Life().known("council").known("gp").known("ward").deregistered("ward", "2004-01-01", LEFT)
    life.deregistered("gp", "2004-01-01", LEFT).secret("clinic")
    told = life.facts_by_record["ward"]
    told[:] = [fact._replace(aside=True) for fact in told]
    assert rules_of(life, "2006-01-01") == {}
    assert rules_of(life, GROWN_UP) == {"reached-18": ARCHIVE}
    assert rules_of(life.deregistered("council", "2007-01-01"), "2008-01-01") == {LEFT: ARCHIVE}
    assert rules_of(life.secret("refuge", "2008-01-01"), "2009-01-01") == {LEFT: ARCHIVE}
    assert due(records_of(Life().secret("clinic").facts)) == []


def test_a_younger_date_of_birth_counts_also_where_it_is_set_aside() -> None:
    """Of two people in one entry one may be a child; who has set the other's record aside does not hide it."""
    life = Life().known("council").known("school", born="2000-01-01")
    told = life.facts_by_record["school"]
    told[:] = [fact._replace(aside=True) for fact in told]
    assert rules_of(life, GROWN_UP) == {}
    assert rules_of(life, "2018-01-01") == {"reached-18": ARCHIVE}


def test_all_rules_are_asked_and_each_is_one_of_the_list() -> None:
    life = registered_dead("2004-03-01").deregistered("council", "2003-01-01", LEFT)
    found = rules_of(life, KEPT_ON_UNTIL)
    assert found == {"reached-18": ARCHIVE, DIED: ARCHIVE, LEFT: ARCHIVE}
    assert found.keys() <= {rule.name for rule in RULES}


DAYS = st.dates(date(1996, 1, 1), date(2012, 12, 31)).map(date.isoformat)
TOLD = st.lists(
    st.tuples(
        st.sampled_from(["known", "deregistered", "raises", "removed"]),
        st.sampled_from(["gp", "council", "ward"]),
        DAYS,
        st.sampled_from([DIED, LEFT, "moved-away"]),
    ),
    max_size=8,
)


def life_of(told: list[tuple[str, str, str, str]]) -> Life:
    """A life in which an agency says nothing of whom it has not registered, and nothing once its record is removed."""
    life = Life()
    removed = set()
    for what, agency, day, reason in told:
        if agency in removed:
            continue
        if what == "known" or agency not in life.facts_by_record:
            life.known(agency, day)
        elif what == "raises":
            life.raises(agency, "looked-after", day)
        elif what == "removed":
            removed.add(agency)
            life.removed(agency, day, None if reason == "moved-away" else reason)
        else:
            life.deregistered(agency, day, reason)
    return life


@for_all(TOLD, st.integers(0, 400), st.integers(0, 9_000))
def test_what_is_due_stays_due_where_nothing_more_is_told(
    told: list[tuple[str, str, str, str]], some: int, more: int
) -> None:
    life = life_of(told)
    last = max((fact.day for fact in life.facts), default="2012-12-31")
    one = date.fromisoformat(last) + timedelta(some)
    earlier, later = (rules_of(life, day.isoformat()) for day in (one, one + timedelta(more)))
    archived = {rule for rule, act in earlier.items() if act == ARCHIVE}
    assert archived <= {rule for rule, act in later.items() if act == ARCHIVE}
    assert (ASK in earlier.values()) <= bool(later)


@for_all(TOLD)
def test_each_rule_is_due_at_no_two_times_at_once(told: list[tuple[str, str, str, str]]) -> None:
    found = due(records_of(life_of(told).facts))
    for rule in {each.rule for each in found}:
        ordered = sorted(each for each in found if each.rule == rule)
        assert all(each.ends is None or each.begins < each.ends for each in ordered)
        assert all(one.ends is not None and one.ends <= other.begins for one, other in pairwise(ordered))


@for_all(TOLD, DAYS, st.sampled_from([DIED, LEFT]))
def test_one_more_word_of_one_agency_whom_another_holds_archives_nobody(
    told: list[tuple[str, str, str, str]], day: str, reason: str
) -> None:
    """A stolen credential of one agency, whose record is not the only one, brings nothing about by itself."""
    quiet = [each for each in told if each[0] in ("known", "raises")]
    life = life_of([*(("known", agency, "1996-01-01", "") for agency in ("gp", "council")), *quiet])
    before = due(records_of(life.facts))
    assert due(records_of(life.deregistered("gp", day, reason).facts)) == before


@for_all(st.dates(date(1, 1, 1), date(2200, 1, 1)), st.dates(date(1, 1, 1), date(2200, 1, 1)))
def test_the_day_of_destruction_is_six_years_after_whichever_way_it_is_reckoned(archived: date, on: date) -> None:
    assert (destroyed_on(archived.isoformat()) <= on.isoformat()) == (archived.isoformat() <= begun_by(on))


def test_a_leap_day_is_reckoned_as_a_birthday_is() -> None:
    assert destroyed_on("2016-02-29") == "2022-03-01"
    assert (begun_by(date(2022, 2, 28)), begun_by(date(2022, 3, 1))) == ("2016-02-28", "2016-03-01")
    assert begun_by(date(2024, 2, 29)) == "2018-02-28"


def test_nothing_is_due_for_nobody() -> None:
    assert due(records_of([])) == list[Due]()
