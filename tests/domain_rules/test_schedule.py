"""The schedule says of every service and kind of agency whether it may look unannounced, and on what that rests."""

import re

import pytest

from domain.access_log.schedule import KINDS, SERVICES, Row, is_scheduled
from domain.agency import RIGHTS
from domain.authorization import Entitlement
from domain.vocabulary import AgencyKind, Service
from services.lab.simulate.agencies import AGENCIES
from services.registers import DEMO_USERS
from tests.support.tree import ROOT

PAGE = ROOT / "docs/watching.md"
READ = re.compile(r"1(\(2\)\([a-e]\)(\(i{1,2}\))?)?|[2-5]")
"""A paragraph of Schedule 3 that was read."""
ROWS = [*SERVICES.items(), *KINDS.items()]


def schedule_table() -> str:
    """The schedule as the page has it."""
    lines = [
        f"| {name} | {'yes' if row.scheduled else 'no'} | {row.paragraph or 'not verified'} | {row.grounds} |"
        for name, row in ROWS
    ]
    return "\n".join(["| service, kind of agency | scheduled | paragraph | |", "|---|---|---|---|", *lines])


@pytest.mark.parametrize("service", Service)
def test_every_service_is_on_the_list_or_off_it(service: Service) -> None:
    assert is_scheduled(None, [service]) is SERVICES[service].scheduled


@pytest.mark.parametrize("kind", AgencyKind)
def test_every_kind_of_agency_is_on_the_list_or_off_it(kind: AgencyKind) -> None:
    assert is_scheduled(kind, ()) is KINDS[kind].scheduled


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_row_names_a_paragraph_that_was_read_or_says_that_none_was(name: str, row: Row) -> None:
    if row.paragraph is None:
        assert row.grounds
    else:
        assert READ.fullmatch(row.paragraph)
        assert row.scheduled


@pytest.mark.parametrize("kind", [kind for kind in AgencyKind if kind is not AgencyKind.SCHOOL_CENSUS])
def test_a_kind_that_may_tell_of_one_service_alone_is_scheduled_as_that_is(kind: AgencyKind) -> None:
    services = RIGHTS[kind].services
    if len(services) == 1:
        assert KINDS[kind].scheduled is SERVICES[next(iter(services))].scheduled


def test_who_only_sends_extracts_is_never_scheduled() -> None:
    assert not any(KINDS[kind].scheduled for kind in AgencyKind if not RIGHTS[kind].services)


def test_the_page_shows_the_schedule() -> None:
    assert schedule_table() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("user", DEMO_USERS, ids=lambda user: user.user)
def test_the_demos_users_work_for_the_county_and_only_the_volunteers_looks_are_told(user: Entitlement) -> None:
    agencies = {name: each for each in AGENCIES for name in (each.code, each.organisation["code"])}
    assert is_scheduled(agencies[user.organisation].kind, ()) is (user.user != "demo-volunteer")
