"""The truth that is written beside the feeds is what the feeds say, and what the feeds can't say is marked."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.education import is_of_school_age
from services.lab.simulate.dice import Dice
from services.lab.simulate.feeds import write_feeds
from services.lab.simulate.model import AS_AT, Person
from services.lab.simulate.population import people
from services.lab.simulate.registry import raise_flag
from services.lab.simulate.school_age import is_of_statutory_age, statutory_from, statutory_until
from services.lab.simulate.truth import truth_of
from tests.support.simulated_feeds import Feeds, Submission, read_feeds

UNIVERSAL = {"education", "home-education", "gp", "health-visiting"}
SELECTIVE = {"looked-after", "child-protection-plan", "domestic-abuse"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("county")
    write_feeds(2_500, 11, out)
    return out


@pytest.fixture(scope="module")
def county(folder: Path) -> Feeds:
    return read_feeds(folder)


def facts_of(submissions: list[Submission], born: date, as_at: date) -> dict[str, Any]:
    """The facts of one person as they follow from what agencies sent."""
    started: dict[tuple[str, str], str] = {}
    ended: set[tuple[str, str]] = set()
    flags: set[tuple[str, str, str]] = set()
    for s in submissions:
        data = s["data"]
        match s["type"]:
            case "involvement.started":
                started[s["source"], data["involvement"]] = data["service"]
            case "involvement.ended":
                ended.add((s["source"], data["involvement"]))
            case "flag.raised":
                flags.add((s["source"], s["subject"], data["flag"]))
            case "flag.lowered":
                flags.remove((s["source"], s["subject"], data["flag"]))
    current = {ref: service for ref, service in started.items() if ref not in ended}
    ends = {s["data"]["reason"] for s in submissions if s["type"] == "child.deregistered"} & {"died", "left-england"}
    status = ends.pop() if ends else "live"
    education = reported_education(set(started.values()), set(current.values()), is_of_school_age(born, as_at))
    return {
        "current_involvements": {(*ref, service) for ref, service in current.items()},
        "ended_involvements": len(ended),
        "flags": {flag for _, _, flag in flags},
        "education_status": education,
        "missing_education": status == "live" and education in ("not-reported", "reported-absent"),
        "gp_count": list(current.values()).count("gp"),
        "status": status,
        "selective_listed": "social-care" in current.values() or any(flag in SELECTIVE for _, _, flag in flags),
        "selective_ever": "social-care" in started.values()
        or any(s["data"].get("flag") in SELECTIVE for s in submissions),
        "additional_services_now": bool(set(current.values()) - UNIVERSAL),
        "additional_services_ever": bool(set(started.values()) - UNIVERSAL),
    }


def reported_education(ever: set[str], now: set[str], of_age: bool) -> str:
    if "education" in now:
        return "placed"
    if "home-education" in now:
        return "home-educated"
    if not of_age:
        return "not-of-age"
    return "reported-absent" if ever & {"education", "home-education"} else "not-reported"


def test_the_truth_is_what_the_feeds_say(county: Feeds) -> None:
    as_at = date.fromisoformat(county.truth["as_at"])
    sent = county.by_person()
    for person in county.truth["people"]:
        born = date.fromisoformat(person["date_of_birth"])
        current = {(i["source"], i["involvement"], i["service"]) for i in person["current_involvements"]}
        stored = {**person, "current_involvements": current, "flags": set(person["flags"])}
        expected = facts_of(sent[person["person"]], born, as_at)
        assert {key: stored[key] for key in expected} == expected


@pytest.mark.parametrize("name", sorted(SELECTIVE))
def test_a_flag_is_on_the_selective_list_without_social_care_at_work(name: str) -> None:
    person = without_social_care()
    raise_flag(Dice("a flag"), person.records[0], name, person.came, None)
    truth = truth_of(person)
    assert (truth["selective_listed"], truth["selective_ever"]) == (True, True)


@pytest.mark.parametrize("name", sorted(SELECTIVE))
def test_a_flag_that_was_lowered_was_once_on_the_selective_list(name: str) -> None:
    person = without_social_care()
    raise_flag(Dice("a flag"), person.records[0], name, person.came, AS_AT)
    truth = truth_of(person)
    assert (truth["selective_listed"], truth["selective_ever"]) == (False, True)


@pytest.mark.parametrize("name", ["common-assessment", "information-to-share", "missing-education-enquiry"])
def test_other_flags_are_on_no_selective_list(name: str) -> None:
    person = without_social_care()
    raise_flag(Dice("a flag"), person.records[0], name, person.came, None)
    assert not truth_of(person)["selective_ever"]


def without_social_care() -> Person:
    return next(person for person in people(100, 1) if not truth_of(person)["selective_ever"])


def test_each_record_belongs_to_one_person_and_each_person_has_one(county: Feeds) -> None:
    owned = [tuple(record) for person in county.truth["people"] for record in person["records"]]
    assert all(person["records"] for person in county.truth["people"])
    assert len(owned) == len(set(owned))
    assert set(owned) == set(county.by_record())


def test_the_authority_is_that_of_the_last_home(county: Feeds) -> None:
    authorities = {agency["authority"] for agency in county.agencies.values() if "authority" in agency}
    moved = 0
    sent = county.by_person()
    for person in county.truth["people"]:
        registered = [s["data"] for s in sent[person["person"]] if s["type"].startswith("child.")]
        seen = {data["address"]["authority"] for data in registered if "address" in data}
        assert person["authority"] in authorities
        moved += len(seen) > 1
    assert moved


def test_every_kind_of_case_is_there(county: Feeds) -> None:
    people = county.truth["people"]
    assert {p["education_status"] for p in people} == {
        "placed", "not-reported", "reported-absent", "home-educated", "not-of-age"
    }  # fmt: skip
    assert {p["gp_count"] for p in people} == {0, 1, 2}
    assert {p["status"] for p in people} == {"live", "died", "left-england"}
    assert sum(p["missing_education"] for p in people) / len(people) == pytest.approx(0.013, abs=0.01)
    assert county.of("child.amended")
    assert county.of("flag.lowered")


def test_look_alikes_are_twins_or_strangers_with_nothing_else_in_common(county: Feeds) -> None:
    people = {p["person"]: p for p in county.truth["people"]}
    sent = county.by_person()
    strangers = twins = 0
    for left, right in county.truth["pairs_hard_negative"]:
        assert people[left]["date_of_birth"] == people[right]["date_of_birth"]
        assert people[left]["family_name"] == people[right]["family_name"]
        if people[left]["given_name"] != people[right]["given_name"]:
            twins += 1
            continue
        strangers += 1
        assert people[left]["gender"] == people[right]["gender"]
        assert not marks(sent[left]) & marks(sent[right])
    assert twins
    assert strangers


def marks(submissions: list[Submission]) -> set[str]:
    """Addresses, carers, telephone numbers and identifiers by which a child could be known."""
    found: set[str] = set()
    for data in (s["data"] for s in submissions if s["type"] in ("child.registered", "child.amended")):
        found |= {data["address"]["lines"][0], data["address"]["postcode"], data.get("nhs_number"), data.get("upn")}
        found |= {carer[key] for carer in data["carers"] for key in ("name", "phone")}
    return found - {None}


BIRTHS = st.dates(date(1985, 1, 1), date(2010, 12, 31))


@pytest.mark.parametrize(
    ("born", "first", "last"),
    [
        (date(1992, 3, 31), date(1997, 3, 31), date(2008, 6, 27)),
        (date(1992, 4, 1), date(1997, 8, 31), date(2008, 6, 27)),
        (date(1992, 8, 31), date(1997, 8, 31), date(2008, 6, 27)),
        (date(1992, 9, 1), date(1997, 12, 31), date(2009, 6, 26)),
        (date(1992, 12, 31), date(1997, 12, 31), date(2009, 6, 26)),
        (date(1993, 1, 1), date(1998, 3, 31), date(2009, 6, 26)),
        (date(1992, 2, 29), date(1997, 3, 31), date(2008, 6, 27)),
    ],
)
def test_statutory_age_begins_on_a_prescribed_day_and_ends_in_june(born: date, first: date, last: date) -> None:
    assert (statutory_from(born), statutory_until(born)) == (first, last)


@given(BIRTHS, st.integers(min_value=4 * 365, max_value=18 * 365))
def test_the_simulator_and_the_directory_agree_on_who_is_of_school_age(born: date, days: int) -> None:
    on = born + timedelta(days=days)
    assert is_of_statutory_age(born, on) == is_of_school_age(born, on)


def test_the_memo_case_is_a_girl_whom_nobody_sees_whole(folder: Path) -> None:
    memo = read_feeds(folder / "memo")
    sent = list(memo)
    facts = facts_of(
        sent, date.fromisoformat(memo.truth["child"]["date_of_birth"]), date.fromisoformat(memo.truth["as_at"])
    )
    assert {tuple(record) for record in memo.truth["records"]} == set(memo.by_record())
    assert len(memo.truth["records"]) == 5
    assert facts["gp_count"] == memo.truth["gp_count"] == 2
    assert facts["education_status"] == memo.truth["education_status"] == "not-reported"
    assert facts["missing_education"] is memo.truth["missing_education"] is True
    assert not facts["flags"]
    assert not facts["selective_ever"]
    assert len({s["source"] for s in sent if s["data"].get("service") == "hospital"}) == 2
    assert len({s["data"]["address"]["authority"] for s in memo.of("child.registered")}) == 2
    assert {s["data"]["date_of_birth"] for s in memo.of("child.registered")} == {memo.truth["child"]["date_of_birth"]}
    assert memo.truth["listed"] == ["universal"]
    assert memo.agencies == read_feeds(folder).agencies


def test_the_memo_case_tells_how_to_reach_whoever_works_with_her(folder: Path) -> None:
    starts = read_feeds(folder / "memo").of("involvement.started")
    assert len(starts) == 4
    assert all(s["data"]["practitioner"]["phone"].startswith("01632 960") for s in starts)
