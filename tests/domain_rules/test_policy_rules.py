"""Who is listed under which policy, from when, until when: given a chronology, when a day is judged, then this."""

import pytest

from domain.inclusion_policy import Judge, Policy, PolicyHistory, policy_history
from domain.timeline import Fact, FactKind
from domain.vocabulary import RESTRICTED_SOURCE
from services.inclusion_policy.policy_file import read_policy
from services.inclusion_policy.shipped import SHIPPED, shipped

COUNCIL, CARE, GP = "urn:agency:la", "urn:agency:ics", "urn:agency:gp"
KINDS = {COUNCIL: "local-authority", CARE: "social-care", GP: "gp-registration"}
BORN = "2000-03-04"


def record(stream: str, source: str, *reported: tuple[str, str, str], born: str | None = BORN) -> list[Fact]:
    """The facts of a record that is registered on 2001-01-01: kind, day and word of each that follows.

    Involvements and flags have the number of their word, so that an end finds its beginning.
    """
    facts = [_fact(stream, 1, FactKind.REGISTERED, 0, "2001-01-01", source, born)]
    for version, (kind, day, word) in enumerate(reported, 2):
        facts.append(_fact(stream, version, kind, sum(map(ord, word)), day, source, word))
    return facts


def _fact(stream: str, version: int, kind: str, number: int, day: str, source: str, word: str | None) -> Fact:
    return Fact(stream, version, kind, number, day, f"{day}T09:00:00Z", source, word, None, True)


def own(rest: str) -> Policy:
    """A policy of these fields."""
    return read_policy("own.yaml", f"name: own\nversion: 1\ntitle: Own\nsays: Own.\n{rest}\n")


def history(policy: Policy, facts: list[Fact], on: str = "2030-01-01") -> PolicyHistory:
    found = policy_history(facts, [Judge(policy, KINDS)], sorted(policy.ages), on)
    assert found is not None
    return found


def spells(policy: Policy | str, facts: list[Fact], on: str = "2030-01-01") -> list[tuple[str, str | None]]:
    """For which days a child is listed."""
    return history(shipped(policy) if isinstance(policy, str) else policy, facts, on).listed[0]


CARED_FOR = record("a", CARE, ("started", "2004-02-01", "social-care"), ("ended", "2005-06-01", "social-care"))
LOOKED_AFTER = record("a", COUNCIL, ("raised", "2003-05-06", "looked-after"), ("lowered", "2004-05-06", "looked-after"))
ASSESSED = record(
    "a", COUNCIL, ("raised", "2003-05-06", "common-assessment"), ("lowered", "2004-05-06", "common-assessment")
)
EVER = [("2001-01-01", None)]


@pytest.mark.parametrize(
    ("policy", "facts", "listed"),
    [
        ("universal", record("a", GP), EVER),
        ("universal", record("a", RESTRICTED_SOURCE, born=None), EVER),
        ("universal", record("a", GP, ("deregistered", "2010-01-01", "died")), EVER),
        ("girfec", record("a", GP), EVER),
        ("selective", record("a", GP, ("started", "2001-02-01", "gp")), []),
        ("selective", CARED_FOR, [("2004-02-01", "2005-06-01")]),
        ("selective", LOOKED_AFTER, [("2003-05-06", "2004-05-06")]),
        ("selective", ASSESSED, []),
        ("selective", record("a", COUNCIL, ("raised", "2003-05-06", "domestic-abuse")), [("2003-05-06", None)]),
        ("selective", record("a", COUNCIL, ("raised", "2003-05-06", "child-protection-plan")), [("2003-05-06", None)]),
        ("assessment-only", ASSESSED, [("2003-05-06", "2004-05-06")]),
        ("assessment-only", CARED_FOR, []),
        ("social-care-only", CARED_FOR, [("2004-02-01", "2005-06-01")]),
        ("social-care-only", LOOKED_AFTER, []),
    ],
)
def test_shipped(policy: str, facts: list[Fact], listed: list[tuple[str, str | None]]) -> None:
    assert spells(policy, facts) == listed


def test_another_reason_that_goes_on_keeps_a_child_listed() -> None:
    care = record("b", CARE, ("started", "2004-02-01", "social-care"), ("ended", "2006-01-01", "social-care"))
    assert spells("selective", LOOKED_AFTER + care) == [("2003-05-06", "2006-01-01")]


def test_what_lies_after_the_day_is_not_judged() -> None:
    assert spells("selective", CARED_FOR, "2004-01-31") == []
    assert spells("selective", CARED_FOR, "2005-05-31") == [("2004-02-01", None)]
    judges = [Judge(shipped("universal"), KINDS)]
    assert policy_history(CARED_FOR, judges, (), "2000-12-31") is None


def test_nobody_is_listed_before_an_agency_has_told_of_it() -> None:
    early = record("a", CARE, ("started", "2000-06-01", "social-care"))
    assert spells("selective", early) == EVER
    assert history(shipped("universal"), early).needs == [("2000-06-01", None)]


@pytest.mark.parametrize(
    ("rest", "listed"),
    [
        ("listed: everyone\nuntil: [age: 18]", [("2001-01-01", "2018-03-04")]),
        ("listed: {age: {from: 2, until: 4}}", [("2002-03-04", "2004-03-04")]),
        ("listed: {not: {age: {from: 2}}}", [("2001-01-01", "2002-03-04")]),
        ("listed: {served_by: [social-care, police]}", [("2004-02-01", "2005-06-01")]),
        ("listed: {known_to: social-care}", EVER),
        ("listed: {known_to: police}", []),
        ("listed:\n  all:\n    - service: social-care\n    - age: {from: 5}", [("2005-03-04", "2005-06-01")]),
        ("listed: {service: social-care}\nstays: 30 days", [("2004-02-01", "2005-07-01")]),
        ("listed: {service: social-care}\nstays: 30 days\nuntil: [age: 5]", [("2004-02-01", "2005-03-04")]),
    ],
)
def test_rules_of_ones_own(rest: str, listed: list[tuple[str, str | None]]) -> None:
    assert spells(own(rest), CARED_FOR) == listed


def test_a_child_without_a_birthday_counts_as_of_any_age() -> None:
    facts = record("a", GP, born=None)
    assert spells(own("listed: {age: {from: 5, until: 7}}"), facts) == EVER
    assert spells(own("listed: everyone\nuntil: [age: 18]"), facts) == EVER


def test_death_and_leaving_end_a_listing_where_the_policy_says_so() -> None:
    policy = own("listed: everyone\nuntil: [died, left-england]")
    died = record("a", GP, ("deregistered", "2010-01-01", "died"))
    assert spells(policy, died) == [("2001-01-01", "2010-01-01")]
    left = record("a", GP, ("deregistered", "2010-01-01", "left-england"))
    back = record("b", COUNCIL, ("started", "2012-01-01", "education"))
    assert spells(policy, left + back) == [("2001-01-01", "2010-01-01"), ("2012-01-01", None)]


def test_a_stay_bridges_a_gap_up_to_its_last_day() -> None:
    def twice(again: str) -> list[Fact]:
        first = ("started", "2004-02-01", "social-care"), ("ended", "2004-03-01", "social-care")
        return record("a", CARE, *first, ("started", again, "social-care"))

    policy = own("listed: {service: social-care}\nstays: 10 days")
    assert spells(policy, twice("2004-03-11")) == [("2004-02-01", None)]
    assert spells(policy, twice("2004-03-12")) == [("2004-02-01", "2004-03-11"), ("2004-03-12", None)]
    assert spells(policy, twice("2004-03-12"), "2004-03-10") == [("2004-02-01", None)]
    assert spells(policy, twice("2004-03-12"), "2004-03-11") == [("2004-02-01", "2004-03-11")]


def test_who_is_taken_off_while_still_in_need_is_counted() -> None:
    housing = record("b", COUNCIL, ("started", "2004-01-01", "housing"))
    assert history(shipped("selective"), LOOKED_AFTER + housing).dropped == [1]
    assert history(shipped("selective"), LOOKED_AFTER).dropped == [0]


@pytest.mark.parametrize(
    ("service", "on", "has"),
    [
        ("health-visiting", "2002-01-01", True),
        ("education", "2002-01-01", False),
        ("health-visiting", "2006-01-01", False),
        ("education", "2006-01-01", True),
        ("named-person", "2006-01-01", True),
        ("police", "2019-01-01", True),
    ],
)
def test_the_named_person_goes_by_age(service: str, on: str, has: bool) -> None:
    judge = Judge(shipped("girfec"), KINDS)
    assert judge.named_person
    found = history(shipped("girfec"), record("a", COUNCIL, ("started", "2001-02-01", service)), on)
    assert judge.named_person(found.at) is has


def test_every_shipped_policy_says_who_is_listed() -> None:
    for name in SHIPPED:
        policy = shipped(name)
        assert policy.name == name
        assert policy.summary.endswith(".")
    assert [shipped(name).lists_all for name in SHIPPED] == [True, False, True, False, False]
