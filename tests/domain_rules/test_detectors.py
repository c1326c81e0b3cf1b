"""Given looks, when they are watched, then just those stand out that nobody's work explains."""

from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.days import local
from domain.monitoring import Access, Attempts, Facts, report
from domain.monitoring.denied_attempts import MOST_A_DAY, denied
from domain.monitoring.hours import is_out_of_hours
from domain.monitoring.patterns import FEWEST_PEERS, out_of_hours, override_rates, unusual_volume
from domain.monitoring.unexplained_access import same_address, same_name, unfollowed
from tests.support.office import SCHOOL, SURGERY, Office, at, ordinary_weeks

LATER = date(2027, 3, 1)


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_work_stands_out_nowhere(seed: int) -> None:
    office = ordinary_weeks(seed)
    found = report(office.looks, office.facts(), LATER, frozenset({"override"}))
    assert found["looks"] == len(office.looks)
    assert [found[part] for part in ("same_name", "same_address", "overrides")] == [[], [], []]
    assert found["unfollowed"] == {
        "days": 30,
        "users": [],
        "judged": found["unfollowed"]["judged"],
        "waiting": 0,
        "not_judged": 0,
    }
    assert found["out_of_hours"] == {"users": [], "organisations": [], "peaks": []}
    assert found["unusual_volume"]["users"] == []


def test_a_user_who_looks_at_a_child_of_the_own_name() -> None:
    office = Office()
    for user, child in (("ann", "hers"), ("ann", "another"), ("bob", "hers")):
        office.look(user, child)
    (found,) = same_name(office.looks, office.facts(namesakes=[("ann", "hers")]))
    assert (found["user"], found["children"], found["positions"]) == ("ann", ["hers"], [1])


def test_a_search_that_lists_a_namesake_is_no_look_at_it() -> None:
    office = Office()
    office.look("ann", "hers", "another", action="find")
    assert same_name(office.looks, office.facts(namesakes=[("ann", "hers")])) == []


def test_several_children_of_one_address_on_a_day() -> None:
    office = Office()
    for child in ("one", "two", "elsewhere"):
        office.look("ann", child)
    office.look("bob", "one", when=at(0, 10))
    office.look("bob", "two", when=at(1, 10))
    (found,) = same_address(office.looks, office.facts(addresses={"one": "a", "two": "a", "elsewhere": "b"}))
    assert (found["user"], found["children"]) == ("ann", ["one", "two"])


def test_brothers_and_sisters_of_a_child_that_the_organisation_works_with_are_explained() -> None:
    office = Office()
    office.works_with(SCHOOL, "one")
    for child in ("one", "two"):
        office.look("ann", child)
        office.look("gp", child, organisation=SURGERY)
    facts = office.facts(addresses={"one": "a", "two": "a"})
    assert [found["user"] for found in same_address(office.looks, facts)] == ["gp"]
    assert same_address(office.looks, office.facts({}, facts.addresses, [SURGERY])) == []


@pytest.mark.parametrize(
    ("begin", "end", "followed"),
    [
        ("2020-01-01", None, True),
        ("2020-01-01", "2026-11-02", True),
        ("2020-01-01", "2026-11-01", False),
        ("2026-12-02", None, True),
        ("2026-12-03", None, False),
    ],
)
def test_a_look_is_followed_by_an_involvement_within_thirty_days(begin: str, end: str | None, followed: bool) -> None:
    office = Office()
    office.works_with(SCHOOL, "child", begin, end)
    office.look("ann", "child", when=at(0, 10))
    found = unfollowed(office.looks, office.facts(), LATER)
    assert (found.judged, bool(found.findings)) == (1, not followed)


def test_what_cannot_be_judged_yet_or_at_all_is_counted_and_blames_nobody() -> None:
    office = Office()
    office.look("ann", "child", when=at(0, 10))
    office.look("nobody", "child", organisation=None)
    office.look("clinician", "child", organisation="clinic")
    facts = office.facts(confidential=["clinic"])
    on_the_day, after = (unfollowed(office.looks, facts, day) for day in (date(2026, 12, 2), date(2026, 12, 3)))
    assert (on_the_day.findings, on_the_day.judged, on_the_day.waiting, on_the_day.not_judged) == ([], 0, 1, 2)
    assert ([found["user"] for found in after.findings], after.waiting, after.not_judged) == (["ann"], 0, 2)


def test_override_rates() -> None:
    office = Office()
    for _ in range(3):
        office.look("ann", "child")
    office.look("ann", "child", action="override")
    office.look("bob", "child")
    (found,) = override_rates(office.looks, frozenset({"override"}))
    assert found == {"user": "ann", "organisation": SCHOOL, "overrides": 1, "looks": 3, "share": 0.25}


def test_nights_and_weekends() -> None:
    office = Office()
    for when in (at(0, 6, 59), at(0, 7), at(0, 19, 59), at(0, 20), at(5, 12), at(6, 12)):
        office.look("ann", "child", when=when)
    office.look("bob", "child", when=at(5, 12, 30))
    found = out_of_hours(office.looks)
    assert [(each["user"], each["looks"], each["out_of_hours"]) for each in found["users"]] == [
        ("ann", 6, 4),
        ("bob", 1, 1),
    ]
    assert found["organisations"] == [{"organisation": SCHOOL, "looks": 7, "out_of_hours": 5, "share": 0.7143}]
    assert found["peaks"][0] == {"hour": "2026-11-07T12:00", "looks": 2, "users": 2}


def test_in_summer_the_clock_in_england_is_an_hour_ahead() -> None:
    assert is_out_of_hours("2026-07-06T05:59:59.999999Z")
    assert not is_out_of_hours("2026-07-06T06:00:00.000000Z")
    assert is_out_of_hours("2026-07-06T19:00:00.000000Z")


@for_all(st.datetimes(datetime(1997, 1, 1), datetime(2090, 1, 1)))
def test_the_clock_is_that_of_the_zone_database(moment: datetime) -> None:
    there = moment.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)
    assert local(moment.isoformat() + "Z") == there


def test_a_user_who_looks_up_far_more_children_than_the_others() -> None:
    office = ordinary_weeks(1)
    for n in range(80):
        office.look("user-3", f"more-{n}")
    (found,) = unusual_volume(office.looks)["users"]
    assert (found["user"], found["peers"]) == ("user-3", 10)
    assert found["median"] < found["bound"] < 80 <= found["children"]


def test_an_office_where_everybody_is_busy_is_not_unusual() -> None:
    office, chance = Office(), Random(7)
    for user in range(10):
        for n in range(chance.randint(180, 220)):
            office.look(f"user-{user}", f"child-{user}-{n}")
    assert unusual_volume(office.looks) == {"users": [], "groups_too_small": 0}


def test_few_peers_are_not_judged_by_one_another() -> None:
    office = Office()
    for user in range(FEWEST_PEERS - 1):
        for n in range(1000 if user == 0 else 5):
            office.look(f"user-{user}", f"child-{n}")
    assert unusual_volume(office.looks) == {"users": [], "groups_too_small": 1}


def test_exports_and_reports_count_for_nobodys_volume() -> None:
    office = ordinary_weeks(2)
    office.look("user-3", *(f"more-{n}" for n in range(500)), action="report")
    assert unusual_volume(office.looks)["users"] == []


def test_who_was_denied_more_often_on_a_day_than_slips_explain() -> None:
    attempts = [
        Attempts(at(0, 23, 50), "ann", SCHOOL, "looks", "role", MOST_A_DAY),
        Attempts(at(1, 0, 10), "ann", SCHOOL, "export", "role", MOST_A_DAY),
        Attempts(at(0, 9), "bob", None, "show", "no-reason", MOST_A_DAY + 1),
    ]
    assert denied(attempts) == denied(reversed(attempts))
    found = denied(attempts)
    assert (found["most_a_day"], found["attempts"]) == (MOST_A_DAY, 31)
    ann, bob = found["users"]
    assert (ann["user"], ann["attempts"], ann["busiest_day"], ann["above"]) == ("ann", 20, 10, False)
    assert (ann["actions"], ann["causes"]) == ({"export": 10, "looks": 10}, {"role": 20})
    assert (bob["organisation"], bob["above"], bob["causes"]) == (None, True, {"no-reason": 11})
    assert denied([]) == {"most_a_day": MOST_A_DAY, "attempts": 0, "users": []}


USERS = st.sampled_from(["ann", "bob", "cat"])
CHILDREN = st.sampled_from([f"child-{n}" for n in range(6)])
LOOKS = st.lists(
    st.tuples(
        st.builds(at, st.integers(0, 20), st.integers(0, 23)),
        USERS,
        st.sampled_from(["practitioner", None]),
        st.sampled_from([SCHOOL, SURGERY, None]),
        st.sampled_from(["show", "history", "find", "override"]),
        st.lists(CHILDREN, max_size=3).map(tuple),
    ),
    max_size=40,
).map(lambda looks: [Access(position, *each) for position, each in enumerate(looks, 1)])
FACTS = st.builds(
    Facts,
    st.frozensets(st.tuples(USERS, CHILDREN)),
    st.dictionaries(CHILDREN, st.sampled_from("ab")),
    st.dictionaries(
        st.tuples(st.sampled_from([SCHOOL, SURGERY]), CHILDREN),
        st.lists(st.tuples(st.sampled_from(["2026-11-01", "2026-12-20"]), st.just(None)), max_size=2),
    ),
)


@for_all(LOOKS, FACTS, st.randoms(use_true_random=False))
def test_the_order_in_which_looks_are_handed_in_is_no_matter(looks: list[Access], facts: Facts, chance: Random) -> None:
    shuffled = list(looks)
    chance.shuffle(shuffled)
    one, other = (report(each, facts, LATER, frozenset({"override"})) for each in (looks, shuffled))
    assert one == other


@for_all(LOOKS, FACTS)
def test_every_look_up_is_judged_waits_or_cannot_be_judged(looks: list[Access], facts: Facts) -> None:
    found = unfollowed(looks, facts, date(2026, 12, 10))
    blamed = sum(finding["look_ups"] for finding in found.findings)
    pairs = {
        (look.user, child, look.day) for look in looks if look.action in ("show", "history") for child in look.children
    }
    assert found.judged + found.waiting + found.not_judged == len(pairs)
    assert blamed <= found.judged
