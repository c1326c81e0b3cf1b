"""Where a data manager begins: what waits is counted where it was asked for, and each kind leads to its list."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.agency import Agency, AgencyKind
from services.api.pages import waiting
from services.auth.pages_keys import opening_code
from streams.access.access_log import AccessLog
from streams.access.appender import AccessLogAway
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import is_guarded
from tests.support.api_world import bearer, is_problem
from tests.support.world import World, person

WAITING = "/pages/waiting"


@pytest.fixture(scope="module")
def world(empty_world: World) -> World:
    """Two pairs wait."""
    names = ("Ada", "Bea", "Cora", "Dora")
    empty_world.submit(*(person(f"D-{name}", given_name=name, family_name=f"Of{name}") for name in names))
    for one, other in (("bea", "ada"), ("dora", "cora")):
        empty_world.suspect(empty_world.child_named(one), empty_world.child_named(other), 0.6)
    return empty_world


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    return Browser(client, world)


def test_a_data_manager_begins_with_what_waits_and_others_with_a_search(browser: Browser) -> None:
    browser.sign_in("demo-data-manager", "data-quality")
    assert browser.page.url.path == WAITING
    assert browser.get("/").url.path == WAITING
    browser.sign_in("demo-practitioner")
    assert browser.get("/").url.path == "/pages/search"


def test_it_counts_only_where_a_page_of_ours_led_whoever_reads_it(browser: Browser, world: World) -> None:
    browser.sign_in("demo-data-manager", "data-quality")
    looks = world.number_of_looks()
    ahead = {"Sec-Fetch-Site": "same-origin", "Sec-Purpose": "prefetch;prerender"}
    for site in ({}, *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site", "none")), ahead):
        answer = browser.client.get(WAITING, headers=site)
        assert (answer.status_code, "Count what waits" in answer.text) == (200, True)
    assert world.number_of_looks() == looks
    answer = browser.client.get(WAITING, headers={"Sec-Fetch-Site": "same-origin"})
    assert "Count what waits" not in answer.text
    assert world.number_of_looks() > looks


def test_it_counts_each_kind_and_says_how_old_it_is(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.sign_in("demo-data-manager", "data-quality").send(WAITING)
    text = browser.visible_text
    assert "Possible duplicates 2 . Oldest:" in text
    assert "Records that are set aside None" in text
    monkeypatch.setattr(waiting, "MOST_COUNTED", 1)
    browser.send(WAITING)
    assert "Possible duplicates 1 or more" in browser.visible_text
    for name in ("Ada", "Bea"):
        assert name not in browser.visible_text


def test_no_number_of_a_list_whose_feed_is_quiet_stands_alone(browser: Browser, world: World) -> None:
    alone = "Missing education None Of school age"
    browser.sign_in("demo-data-manager", "data-quality").send(WAITING)
    assert alone in browser.visible_text
    world.enrol(Agency("school", "A school", AgencyKind.SCHOOL_CENSUS))
    assert world.submit(person("E1", "school")) == ["accepted"]
    browser.send(WAITING)
    assert "Missing education None More may be missing" in browser.visible_text


def test_it_is_for_who_may_see_the_queue(browser: Browser, world: World) -> None:
    is_guarded(browser, world, WAITING)


def test_without_a_reason_there_is_none(browser: Browser, world: World) -> None:
    code = opening_code(world.settings.keys)
    browser.send("/pages/sign-in", code=code, user="demo-data-manager")
    assert browser.get("/").url.path == "/pages/reason"


def test_what_does_not_answer_is_not_counted_as_none(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> str:
        raise AccessLogAway

    browser.sign_in("demo-data-manager", "data-quality")
    monkeypatch.setattr(AccessLog, "append", away)
    browser.send(WAITING)
    assert browser.page.status_code == 200
    assert "Possible duplicates Not counted" in browser.visible_text
    assert "None" not in browser.visible_text


def test_a_user_may_know_the_own_rights_and_an_agency_has_none(client: TestClient, world: World) -> None:
    found = client.get("/users/me", headers=bearer(world, "user:demo-masked")).json()
    assert (found["name"], found["role"], found["sensitive"]) == ("demo-masked", "data-manager", False)
    for nobody in ("user:somebody", "agency:gp"):
        assert is_problem(client.get("/users/me", headers=bearer(world, nobody)), 404)
    assert client.get("/users/me").status_code == 401
