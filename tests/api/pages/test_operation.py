"""The operator's pages: the same as the API says, without scripts, and without a reason, for they show nobody."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.api.pages.operation import EVERY_S
from services.api.pages.session import IDLE_S
from services.auth.pages_keys import opening_code
from services.pages.log_messages import read_sought
from services.pages.rendering import render
from services.pages.street import NAMES, street_shown
from services.queries.positions import MOST_LAG_S
from tests.api.pages.browser import Browser
from tests.support.api_world import bearer
from tests.support.world import World

STREET, MESSAGES = "/pages/operation", "/pages/operation/messages"


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    made = Browser(client, world)
    made.send("/pages/sign-in", code=opening_code(world.settings.keys), user="demo-operator")
    return made


class Outline(HTMLParser):
    """What stands in a page that a strict policy would not run, and the texts of its picture."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.stations: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag in ("script", "style", "iframe", "object") else []
        self.stations += [str(dict(attrs)["class"])] if tag == "rect" else []


def test_the_way_there_needs_no_reason(browser: Browser, world: World) -> None:
    assert browser.page.url.path == "/pages/reason"
    assert f'href="{STREET}"' in browser.page.text
    assert browser.get("/").url.path == STREET
    before = world.number_of_looks()
    assert browser.get(STREET).status_code == 200
    assert browser.get(MESSAGES).status_code == 200
    assert world.number_of_looks() == before


def test_each_part_is_drawn_and_stands_in_the_table_with_its_state_in_words(browser: Browser) -> None:
    page = browser.get(STREET)
    outline = Outline(page.text)
    assert len(outline.stations) == len(NAMES)
    assert outline.inline == []
    assert "default-src 'none'" in page.headers["content-security-policy"]
    text = browser.visible_text
    for name in NAMES.values():
        assert page.text.count(name) >= (2 if name == NAMES["agencies"] else 3)  # title, picture, table
    assert "no registrar is connected to Postgres. To mend it: start one: `contactpoint run registrar`" in text
    assert "Nothing is wrong" not in text


def test_the_page_asks_again_by_itself_only_for_whom_it_should(browser: Browser) -> None:
    assert 'http-equiv="refresh"' not in browser.get(STREET).text
    assert f'<meta http-equiv="refresh" content="{EVERY_S}">' in browser.get(f"{STREET}?every=10").text
    assert f'<meta http-equiv="refresh" content="{EVERY_S}">' in browser.get(f"{STREET}?every=1").text


def test_a_page_that_asks_again_keeps_nobody_signed_in(browser: Browser) -> None:
    page = browser.get(f"{STREET}?every=10")
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    assert sheets == ["/pages/operation/style.css"]
    assert EVERY_S < IDLE_S
    assert "set-cookie" not in page.headers
    assert "set-cookie" not in browser.get(sheets[0]).headers
    assert ".station" in browser.page.text
    assert ".fictional" in browser.page.text


@pytest.mark.parametrize("path", [STREET, MESSAGES])
def test_others_are_told_that_they_may_not(client: TestClient, world: World, path: str) -> None:
    practitioner = Browser(client, world).sign_in()
    assert practitioner.get(path).status_code == 403
    assert "You may not do this" in practitioner.visible_text
    client.cookies.clear()
    assert client.get(path).status_code == 401


def test_messages_are_those_that_the_api_shows(browser: Browser, client: TestClient, world: World) -> None:
    page = browser.get(MESSAGES)
    who = bearer(world, "user:demo-operator")
    shown = client.get("/operation/messages", headers=who).json()
    rows = re.findall(r'<tr><th scope="row">(\d+)</th>', page.text)
    assert list(map(int, rows)) == [each["position"] for each in shown["messages"]]
    assert "times are whole hours" in browser.visible_text
    browser.get(f"{MESSAGES}?log=register&position=2&at=")
    assert re.findall(r'<tr><th scope="row">(\d+)</th>', browser.page.text) == ["2", "1"]
    later = re.search(r'href="(/pages/operation/messages[^"]+)">Later', browser.page.text)
    assert later
    assert browser.get(later[1].replace("&amp;", "&")).status_code == 200
    browser.get(f"{MESSAGES}?log=access&at=2999-01-01 00:00")
    assert browser.page.status_code == 200


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("position=0", "A position is a whole number"),
        ("position=x", "A position is a whole number"),
        ("at=yesterday", "Write the moment like"),
        ("at=2026-02-31 10:00", "Write the moment like"),
        ("position=1&at=2026-02-01 10:00", "not both"),
    ],
)
def test_what_cannot_be_read_is_said(browser: Browser, query: str, message: str) -> None:
    page = browser.get(f"{MESSAGES}?{query}")
    assert page.status_code == 422
    assert message in browser.visible_text


def test_a_moment_is_asked_for_as_the_api_reads_it() -> None:
    assert read_sought({"at": "2026-11-30 14:00"}).query == "log=register&at=2026-11-30T14%3A00%3A00Z"
    assert (
        read_sought({"log": "access", "at": "2026-11-30T14:00:05Z"}).query == "log=access&at=2026-11-30T14%3A00%3A05Z"
    )
    assert read_sought({"log": "<b>", "position": " 7 "}).query == "log=register&position=7"


def a_part(**more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("processes", "restarts", "position", "waiting", "late_s", "rate", "in_hand", "says", "do"))
    return {"part": "relay", "state": "runs", **empty, **more}


AT_WORK: dict[str, Any] = {
    "at": "2026-11-30T14:00:00Z",
    "parts": [],
    "troubles": [],
    "dead_letters": 0,
    "forged": 0,
    "access_waiting": 0,
    "outbox_waiting": 0,
    "checkpoints": [],
    "building": [],
}
BUILDING = {"messages": 1, "of_messages": 2, "refusal": None, "begun_at": "2026-11-30T13:00:00Z", "this_version": True}


def page_of(document: dict[str, Any]) -> str:
    """The page of a document that an API could answer."""
    values = {"user": "u", "csrf": "", "stated": None, "status": 200, "is_fictional": True, "every": 0}
    return render("practitioner/operation/street.html.jinja", **values, **street_shown(document))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"parts": [a_part(late_s=18_000.0)]}, "Relay: 5 h late"),
        ({"parts": [a_part(late_s=MOST_LAG_S + 1.0)]}, "Relay: 5 min late"),
        ({"parts": [a_part(state="unknown")]}, "Relay: not known"),
        ({"parts": [a_part(state="off")]}, "Relay: off"),
        ({"forged": 2}, "forged messages: 2"),
        ({"dead_letters": 1_000}, "dead letters: 1,000"),
        ({"dead_letters": None}, "dead letters: not known"),
        ({"building": [BUILDING | {"refusal": "other rows"}]}, "views that were built were refused"),
    ],
)
def test_nothing_is_called_well_while_a_figure_says_otherwise(changes: dict[str, Any], named: str) -> None:
    page = page_of(AT_WORK | changes)
    assert f"No part reports a fault, but see: {named}." in page
    assert "Nothing is wrong" not in page


def test_it_is_called_well_where_every_part_runs_and_nothing_is_late_forged_or_refused() -> None:
    page = page_of(AT_WORK | {"parts": [a_part(late_s=MOST_LAG_S - 1.0)], "building": [BUILDING]})
    assert "Nothing is wrong: every part is at work" in page
    assert "No part reports a fault" not in page


@pytest.mark.parametrize(
    ("part", "figures"),
    [
        ({}, ()),
        ({"position": 1_234_567, "rate": 12.34}, ("position 1,234,567", "12.3/s")),
        ({"waiting": 3, "late_s": 0.0}, ("3 waiting",)),
        ({"waiting": 3, "late_s": 119.0}, ("3 waiting, 119.0 s late",)),
        ({"waiting": 3, "late_s": 7_300.0}, ("3 waiting, 2 h late",)),
        ({"restarts": 1, "in_hand": 4}, ("4 in hand", "restarted once")),
        ({"restarts": 3}, ("restarted 3 times",)),
    ],
)
def test_figures_are_written_so_that_they_fit(part: dict[str, Any], figures: tuple[str, ...]) -> None:
    (row,) = street_shown(AT_WORK | {"parts": [a_part(**part)]})["rows"]
    assert row.figures == figures
