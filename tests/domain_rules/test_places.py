"""A code of an authority and its successor are one place, on the day that is asked of."""

import pytest

from domain.authorization.actions import Jurisdiction, jurisdiction
from domain.places import addressee, codes_of, days_of_change, is_one_place, place_now, place_on
from domain.reports import findings
from domain.timeline import records_of
from tests.domain_rules.reports.life import NORTH, Life

BOURNEMOUTH, POOLE, CHRISTCHURCH, MERGED = "E06000028", "E06000029", "E07000048", "E06000058"
GATESHEAD, GATESHEAD_NOW = "E08000020", "E08000037"
TAUNTON, SOMERSET = "E07000190", "E06000066"


@pytest.mark.parametrize(
    ("code", "day", "codes"),
    [
        (BOURNEMOUTH, "2019-03-31", [BOURNEMOUTH]),
        (BOURNEMOUTH, "2019-04-01", [BOURNEMOUTH, POOLE, MERGED, CHRISTCHURCH]),
        (MERGED, "2018-01-01", [BOURNEMOUTH, POOLE, MERGED, CHRISTCHURCH]),
        (MERGED, "2024-01-01", [BOURNEMOUTH, POOLE, MERGED, CHRISTCHURCH]),
        (GATESHEAD, "2010-01-01", [GATESHEAD, GATESHEAD_NOW]),
        (GATESHEAD_NOW, "2010-01-01", [GATESHEAD, GATESHEAD_NOW]),
        (TAUNTON, "2020-01-01", [TAUNTON, "E07000191", "E07000246"]),
        (NORTH, "2020-01-01", [NORTH]),
    ],
)
def test_all_codes_that_are_one_place_on_a_day(code: str, day: str, codes: list[str]) -> None:
    assert codes_of(code, day) == codes


def test_a_code_leads_to_the_one_that_the_place_has_now_over_several_changes() -> None:
    assert place_now(TAUNTON) == SOMERSET
    assert place_on(TAUNTON, "2021-01-01") == "E07000246"
    assert place_now(NORTH) == NORTH
    assert place_now(None) is None
    assert days_of_change([TAUNTON, GATESHEAD, NORTH]) == {"2019-04-01", "2023-04-01"}
    assert not is_one_place(None, None)


def test_a_right_in_an_authority_is_one_in_its_successor() -> None:
    assert jurisdiction(BOURNEMOUTH, MERGED) is Jurisdiction.OWN
    assert jurisdiction(MERGED, POOLE) is Jurisdiction.OWN
    assert jurisdiction(MERGED, NORTH) is Jurisdiction.OTHER


def test_a_notice_goes_to_whichever_code_of_the_place_is_registered() -> None:
    assert addressee(POOLE, {MERGED, NORTH}) == MERGED
    assert addressee(MERGED, {BOURNEMOUTH}) == BOURNEMOUTH
    assert addressee(POOLE, {POOLE, MERGED}) == POOLE
    assert addressee(POOLE, {NORTH}) == POOLE
    assert addressee(None, {NORTH}) is None


def test_a_service_of_the_other_half_of_a_merged_authority_is_left_behind_until_they_merge() -> None:
    life = Life().known("gp", "2015-01-01", born="2012-01-01", place=BOURNEMOUTH)
    life.begins("gp", "gp", "2015-01-01").known("school", "2016-01-01", born="2012-01-01", place=POOLE)
    behind = [each for each in findings(records_of(life.facts)) if each.report == "services-left-behind"]
    assert [(each.begins, each.ends) for each in behind] == [("2016-01-01", "2019-04-01")]
