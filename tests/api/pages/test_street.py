"""From sign-in to whom to ring: each step, the look that is recorded at each, and what is answered where one fails."""

import re
from datetime import date
from typing import Any

import psycopg2
import pytest
from starlette.testclient import TestClient

from services.api.limits import fairness, refusing
from services.api.pages import handlers
from services.auth.pages_keys import opening_code
from services.pages.entry import entry_shown
from streams.access.access_log import AccessLog
from streams.access.appender import AccessLogAway
from tests.api.pages.browser import Browser
from tests.support.api_world import NHS_NUMBER, NOBODY, client_of
from tests.support.world import World, person, submission

BORN, PHONE, HOSTILE = "2003-03-27", "01632 960222", "<script>alert(1)</script>"
NUMBER = "9990000026"
AWAY = "\u202eevil"


@pytest.fixture(scope="module")
def world(one_child: World) -> World:
    """The directory with a second child, about whom agencies disagree, and one with hostile names."""
    doctor = {"name": "Dr Moor", "role": "GP", "phone": PHONE, "email": "moor@example.org"}
    teacher = {"name": "Mx Vale", "phone": "01632 960333"}
    started = {"involvement": "i9", "service": "gp", "organisation": {"name": "Tarn Surgery"}, "practitioner": doctor}
    school = {"involvement": "i2", "service": "education", "organisation": {"name": "Fell School"}}
    duty = {"name": "Duty", "phone": "javascript:alert(1)", "email": "javascript:alert(1)"}
    flag = {"flag": "common-assessment", "raised_on": "2008-10-01", "contact": duty}
    number = {"nhs_number": NUMBER, "date_of_birth": BORN}
    outcomes = one_child.submit(
        person("A1", given_name="Wren", address={"lines": ["1 Fell Road"], "postcode": "ZX8 8ZZ"}, **number),
        person("A2", "gp", given_name="Wrenna", address={"lines": ["2 Tarn Lane"], "postcode": "ZX8 8ZY"}, **number),
        submission("involvement.started", "A2", started | {"started_on": "2008-01-01"}, "gp"),
        submission("involvement.started", "A1", school | {"practitioner": teacher, "lead_professional": True}),
        submission("flag.raised", "A1", flag),
        person("H1", given_name=HOSTILE, family_name=f"Hostile{AWAY}", date_of_birth="2002-04-05"),
    )
    assert outcomes == ["accepted"] * 6
    return one_child


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    return Browser(client, world)


def last_look(world: World) -> dict[str, Any]:
    return world.looks()[-1]


def test_from_sign_in_to_whom_to_ring(browser: Browser, world: World) -> None:
    browser.sign_in(reason="safeguarding", text="she did not come home")
    browser.search("Wren Quaternion 27/3/2003")
    assert browser.page.status_code == 200
    found = last_look(world)
    assert (found["action"], found["user"], found["reason_code"]) == ("find", "demo-practitioner", "safeguarding")
    assert found["asked"] == {"given_name": "Wren", "family_name": "Quaternion", "date_of_birth": BORN}
    child = found["children"][0]
    assert f'name="child" value="{child}"' in browser.page.text
    browser.open(child)
    assert browser.page.status_code == 200
    assert 'href="tel:01632960222"' in browser.page.text
    assert 'href="mailto:moor@example.org"' in browser.page.text
    text = browser.visible_text
    assert 0 < text.index("Mx Vale") < text.index("Dr Moor") < text.index("1 Fell Road") < text.index("disagree on")
    look = last_look(world)
    assert (look["action"], look["children"]) == ("show", [child])
    assert look["reason"] == "safeguarding: she did not come home"
    assert "she did not come home" in text


def test_the_results_say_what_agrees(browser: Browser) -> None:
    browser.sign_in().search("Wrenna Quaternion 27/3/2003")
    assert "Given name: the same" in browser.visible_text
    browser.search("Wren Quaternion 27/3/2003")
    assert "Given name: you wrote Wren, which is close" in browser.visible_text
    browser.search(given_name="Wren", family_name="Quaternion", day="4", month="5", year="1999", postcode="ZX8")
    assert "Date of birth: you wrote 4 May 1999" in browser.visible_text
    assert "Postcode was not used" in browser.visible_text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"box": "Wren 999 000 0019"}, "NHS number is wrong"),
        ({"nhs_number": "9990000019"}, "last digit does not fit"),
        ({"upn": "A801200001001"}, "UPN is wrong"),
        ({"family_name": "Quaternion", "day": "31", "month": "2", "year": "2003"}, "no real day"),
        ({"box": "Quaternion 27/3/2003 12345"}, "12345"),
        ({"box": "Quaternion"}, "NHS number"),
        ({"box": "Wren " * 40 + "Quaternion 27/3/2003"}, "too long: write at most 200 characters"),
        ({"box": "Wren " * 400 + "Quaternion 27/3/2003"}, "too long: write at most 200 characters"),
        ({"box": f"Wren{' ' * 1_000}Quaternion 31/2/2003"}, "31/2/2003"),
        (
            {"given_name": "Wren" * 1_000, "family_name": "Quaternion", "day": "27", "month": "3", "year": "2003"},
            "the text is too long",
        ),
        ({}, "NHS number"),
    ],
)
def test_what_cannot_be_looked_for_says_why_and_looks_for_nobody(
    browser: Browser, world: World, fields: dict[str, str], message: str
) -> None:
    browser.sign_in()
    before = world.number_of_looks()
    browser.search(**fields)
    assert browser.page.status_code == 422
    assert "There is a problem" in browser.visible_text
    assert message in browser.visible_text
    assert browser.page.text.index("<title>Error: ") > 0
    assert world.number_of_looks() == before


def test_hostile_texts_are_only_texts(browser: Browser, world: World) -> None:
    browser.sign_in(reason="other", text=f"{HOSTILE} '\"{AWAY}")
    browser.search(given_name=HOSTILE, family_name="Hostile", day="5", month="4", year="2002")
    for _ in range(2):
        assert browser.page.status_code == 200
        assert "<script" not in browser.page.text
        assert "\u202e" not in browser.page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in browser.page.text
        browser.open(last_look(world)["children"][0])
    browser.open(world.child_with(NUMBER))
    assert 'href="javascript' not in browser.page.text
    assert 'href="tel:1"' not in browser.page.text
    browser.search(f'{HOSTILE} "><b> 27/3/2003')
    assert "<b>" not in browser.page.text


def test_nothing_is_looked_up_without_a_reason(browser: Browser, world: World) -> None:
    browser.sign_in()
    browser.send("/pages/sign-out")
    browser.send("/pages/sign-in", code=opening_code(world.settings.keys), user="demo-practitioner")
    assert browser.page.url.path == "/pages/reason"
    before, denied = world.number_of_looks(), len(world.denials())
    assert browser.get("/pages/search").url.path == "/pages/reason"
    browser.search("Wren Quaternion")
    assert (browser.page.status_code, "Choose why you look" in browser.visible_text) == (422, True)
    browser.open(world.child_with(NUMBER))
    assert (browser.page.status_code, "Choose why you look" in browser.visible_text) == (422, True)
    assert world.number_of_looks() == before
    assert {each["cause"] for each in world.denials()[denied:]} == {"no-reason"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose why you look"),
        ({"reason": "no-such-reason"}, "Choose why you look"),
        ({"reason": "court-order"}, "in your own words"),
        ({"reason": "other", "text-other": "x" * 501}, "in your own words"),
    ],
)
def test_a_reason_is_one_of_the_list_with_its_words(browser: Browser, fields: dict[str, str], message: str) -> None:
    browser.sign_in()
    browser.get("/pages/reason")
    browser.send("/pages/reason", **fields)
    assert browser.page.status_code == 422
    assert message in browser.visible_text
    browser.get("/pages/search")
    assert "I am concerned about the safety" in browser.visible_text


@pytest.mark.parametrize("path", ["/pages/search", "/pages/entry", "/pages/reason", "/pages/sign-out"])
def test_a_form_of_another_site_does_nothing(browser: Browser, world: World, path: str) -> None:
    browser.sign_in()
    before = world.number_of_looks()
    fields = {"box": "Wren Quaternion 27/3/2003", "child": world.child_with(NUMBER), "reason": "audit"}
    secret = re.search(r'name="csrf" value="([^"]+)"', browser.page.text)
    assert secret
    for sent, headers in (
        (fields, {}),
        (fields | {"csrf": "guessed"}, {}),
        (fields | {"csrf": secret[1]}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        answer = browser.client.post(path, data=sent, headers=headers)
        assert (answer.status_code, "This was not done" in answer.text) == (403, True)
    answer = browser.client.post(path, json=fields | {"csrf": secret[1]})
    assert answer.status_code == 403
    assert world.number_of_looks() == before
    assert "I am concerned about the safety" in browser.get("/pages/search").text


def test_who_may_not_look_is_told_so_and_recorded(browser: Browser, world: World) -> None:
    browser.sign_in("demo-auditor", "audit")
    looks, denied = world.number_of_looks(), len(world.denials())
    browser.search("Wren Quaternion 27/3/2003")
    assert (browser.page.status_code, "You may not do this" in browser.visible_text) == (403, True)
    (denial,) = world.denials()[denied:]
    assert (denial["user"], denial["action"], denial["cause"]) == ("demo-auditor", "find", "role")
    assert world.number_of_looks() == looks


@pytest.mark.parametrize("child", [NOBODY, "nobody", "", "../health/ready", "x" * 900])
def test_a_child_that_is_none_has_no_entry(browser: Browser, child: str) -> None:
    browser.sign_in().open(child)
    assert (browser.page.status_code, "There is no entry to show" in browser.visible_text) == (404, True)


def test_while_the_access_log_is_away_nothing_is_shown(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> str:
        raise AccessLogAway

    browser.sign_in()
    monkeypatch.setattr(AccessLog, "append", away)
    for answer in (browser.search("Wren Quaternion 27/3/2003"), browser.open(world.child_with(NUMBER))):
        assert answer.status_code == 503
        assert "away for the moment" in answer.text
        assert "Wren" not in answer.text


def test_what_goes_wrong_is_a_page_without_anything_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise psycopg2.InternalError("Wren")

    with client_of(world) as client:
        browser = Browser(client, world).sign_in()
        monkeypatch.setattr(handlers, "results_shown", broken)
        browser.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
        browser.search("Wren Quaternion 27/3/2003")
    assert (browser.page.status_code, "Something went wrong" in browser.visible_text) == (500, True)
    assert "Wren" not in browser.page.text + caplog.text


def test_what_is_too_much_at_once_is_a_page(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.sign_in()
    monkeypatch.setattr(refusing, "REFUSED_AFTER_S", 0)
    monkeypatch.setattr(fairness, "MOST_OF_A_CALLER", 0)
    answer = browser.get("/pages/search")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "Too much at once" in browser.visible_text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_of_which_day_a_record_is_is_said_where_one_record_alone_can_be_meant() -> None:
    def record_since(subject: str, since: str) -> dict[str, Any]:
        return {"source": "urn:agency:gp", "subject": subject, "since": since, "deregistered": subject == "1"}

    name = {"believed": [{"value": {}, "said_by": [record_since("1", "2008-01-01"), record_since("2", "2009-01-01")]}]}
    entry = {
        "involvements": [],
        "date_of_birth": None,
        "records": [{"source": "urn:agency:gp", "subject": subject} for subject in "12"],
        "why": {"name": name | {"disagreeing": [], "set_aside": []}},
    }
    shown = entry_shown(entry, date(2026, 11, 30))
    assert shown.dated == {("urn:agency:gp", "1"): "2008-01-01", ("urn:agency:gp", "2"): "2009-01-01"}
    assert (shown.latest, shown.gone) == ({}, {("urn:agency:gp", "1")})
    assert entry_shown(entry | {"records": entry["records"][:1]}, date(2026, 11, 30)).latest != {}


PLACES = ("/", "/pages/search", "/pages/reason", "/pages/signed-out", "/pages/style.css")


@pytest.fixture(params=PLACES)
def answer(request: pytest.FixtureRequest, browser: Browser) -> Any:
    return browser.sign_in().get(request.param)


def test_every_page_is_kept_by_nobody_and_asks_nothing_of_others(answer: Any) -> None:
    headers = answer.headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    if headers["content-type"].startswith("text/html"):
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
        assert "script" not in policy
        assert not re.findall(r"<script|<style| style=| on\w+=", answer.text)
        assert set(re.findall(r'(?:src|href|action)="([^"#/][^"]*)"', answer.text)) <= {"data:,"}
        assert 'lang="en-GB"' in answer.text


def test_titles_and_addresses_have_nobody_in_them(browser: Browser, world: World) -> None:
    browser.sign_in().search("Wren Quaternion 27/3/2003")
    browser.open(last_look(world)["children"][0])
    title = re.search(r"<title>(.*?)</title>", browser.page.text)
    assert title
    assert title[1] == "Entry – ContactPoint"
    assert str(browser.page.url).endswith("/pages/entry")
    assert browser.get("/pages/entry").url.path == "/pages/search"


def test_the_api_is_as_it_was(client: TestClient, world: World) -> None:
    assert client.get("/children/x").headers["content-type"] == "application/problem+json"
    assert client.get("/pages").status_code == 401
    assert client.get("/pages/other").status_code == 401
    refused = client.put("/pages/search")
    assert (refused.status_code, "It has been noted" in refused.text) == (405, False)
    assert not [path for path in client.get("/openapi.json").json()["paths"] if "pages" in path]
    assert client.get(f"/children/{world.child_with(NHS_NUMBER)}").status_code == 401
