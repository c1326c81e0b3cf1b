"""Whether a record still fits its child, by what the child's other records say: the evidence is stated."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from domain.matching import FITS, Candidate, Evidence, Fit, judge_fit
from tests.domain_rules.matching.people import record
from tests.domain_rules.matching.stated import Stated, evidence

ALIKE, CONTRARY, STRANGE = evidence(0.99), evidence(0.0, contradicts=True), evidence(0.0999, bits=-1.0)


def judged(found: Mapping[str, Evidence], sensitive: Collection[str] = (), now: str = "new", **given: Any) -> Fit:
    """The fit of a record beside one of each agency, by the evidence found with it; the record is named as its agency.

    What is after a dot tells records of one agency apart.
    """
    members = [Candidate(name, "c", record(name.partition(".")[0])) for name in found]
    stated = {f"{now}-{name.partition('.')[0]}": each for name, each in found.items()}
    return judge_fit(Stated(stated), record(now), members, given.pop("aside", ()), sensitive, **given)


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        ({}, None),
        ({"a": ALIKE}, None),
        ({"a": evidence(0.1, bits=-1.0)}, None),
        ({"a": evidence(0.0999, bits=0.0)}, None),
        ({"a": STRANGE}, {"a": "unlike"}),
        ({"a": STRANGE, "b": STRANGE}, {"a": "unlike", "b": "unlike"}),
        ({"a": STRANGE, "b": ALIKE}, None),
        ({"a": CONTRARY}, {"a": "contradiction"}),
        ({"a": CONTRARY, "b": STRANGE}, {"a": "contradiction"}),
    ],
    ids=str,
)
def test_who_is_like_nobody_of_its_child_or_contradicts_it_is_set_aside(
    found: Mapping[str, Evidence], rules: Mapping[str, str] | None
) -> None:
    fit = judged(found)
    assert fit.aside == (rules is not None)
    assert {each.record: each.rule for each in fit.against} == (rules or {})
    assert all((each.child, each.evidence) == ("c", found[each.record]) for each in fit.against)


@pytest.mark.parametrize(
    ("found", "is_aside"),
    [
        ({"a": CONTRARY, "b": evidence(0.1)}, False),
        ({"a": CONTRARY, "b": evidence(0.0999)}, True),
        ({"a": CONTRARY, "b": CONTRARY, "d": ALIKE}, True),
        ({"a": CONTRARY, "b": CONTRARY, "d": ALIKE, "e": ALIKE}, False),
        ({"a": CONTRARY, "b": evidence(0.99, contradicts=True), "d": ALIKE}, True),
        ({"a.1": CONTRARY, "a.2": CONTRARY, "b": ALIKE}, False),
        ({"a": CONTRARY, "new": ALIKE}, True),
    ],
    ids=str,
)
def test_a_record_that_contradicts_some_stays_where_more_agencies_bear_it_out(
    found: Mapping[str, Evidence], is_aside: bool
) -> None:
    fit = judged(found)
    assert fit.aside is is_aside
    assert {each.record for each in fit.against} == {name for name, each in found.items() if each.contradicts}


def test_what_is_set_aside_itself_speaks_against_nobody_but_may_bear_out() -> None:
    assert judged({"a": CONTRARY}, aside={"a"}) == FITS
    assert judged({"a": STRANGE}, aside={"a"}) == FITS
    assert judged({"a": CONTRARY, "b": ALIKE}, aside={"b"}).aside is False


def test_what_a_steward_accepted_contradicts_nothing() -> None:
    assert judged({"a": CONTRARY, "b": ALIKE}, accepted={"a"}) == FITS
    assert judged({"a": CONTRARY, "b": ALIKE}, accepted={"b"}).against[0].record == "a"


def test_of_an_ordinary_record_nothing_depends_on_what_a_sensitive_agency_says() -> None:
    assert judged({"clinic": CONTRARY}, {"clinic"}) == FITS
    assert judged({"clinic": ALIKE, "a": CONTRARY}, {"clinic"}).aside
    assert judged({"a": CONTRARY}, {"clinic"}, now="clinic").aside
    assert not judged({"refuge": ALIKE, "a": CONTRARY}, {"clinic", "refuge"}, now="clinic").aside


def test_a_few_of_those_that_it_does_not_fit_are_named_in_the_order_of_their_ids() -> None:
    fit = judged(dict.fromkeys("gfedcba", CONTRARY))
    assert [each.record for each in fit.against] == ["a", "b", "c", "d", "e"]
