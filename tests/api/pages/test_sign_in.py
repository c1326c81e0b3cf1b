"""Who gets in at the pages, for how long, and where there are none."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from services.api.pages.session import IDLE_S
from services.api.pages.sign_in import OPENED_S
from services.api.server import open_app
from services.auth import code_flow
from services.auth.pages_keys import opening_code, stack_name
from services.configuration.setting_errors import BadSetting
from services.configuration.settings import read_settings
from services.configuration.sign_in import PagesClient, SignIn
from tests.api.pages.browser import Browser
from tests.security.sign_in.issuer import Issuer, an_issuer, claims_of, signed
from tests.support.api_world import NHS_NUMBER, looking
from tests.support.world import World

HOME = "http://testserver"


@pytest.fixture
def browser(client: TestClient, world: World) -> Browser:
    return Browser(client, world)


def test_without_the_code_nobody_gets_in(browser: Browser, world: World) -> None:
    assert "demo-practitioner" not in browser.get("/").text
    assert "demo-practitioner" not in browser.get("/?code=guessed").text
    for code in ("", "guessed", "\u00e9", opening_code(world.settings.keys)[:-1]):
        browser.send("/pages/sign-in", code=code, user="demo-practitioner")
        assert browser.page.status_code == 403
        assert not browser.client.cookies
    assert browser.get("/pages/search").status_code == 401


def test_with_the_code_there_is_a_button_for_each_role(browser: Browser, world: World) -> None:
    browser.get(f"/?code={opening_code(world.settings.keys)}")
    assert "demo-data-manager" in browser.page.text
    assert (browser.page.history[0].status_code, str(browser.page.url)) == (303, f"{HOME}/")
    assert "demo-data-manager" in browser.get("/").text
    assert "demo-data-manager" in browser.get("/?code=guessed").text
    browser.client.cookies.clear()
    assert "demo-data-manager" not in browser.get("/").text
    browser.get(f"/?code={opening_code(world.settings.keys)}")
    browser.client.cookies.clear()
    assert "Fictional people only" in browser.visible_text
    browser.send("/pages/sign-in", code=opening_code(world.settings.keys))
    assert "demo-data-manager" in browser.page.text
    browser.send("/pages/sign-in", code=opening_code(world.settings.keys), user="somebody")
    assert "demo-data-manager" in browser.page.text
    assert not browser.client.cookies


def test_a_session_is_a_cookie_that_nothing_else_reads(browser: Browser, world: World) -> None:
    answer = browser.client.post(
        "/pages/sign-in",
        data={"code": opening_code(world.settings.keys), "user": "demo-practitioner"},
        follow_redirects=False,
    )
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "demo-practitioner" not in cookie


def test_a_code_that_somebody_came_with_is_forgotten_soon(world: World) -> None:
    clock = _Clock()
    with TestClient(open_app(world.settings, clock)) as client:
        client.get(f"/?code={opening_code(world.settings.keys)}")
        assert "demo-data-manager" in client.get("/").text
        clock.wait(OPENED_S + 1)
        assert "demo-data-manager" not in client.get("/").text


def test_two_local_stacks_have_cookies_of_other_names(browser: Browser, world: World, tmp_path: Path) -> None:
    browser.sign_in()
    (name,) = browser.client.cookies
    assert name == f"contactpoint-{stack_name(world.settings.keys)}"
    (tmp_path / "key-encryption.key").write_text("A" * 43)
    assert stack_name(tmp_path) != stack_name(world.settings.keys)


def test_who_signs_out_is_out_with_every_copy_of_the_cookie(browser: Browser) -> None:
    browser.sign_in()
    copied = dict(browser.client.cookies)
    browser.send("/pages/sign-out")
    assert "You are signed out" in browser.visible_text
    assert browser.get("/pages/search").status_code == 401
    browser.client.cookies.update(copied)
    assert browser.get("/pages/search").status_code == 401


def test_leaving_signs_out_too(browser: Browser) -> None:
    browser.sign_in()
    answer = browser.client.get("/pages/exit", follow_redirects=False)
    assert answer.status_code == 303
    assert not answer.headers["location"].startswith("/")
    assert browser.get("/pages/search").status_code == 401


@pytest.mark.parametrize(
    "change", [lambda text: text[:-2], lambda text: "x" + text[1:], lambda _: "", lambda _: "\x7f"]
)
def test_a_cookie_that_was_changed_is_none(browser: Browser, change: Any) -> None:
    browser.sign_in()
    (name, sealed), *_ = browser.client.cookies.items()
    browser.client.cookies.clear()
    assert browser.client.get("/pages/search", headers={"Cookie": f"{name}={change(sealed)}"}).status_code == 401
    assert browser.client.get("/pages/search", headers={"Cookie": f"{name}={sealed}"}).status_code == 200


class _Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_a_session_ends_when_it_is_not_used_and_with_its_token(world: World) -> None:
    clock = _Clock()
    with TestClient(open_app(world.settings, clock)) as client:
        browser = Browser(client, world).sign_in()
        for _ in range(3):
            clock.wait(IDLE_S - 1)
            assert browser.get("/pages/search").status_code == 200
        clock.wait(IDLE_S + 1)
        assert browser.get("/pages/search").status_code == 401
        assert "session has ended" in browser.visible_text
        browser.sign_in()
        for _ in range(17):
            clock.wait(IDLE_S - 1)
            browser.get("/pages/search")
        assert browser.page.status_code == 401


def test_a_revoked_user_sees_nothing_more(world: World, browser: Browser) -> None:
    browser.sign_in("demo-volunteer")
    browser.search("Ada Quaternion 3/2/2001")
    assert browser.page.status_code == 200
    with TestClient(open_app(world.settings)) as client:
        administrator = looking(world, "user:demo-administrator")
        revoked = client.post("/users/revoke", headers=administrator, json={"name": "demo-volunteer"})
        assert revoked.status_code == 200
        browser.client = client
        browser.client.cookies.clear()
        browser.sign_in("demo-volunteer")
        browser.search("Ada Quaternion 3/2/2001")
    assert (browser.page.status_code, "You may not do this" in browser.visible_text) == (403, True)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with an_issuer() as made:
        made.discovery |= {"authorization_endpoint": f"{made.url}/authorize", "token_endpoint": f"{made.url}/token"}
        yield made


@pytest.fixture(params=[None, "a secret"])
def deployed(world: World, issuer: Issuer, request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """A client of a deployment's API, whose pages are a client of the issuer."""
    pages = PagesClient(HOME, "contactpoint", request.param, "openid")
    settings = dataclasses.replace(world.settings, sign_in=SignIn(issuer.url), pages_client=pages)
    issuer.asked.clear()
    with TestClient(open_app(settings), follow_redirects=False) as made:
        yield made


def gone_there(client: TestClient) -> dict[str, str]:
    """What a browser tells the issuer."""
    assert 'href="/pages/sign-in"' in client.get("/").text
    answer = client.get("/pages/sign-in")
    assert answer.status_code == 303
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def give(issuer: Issuer, **claims: Any) -> str:
    """Has the issuer give this token for the next code."""
    token = signed(claims_of(issuer.url, **{"preferred_username": "demo-practitioner"} | claims))
    issuer.token = json.dumps({"access_token": token, "token_type": "Bearer"}).encode()
    return token


def test_a_deployment_signs_in_at_its_issuer(deployed: TestClient, issuer: Issuer, world: World) -> None:
    asked = gone_there(deployed)
    assert asked["redirect_uri"] == f"{HOME}/pages/signed-in"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    give(issuer)
    answer = deployed.get("/pages/signed-in", params={"code": "c1", "state": asked["state"], "iss": issuer.url})
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages/reason")
    (sent,) = issuer.asked
    form = {name: value for name, (value,) in parse_qs(sent["body"]).items()}
    assert (form["grant_type"], form["code"], form["client_id"]) == ("authorization_code", "c1", "contactpoint")
    way = code_flow.Way("", form["code_verifier"])
    assert code_flow.challenge_of(way) == asked["code_challenge"]
    assert (sent["authorization"] or "").startswith("Basic ") == (sent["authorization"] is not None)
    deployed.follow_redirects = True
    browser = Browser.__new__(Browser)
    browser.client, browser.world, browser.page = deployed, world, deployed.get("/pages/reason")
    browser.send("/pages/reason", reason="safeguarding")
    browser.search(f"NHS {NHS_NUMBER}")
    assert (browser.page.status_code, "1 child" in browser.visible_text) == (200, True)
    assert "Fictional people only" not in browser.visible_text
    assert world.looks()[-1]["user"] == "demo-practitioner"


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "guessed"},
        {"state": ""},
        {"iss": "https://other.example.org"},
        {"code": ""},
        {"error": "access_denied"},
        {"code": "x" * 3_000},
    ],
)
def test_what_comes_back_otherwise_signs_nobody_in(
    deployed: TestClient, issuer: Issuer, changed: dict[str, str]
) -> None:
    asked = gone_there(deployed)
    give(issuer)
    answer = deployed.get("/pages/signed-in", params={"code": "c1", "state": asked["state"]} | changed)
    assert (answer.status_code, "did not sign you in" in answer.text) == (403, True)
    assert issuer.asked == []
    assert deployed.get("/pages/search").status_code == 401


def test_an_answer_that_another_browser_asked_for_is_none(deployed: TestClient, issuer: Issuer) -> None:
    asked = gone_there(deployed)
    deployed.cookies.clear()
    give(issuer)
    answer = deployed.get("/pages/signed-in", params={"code": "c1", "state": asked["state"]})
    assert (answer.status_code, issuer.asked) == (403, [])


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "urn:other"},
        {"amr": ["pwd"]},
        {"agency": "gp", "preferred_username": None},
        {"iss": "https://x.example"},
    ],
)
def test_a_token_that_the_api_does_not_believe_signs_nobody_in(
    deployed: TestClient, issuer: Issuer, claims: dict[str, Any]
) -> None:
    asked = gone_there(deployed)
    give(issuer, **claims)
    answer = deployed.get("/pages/signed-in", params={"code": "c1", "state": asked["state"]})
    assert (answer.status_code, "a second factor is needed" in answer.text) == (403, True)
    assert deployed.get("/pages/search").status_code == 401


def test_a_token_that_no_cookie_holds_is_said_to_be_too_large(deployed: TestClient, issuer: Issuer) -> None:
    asked = gone_there(deployed)
    give(issuer, groups=["x" * 100] * 30)
    answer = deployed.get("/pages/signed-in", params={"code": "c1", "state": asked["state"]})
    assert (answer.status_code, "too large" in answer.text) == (403, True)


@pytest.mark.parametrize("broken", [(400, b"{}"), (200, b"no json"), (200, b"[]"), (200, b"{}")])
def test_an_issuer_that_gives_no_token_signs_nobody_in(
    deployed: TestClient, issuer: Issuer, broken: tuple[int, bytes]
) -> None:
    asked = gone_there(deployed)
    issuer.broken["/token"] = broken
    try:
        answer = deployed.get("/pages/signed-in", params={"code": "c1", "state": asked["state"]})
    finally:
        del issuer.broken["/token"]
    assert answer.status_code in (403, 503)
    assert "There is a problem" in answer.text


def test_a_code_that_the_issuer_refuses_is_not_an_issuer_that_is_away(deployed: TestClient, issuer: Issuer) -> None:
    asked = gone_there(deployed)
    for status in (400, 401):
        issuer.broken["/token"] = status, b'{"error": "invalid_grant"}'
        try:
            answer = deployed.get("/pages/signed-in", params={"code": "c1", "state": asked["state"]})
        finally:
            del issuer.broken["/token"]
        assert (answer.status_code, "did not sign you in" in answer.text) == (403, True)
        asked = gone_there(deployed)


@pytest.mark.parametrize("code", ["c1", "", "away"])
def test_a_way_is_gone_once_however_it_ends(deployed: TestClient, issuer: Issuer, code: str) -> None:
    asked = gone_there(deployed)
    copied = dict(deployed.cookies)
    give(issuer)
    if code == "away":
        issuer.broken["/token"] = 500, b""
    first = deployed.get("/pages/signed-in", params={"code": code, "state": asked["state"]})
    issuer.broken.pop("/token", None)
    assert first.status_code == {"c1": 303, "": 403, "away": 503}[code]
    assert "contactpoint-way" not in dict(deployed.cookies)
    sent = len(issuer.asked)
    deployed.cookies.clear()
    deployed.cookies.update(copied)
    again = deployed.get("/pages/signed-in", params={"code": "c2", "state": asked["state"]})
    assert (again.status_code, len(issuer.asked)) == (403, sent)
    assert deployed.get("/pages/search").status_code == 401


def test_cookies_of_a_deployment_are_for_tls_alone(world: World, issuer: Issuer) -> None:
    pages = PagesClient("https://contactpoint.example.org", "contactpoint", None, "openid")
    settings = dataclasses.replace(world.settings, sign_in=SignIn(issuer.url), pages_client=pages)
    with TestClient(open_app(settings), follow_redirects=False) as client:
        for answer in (client.get("/pages/style.css"), client.get("/pages/exit"), client.put("/")):
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        cookie = client.get("/pages/sign-in").headers["set-cookie"]
    assert cookie.startswith("__Host-contactpoint-way=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_a_local_user_is_no_user_of_a_deployment(deployed: TestClient, world: World) -> None:
    sent = {"code": opening_code(world.settings.keys), "user": "demo-practitioner"}
    answer = deployed.post("/pages/sign-in", data=sent)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)
    assert "strict-transport-security" not in answer.headers
    assert "demo-practitioner" not in answer.text


def test_where_no_client_is_configured_there_are_no_pages(world: World, issuer: Issuer) -> None:
    with TestClient(open_app(dataclasses.replace(world.settings, sign_in=SignIn(issuer.url)))) as client:
        for path in ("/", "/pages/search", "/pages/sign-in", "/pages/style.css"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        token = {"Authorization": f"Bearer {signed(claims_of(issuer.url))}"}
        assert client.get("/", headers=token).status_code == 404
        assert client.post("/pages/search", headers=token).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"CONTACTPOINT_CLIENT_ID": "contactpoint"},
        {"CONTACTPOINT_PAGES_URL": "https://contactpoint.example.org"},
        {"CONTACTPOINT_CLIENT_ID": "contactpoint", "CONTACTPOINT_PAGES_URL": "https://contactpoint.example.org"},
        {"CONTACTPOINT_PAGES_URL": "http://contactpoint.example.org"},
    ],
)
def test_half_a_client_is_no_setting(given: dict[str, str]) -> None:
    with pytest.raises(BadSetting):
        read_settings(None, given)
