"""Whoever leaves is out at once and stays out, and nobody who has not signed in keeps them waiting."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from services.api.access_control.callers import Authentication
from services.api.limits import refusing
from services.api.limits.fairness import MOST_OF_A_CALLER
from services.api.pages import layer
from services.api.pages.cookies import SealedCookie
from services.api.pages.handlers import Handlers
from services.api.pages.layer import Pages
from services.api.pages.session import SEALED_AGAIN_S, Session, Sessions
from services.api.pages.sign_in import LocalSignIn, Opening
from services.auth.pages_keys import opened_key, opening_code, session_key
from services.auth.tokens import Caller
from services.auth.trust import verifier_for
from tests.api.pages.browser import Browser
from tests.support.world import World

PUBLIC = ("/", "/pages/style.css", "/pages/signed-out", "/pages/sign-in", "/pages/signed-in")


class Answer(NamedTuple):
    status: int
    headers: Headers

    @property
    def keeps(self) -> str:
        """What it does with the session's cookie."""
        cookie = self.headers.get("set-cookie", "")
        return "removed" if "Max-Age=0" in cookie else "kept" if cookie else ""


class Directory:
    """The pages before an API that answers nothing until it is let."""

    def __init__(self, world: World) -> None:
        self.now, keys = datetime.now(UTC), world.settings.keys
        self.let, self.asked = asyncio.Event(), 0
        self.api = Authentication(self._answer, verifier_for(world.settings))
        self.sessions = Sessions(session_key(keys), lambda: self.now, secure=False)
        opened = SealedCookie("opened", Opening, opened_key(keys), lambda: self.now, secure=False, holds_s=60)
        sign_in = LocalSignIn(world.settings, lambda: self.now, opened)
        handlers = Handlers(self.api, self.sessions, lambda: self.now, sign_in)
        self.pages = Pages(self.api, handlers, self.sessions, secure=False)
        token = sign_in.token(opening_code(keys), "demo-practitioner")
        assert token
        self.session = self.sessions.begin(token).with_reason("safeguarding")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["state"]["principal"].kind is Caller.USER
        self.asked += 1
        await self.let.wait()
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def cookie(self, session: Session | None = None) -> str:
        return self.sessions.keep(session or self.session).partition(";")[0]

    async def ask(self, method: str, path: str, cookie: str = "", *, held: bool = False, **form: str) -> Answer:
        """One request; a body that is held never comes."""
        body = urlencode(form).encode()
        headers = [(b"cookie", cookie.encode()), (b"content-type", b"application/x-www-form-urlencoded")]
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers, "state": {}}
        sent: list[Message] = []

        async def receive() -> Message:
            if held:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.pages(scope, receive, send)
        return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]))

    async def search(self) -> Answer:
        return await self.ask("POST", "/pages/search", self.cookie(), csrf=self.session.csrf, box="Wren Quaternion")

    async def sign_out(self, session: Session | None = None) -> Answer:
        return await self.ask("POST", "/pages/sign-out", self.cookie(session), csrf=(session or self.session).csrf)


async def until(reached: Callable[[], bool]) -> None:
    while not reached():
        await asyncio.sleep(0.001)


@pytest.fixture
def run(one_child: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a test at a directory; what it leaves waiting is ended with it."""
    monkeypatch.setattr(refusing, "REFUSED_AFTER_S", 0)

    def run(test: Callable[[Directory], Coroutine[Any, Any, None]]) -> None:
        async def of_a_directory() -> None:
            await test(Directory(one_child))

        asyncio.run(asyncio.wait_for(of_a_directory(), 60))

    return run


Run = Callable[[Callable[[Directory], Coroutine[Any, Any, None]]], None]


@pytest.mark.parametrize("way", ["exit", "sign-out"])
def test_who_leaves_waits_for_nothing_that_is_at_work(run: Run, way: str) -> None:
    async def test(directory: Directory) -> None:
        searches = [asyncio.ensure_future(directory.search()) for _ in range(MOST_OF_A_CALLER)]
        await until(lambda: directory.asked > 0)
        copied = directory.cookie()
        leaves = directory.ask("GET", "/pages/exit", copied, held=True) if way == "exit" else directory.sign_out()
        assert (await leaves).status == 303
        assert directory.sessions.find(copied) is None
        directory.let.set()
        assert {answer.keeps for answer in await asyncio.gather(*searches)} <= {"", "removed"}

    run(test)


@pytest.mark.parametrize("way", ["exit", "sign-out"])
def test_who_leaves_is_out_though_the_token_is_no_more_believed(run: Run, way: str) -> None:
    async def test(directory: Directory) -> None:
        session = directory.sessions.begin("no token")
        cookie = directory.cookie(session)
        refused = await directory.ask("GET", "/pages/search", cookie)
        assert (refused.status, refused.keeps) == (401, "removed")
        leaves = directory.ask("GET", "/pages/exit", cookie) if way == "exit" else directory.sign_out(session)
        assert ((answer := await leaves).status, answer.keeps) == (303, "removed")
        assert directory.sessions.find(cookie) is None

    run(test)


def test_a_sign_out_of_another_site_does_nothing(run: Run) -> None:
    async def test(directory: Directory) -> None:
        cookie = directory.cookie()
        for form in ({}, {"csrf": "guessed"}):
            assert (await directory.ask("POST", "/pages/sign-out", cookie, **form)).status == 403
        assert (await directory.ask("POST", "/pages/sign-out", held=True)).status == 401
        assert directory.sessions.find(cookie) is not None

    run(test)


def test_a_body_that_never_comes_is_waited_for_by_no_page_that_needs_none(run: Run) -> None:
    async def test(directory: Directory) -> None:
        for path in PUBLIC:
            for method in ("GET", "HEAD", "PUT"):
                assert (await directory.ask(method, path, held=True)).status < 500
        for path in ("/pages/search", "/pages/entry", "/pages/reason"):
            assert (await directory.ask("POST", path, held=True)).status == 401
        assert (await directory.ask("GET", "/pages/search", directory.cookie(), held=True)).status == 200

    run(test)


def test_who_is_not_signed_in_leaves_places_for_who_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(directory: Directory) -> None:
        held = [asyncio.ensure_future(directory.ask("POST", "/pages/sign-in", held=True)) for _ in range(3)]
        await asyncio.sleep(0)
        assert (await directory.ask("GET", "/")).status == 503
        assert (await directory.ask("GET", "/pages/search", directory.cookie())).status == 200
        for each in held:
            each.cancel()

    monkeypatch.setattr(layer, "MOST_OF_ANYBODY", 3)
    run(test)


def test_a_session_is_kept_anew_by_what_is_not_late(run: Run) -> None:
    async def test(directory: Directory) -> None:
        directory.let.set()
        cookie = directory.cookie()
        assert (await directory.ask("GET", "/pages/style.css", cookie)).keeps == ""
        directory.now += timedelta(seconds=SEALED_AGAIN_S)
        for path in ("/pages/style.css", "/pages/search"):
            assert (await directory.ask("GET", path, cookie)).keeps == "kept"
        asked = {"csrf": directory.session.csrf, "box": "Wren Quaternion 27/3/2003"}
        assert (await directory.ask("POST", "/pages/search", cookie, **asked)).keeps == ""

    run(test)


def test_what_was_ended_or_restated_is_not_brought_back(run: Run) -> None:
    async def test(directory: Directory) -> None:
        sessions, old = directory.sessions, directory.session
        assert sessions.keep_again(old)
        assert sessions.restate(old, "audit")
        assert sessions.keep_again(old) is None
        assert sessions.keep_again(old.with_reason("audit"))
        sessions.end(old)
        assert sessions.keep_again(old.with_reason("audit")) is None
        assert sessions.restate(old, "safeguarding") is None

    run(test)


@pytest.fixture
def browser(client: TestClient, one_child: World) -> Browser:
    return Browser(client, one_child)


def test_who_signs_in_again_has_ended_the_session_before(browser: Browser) -> None:
    browser.sign_in()
    copied = dict(browser.client.cookies)
    browser.sign_in("demo-auditor", "audit")
    assert browser.get("/pages/search").status_code == 200
    browser.client.cookies.clear()
    browser.client.cookies.update(copied)
    assert browser.get("/pages/search").status_code == 401


def test_who_is_signed_in_is_not_told_to_be_out(browser: Browser) -> None:
    assert "You are signed out" in browser.get("/pages/signed-out").text
    browser.sign_in()
    assert browser.get("/pages/signed-out").url.path == "/pages/search"


@pytest.mark.parametrize("path", ["/pages/exit", "/pages/sign-in", "/pages/signed-in"])
def test_a_head_changes_nothing(browser: Browser, path: str) -> None:
    browser.sign_in()
    answer = browser.client.head(path, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (405, None)
    assert browser.get("/pages/search").status_code == 200


def test_signing_out_clears_the_cache_and_an_exit_does_not_wait_for_that(browser: Browser) -> None:
    browser.sign_in()
    assert "clear-site-data" not in browser.client.get("/pages/exit", follow_redirects=False).headers
    browser.sign_in()
    browser.send("/pages/sign-out")
    assert browser.page.history[0].headers["clear-site-data"] == '"cache"'
