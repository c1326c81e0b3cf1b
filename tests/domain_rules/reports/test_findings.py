"""Findings: given a life, when the day is …, then the child is on these lists."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.reports import Answer, Finding, findings, gp_registrations
from domain.timeline import records_of, summary, timeline_cursor
from domain.vocabulary import RESTRICTED_SOURCE
from tests.domain_rules.reports.life import BORN, EAST, NORTH, OF_AGE, PAST_AGE, Life, days_about, girl
from tests.domain_rules.reports.scan import on_lists


def on(life: Life, day: str) -> dict[str, Finding]:
    """The child's findings of a day by report; there is at most one for each."""
    found = [f for f in findings(records_of(life.facts)) if f.begins <= day and (f.ends is None or day < f.ends)]
    assert len(found) == len({f.report for f in found})
    return {f.report: f for f in found}


def test_the_memos_girl_is_missing_education_with_two_gps_in_the_authority_that_she_moved_to() -> None:
    found = on(girl(), "2000-01-31")
    assert found["missing-education"].answer.status == "not-reported"
    assert found["several-gps"].answer.detail == {"gps": 2}
    assert {f.authority for f in found.values()} == {EAST}
    left = found["services-left-behind"].answer.detail["services"]
    assert left == [{"service": "gp", "source": "urn:agency:gp-one", "authority": NORTH}]


def test_she_is_missing_from_the_day_on_which_she_was_first_known() -> None:
    assert on(girl(), "2000-01-31")["missing-education"].since == "1999-06-14"
    assert on(girl(), "1999-06-13") == {}


@pytest.mark.parametrize(
    ("day", "missing"),
    [("1996-12-30", False), (OF_AGE, True), ("2008-06-27", True), (PAST_AGE, False)],
    ids=["before the prescribed day", "on it", "the last Friday in June", "the day after"],
)
def test_a_child_is_missing_from_the_prescribed_day_to_the_last_friday_in_june(day: str, missing: bool) -> None:
    assert ("missing-education" in on(Life().known("benefit"), day)) is missing


def test_a_child_without_a_known_birthday_is_not_overlooked() -> None:
    assert "missing-education" in on(Life().known("ward", "1999-01-01", born=None), "1999-01-01")


def test_a_place_takes_the_child_off_the_list_until_it_ends() -> None:
    life = Life().known("school").begins("school", "education", "1997-01-06").ends("school", "1999-03-01")
    assert on(life, "1997-01-05")["missing-education"].answer.status == "not-reported"
    assert on(life, "1997-01-06")["education"].answer.status == "placed"
    absent = on(life, "1999-03-01")["missing-education"]
    assert (absent.answer.status, absent.since) == ("reported-absent", "1999-03-01")


def test_a_change_of_school_on_one_day_is_no_gap() -> None:
    life = Life().known("school").begins("school", "education", "1997-01-06").ends("school", "1999-03-01")
    life.begins("school", "education", "1999-03-01", number=2)
    assert [f.begins for f in findings(records_of(life.facts)) if f.report == "missing-education"] == [OF_AGE]


@pytest.mark.parametrize("reason", ["died", "left-england"])
def test_a_child_who_died_or_left_is_kept_apart(reason: str) -> None:
    life = Life().known("benefit").known("deaths", "1998-05-05").deregistered("deaths", "1998-05-05", reason)
    found = on(life, "1998-05-05")
    assert found.keys() == {"education"}
    assert found["education"].answer.status == reason


@pytest.mark.parametrize("reason", ["died", "left-england"])
def test_who_knows_little_of_it_takes_no_child_off_a_list_that_others_hold(reason: str) -> None:
    life = Life(kinds={"benefit": "child-benefit", "toys": "voluntary", "more": "voluntary"})
    life.known("benefit").known("toys").deregistered("toys", "1998-05-05", reason)
    found = on(life, "1998-05-05")
    assert found["missing-education"].answer.status == "not-reported"
    assert found["gone-in-doubt"].answer == Answer(
        reason, {"seen": [{"source": "urn:agency:benefit", "since": "1996-01-01"}]}
    )
    life.known("more").deregistered("more", "1998-06-05", reason)
    assert on(life, "1998-06-05").keys() == {"education"}


def test_who_alone_holds_a_child_is_believed_that_it_is_gone_until_another_holds_it() -> None:
    life = Life(kinds={"toys": "voluntary"}).known("toys").deregistered("toys", "1998-05-05", "died")
    assert on(life, "1998-05-05")["education"].answer.status == "died"
    life.known("benefit", "1998-07-01")
    found = on(life, "1998-07-01")
    assert (found["gone-in-doubt"].answer.status, "missing-education" in found) == ("died", True)
    found = on(life.deregistered("benefit", "1999-01-01"), "1999-01-01")
    assert (found["gone-in-doubt"].answer.status, "missing-education" in found) == ("died", False)


@pytest.mark.parametrize(("kind", "doubted"), [("gp-registration", True), ("death-registration", False), (None, False)])
def test_of_a_death_that_one_agency_alone_reports_somebody_finds_out(kind: str | None, doubted: bool) -> None:
    life = Life(kinds={"teller": kind} if kind else {}).known("school").known("teller")
    life.deregistered("teller", "1998-05-05", "died")
    found = on(life, "1998-05-05")
    assert ("missing-education" in found, "gone-in-doubt" in found) == (False, doubted)
    life.raises("school", "looked-after", "1998-05-10")
    assert "gone-in-doubt" in on(life, "1998-05-10")
    life.deregistered("school", "1998-06-05", "died")
    assert "gone-in-doubt" not in on(life, "1998-06-05")


def test_what_was_told_before_a_death_was_registered_is_no_doubt_of_it() -> None:
    life = Life(kinds={"toys": "voluntary", "deaths": "death-registration"}).known("toys").known("school")
    life.deregistered("toys", "1998-05-05", "died").raises("school", "looked-after", "1998-06-01")
    assert on(life, "1998-06-01")["gone-in-doubt"].answer.status == "died"
    life.known("deaths", "1998-06-30").deregistered("deaths", "1998-06-30", "died")
    assert on(life, "1998-06-30").keys() == {"education"}


def test_a_record_that_is_set_aside_takes_its_child_off_no_list() -> None:
    life = Life(kinds={"school": "school-census", "gp": "gp-registration"}).known("school").known("gp")
    life.deregistered("gp", "1998-05-05", "died")
    assert "missing-education" not in on(life, "1998-05-05")
    removed = Life().known("school").known("council").removed("council", "1998-05-05", "left-england")
    for each, record in ((life, "gp"), (removed, "council")):
        each.facts_by_record[record] = [fact._replace(aside=True) for fact in each.facts_by_record[record]]
        assert {"missing-education", "gone-in-doubt"} <= on(each, "1998-05-05").keys()


def test_a_child_who_left_england_and_is_registered_again_is_back() -> None:
    life = Life().known("benefit").known("council", "1998-05-05").deregistered("council", "1998-05-05", "left-england")
    life.known("gp", "1999-01-01")
    assert on(life, "1998-12-31")["education"].answer.status == "left-england"
    assert on(life, "1999-01-01")["missing-education"].since == "1999-01-01"


def test_a_record_removed_because_the_child_left_says_so_and_nothing_else() -> None:
    life = Life().known("benefit").known("council", place=EAST).removed("council", "1998-05-05", "left-england")
    assert on(life, "1998-05-05")["education"].answer.status == "left-england"
    assert on(life, "1998-05-04")["missing-education"].authority == NORTH


def test_an_enquiry_is_followed_to_its_end() -> None:
    life = Life().known("council").raises("council", "missing-education-enquiry", "1997-02-01")
    life.lowers("council", "1997-06-01")
    assert on(life, "1997-01-31")["missing-education"].answer.detail == {"follow_up": None}
    open_ = {"status": "open", "since": "1997-02-01"}
    assert on(life, "1997-02-01")["missing-education"].answer.detail == {"follow_up": open_}
    assert on(life, "1997-02-01")["education-enquiries"].answer.status == "not-reported"
    ended = on(life, "1997-06-01")
    assert ended["missing-education"].answer.detail == {"follow_up": {"status": "ended", "since": "1997-06-01"}}
    assert ended["missing-education"].since == OF_AGE
    assert "education-enquiries" not in ended


def test_two_gps_told_by_one_agency_are_two_and_one_told_by_two_agencies_is_one() -> None:
    assert gp_registrations([("gp", "Z1"), ("gp", "Z1")]) == 2
    assert gp_registrations([("gp", "Z1"), ("council", "Z1")]) == 1
    assert gp_registrations([("gp", "Z1"), ("council", "Z2")]) == 2
    assert gp_registrations([("gp", None), ("council", None)]) == 2
    assert gp_registrations([]) == 0


def test_three_services_one_of_them_additional_want_a_lead() -> None:
    life = (
        Life().known("gp").known("council").begins("gp", "gp", "1998-01-01").begins("council", "housing", "1998-01-01")
    )
    assert "no-lead-professional" not in on(life, "1998-01-01")
    life.begins("council", "youth-service", "1998-02-01", number=2)
    assert on(life, "1998-02-01")["no-lead-professional"].answer.detail == {
        "services": ["gp", "housing", "youth-service"]
    }
    life.begins("council", "youth-service", "1998-02-01", number=2, lead=True)
    assert "no-lead-professional" not in on(life, "1998-02-01")


def test_services_for_every_child_want_none() -> None:
    life = Life().known("a").begins("a", "gp", "1998-01-01").begins("a", "education", "1998-01-01", number=2)
    life.begins("a", "health-visiting", "1998-01-01", number=3)
    assert "no-lead-professional" not in on(life, "1998-01-01")


def test_a_flag_that_names_nobody_who_can_be_reached_is_found() -> None:
    life = Life().known("police").raises("police", "action-taken", "1998-01-01", answered=False)
    assert on(life, "1998-01-01")["flags-without-contact"].answer.detail == {"flags": ["action-taken"]}


def test_what_a_sensitive_agency_holds_puts_a_child_on_no_list_and_under_no_name() -> None:
    alone = Life().secret("clinic")
    assert summary(records_of(alone.facts)) is None
    both = Life().secret("clinic", "1990-01-01").known("benefit", "1996-01-01")
    found = summary(records_of(both.facts))
    assert found is not None
    assert found.known_to == {"urn:agency:benefit": "1996-01-01"}
    assert on(both, "1995-12-31") == {}
    assert all(each.since >= "1996-01-01" for each in on(both, "1998-01-01").values())
    life = Life().known("benefit").deregistered("benefit", "1998-05-05", "left-england").secret("clinic", "1999-01-01")
    assert on(life, "1999-01-01").keys() == {"education"}
    known_to = [set(at.known_to) for at in timeline_cursor(records_of(both.facts))]
    assert {"urn:agency:benefit"} in known_to
    assert not any(RESTRICTED_SOURCE in each for each in known_to)


def test_a_summary_is_of_the_record_believed_most() -> None:
    life = Life().known("gp", "1997-01-01", place=EAST).known("benefit", "1996-01-01").amended("benefit", "1996-06-01")
    found = summary(records_of(life.facts))
    assert found is not None
    assert (found.authority, found.date_of_birth) == (EAST, BORN)
    found = summary(records_of(life.deregistered("gp", "1998-01-01").facts))
    assert found is not None
    assert found.authority == NORTH


def test_an_involvement_opened_again_leaves_its_first_time_as_it_was() -> None:
    life = Life().known("gp").begins("gp", "gp", "1997-01-01").ends("gp", "1998-01-01").begins("gp", "gp", "1999-01-01")
    without = [(f.begins, f.ends) for f in findings(records_of(life.facts)) if f.report == "no-gp"]
    assert without == [("1996-01-01", "1997-01-01"), ("1998-01-01", "1999-01-01")]


RECORDS = ("r1", "r2", "r3")
SERVICES = ("gp", "education", "home-education", "housing", "social-care", "youth-service")
FLAGS = ("missing-education-enquiry", "looked-after", "action-taken")
KINDS = ("voluntary", "gp-registration", "death-registration")
DAYS = st.dates().map(lambda day: f"{1990 + day.year % 20}-{day.month:02}-{min(day.day, 28):02}")


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A life of up to three records and twenty facts, told in any order of days."""
    life = Life()
    for record in RECORDS[: draw(st.integers(1, 3))]:
        if draw(st.booleans()) and draw(st.booleans()):
            life.secret(record, draw(DAYS))
            continue
        life.sources[record] = draw(st.sampled_from([f"urn:agency:{record}", "urn:agency:of-many-records"]))
        life.kinds |= draw(st.dictionaries(st.just(record), st.sampled_from(KINDS)))
        life.known(
            record,
            draw(DAYS),
            draw(st.sampled_from([BORN, None, "1992-02-29"])),
            draw(st.sampled_from([NORTH, EAST, None])),
            draw(st.booleans()),
        )
        for _ in range(draw(st.integers(0, 7))):
            _add_facts(draw, life, record)
    return life


def _add_facts(draw: st.DrawFn, life: Life, record: str) -> None:
    day, number = draw(DAYS), draw(st.integers(1, 3))
    what = draw(st.sampled_from(["begins", "ends", "raises", "lowers", "amended", "deregistered", "known", "removed"]))
    if life.facts_by_record[record][-1].kind == "removed":
        return
    if what == "begins":
        at = draw(st.sampled_from(["Z1", "Z2", None]))
        life.begins(record, draw(st.sampled_from(SERVICES)), day, number, at, draw(st.booleans()))
    elif what == "raises":
        life.raises(record, draw(st.sampled_from(FLAGS)), day, number, draw(st.booleans()))
    elif what in ("ends", "lowers"):
        getattr(life, what)(record, day, number)
    elif what == "deregistered":
        reasons = ["moved-away", "died", "left-england", "registered-in-error"]
        life.deregistered(record, _after(life, record, day), draw(st.sampled_from(reasons)))
    elif what == "removed":
        if draw(st.booleans()) and draw(st.booleans()):
            life.removed(record, day, draw(st.sampled_from([None, "left-england"])))
    else:
        getattr(life, what)(record, _after(life, record, day))


def _after(life: Life, record: str, day: str) -> str:
    """A day after all on which the record itself was told of: an agency tells of itself in order."""
    kinds = ("registered", "amended", "deregistered")
    last = max(fact.day for fact in life.facts_by_record[record] if fact.kind in kinds)
    return max(day, f"{int(last[:4]) + 1}{last[4:]}")


@settings(deadline=None, max_examples=400)
@given(life=lives())
def test_the_findings_are_those_of_a_scan_of_every_day(life: Life) -> None:
    for day in days_about(life.facts):
        found = {f.report: (f.answer.status, f.authority) for f in on(life, day).values()}
        assert found == on_lists(life.facts, day), day


@settings(deadline=None, max_examples=200)
@given(life=lives())
def test_findings_of_one_report_follow_each_other_and_since_is_the_first_day_of_a_run(life: Life) -> None:
    by_report: dict[str, list[Finding]] = {}
    for found in sorted(findings(records_of(life.facts)), key=lambda f: f.begins):
        by_report.setdefault(found.report, []).append(found)
    for run in by_report.values():
        for before, after in pairwise(run):
            assert before.ends is not None
            assert before.ends <= after.begins
            assert after.since == (before.since if before.ends == after.begins else after.begins)
