"""The ASGI layer that takes the paths of the pages; all other requests go on to the API."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import orjson
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from services.api.access_control.callers import Authentication
from services.api.limits.fairness import Fair
from services.api.pages.cookies import cookies_of
from services.api.pages.forms import is_ours, read_form
from services.api.pages.handlers import Browser, Handlers, Page
from services.api.pages.session import Session, Sessions
from services.api.problems import MEDIA_TYPE
from services.auth.tokens import Caller, TokenRefused
from services.configuration.sign_in import SIGNED_IN

Handler = Callable[[Browser], Awaitable[Page]]


class Place(NamedTuple):
    """A path of the pages with its method; `signed_in` ones are for whoever is, and are sent by a form of ours."""

    handler: Handler
    path: str
    signed_in: bool = True


class Pages:
    """Answers the paths of the pages, with the turns and bounds of the API, and passes all others on."""

    def __init__(self, api: Authentication, handlers: Handlers, sessions: Sessions) -> None:
        self._api, self._handlers, self._sessions = api, handlers, sessions
        self._fair = Fair(self._answer)
        self._places: Mapping[tuple[str, str], Place] = {
            (method, path): Place(handler, path, signed_in)
            for method, path, handler, signed_in in (
                ("GET", "/", handlers.front, False),
                ("GET", "/pages/style.css", handlers.style, False),
                ("GET", "/pages/sign-in", handlers.sign_in_there, False),
                ("POST", "/pages/sign-in", handlers.sign_in_here, False),
                ("GET", SIGNED_IN, handlers.signed_in, False),
                ("GET", "/pages/signed-out", handlers.signed_out, False),
                ("GET", "/pages/exit", handlers.leave, False),
                ("POST", "/pages/sign-out", handlers.sign_out, True),
                ("GET", "/pages/reason", handlers.reason, True),
                ("POST", "/pages/reason", handlers.state_reason, True),
                ("GET", "/pages/search", handlers.search_form, True),
                ("POST", "/pages/search", handlers.search, True),
                ("GET", "/pages/entry", handlers.no_entry, True),
                ("POST", "/pages/entry", handlers.entry, True),
            )
        }
        self._paths = {path for _, path in self._places}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._api(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        opened = self._sessions.find(cookies_of(Headers(scope=scope)))
        if opened:
            session, is_old = opened
            try:
                principal = await self._api.verify(session.token)
            except TokenRefused:
                principal = None
            if principal and principal.kind is Caller.USER:
                state["principal"], state["session"], state["is_old"] = principal, session, is_old
        await self._fair(scope, receive, _ProblemsAsPages(self._handlers, send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive()).get("body", b"")
        headers = Headers(scope=scope)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        place = self._places.get((method, scope["path"]))
        session: Session | None = scope["state"].get("session")
        browser = Browser(scope, session, read_form(headers, body) if method == "POST" else {})
        try:
            page = await self._page(place, browser, headers)
        except Exception:
            await self._handlers.broken(browser)(scope, receive, send)
            raise  # the outermost layer notes where
        if session and scope["state"]["is_old"] and "set-cookie" not in page.headers:
            page.headers["set-cookie"] = self._sessions.keep(session)
        await page(scope, receive, send)

    async def _page(self, place: Place | None, browser: Browser, headers: Headers) -> Page:
        if place is None:
            return await self._handlers.not_taken(browser)
        browser.scope["route"] = place
        if not place.signed_in:
            return await place.handler(browser)
        if browser.session is None:
            return await self._handlers.expired(browser)
        if browser.scope["method"] == "POST" and not is_ours(headers, browser.form, browser.session.csrf):
            return await self._handlers.not_ours(browser)
        return await place.handler(browser)


class _ProblemsAsPages:
    """Sends on what a page answers; a problem that a bound made on the way becomes a page with the same status."""

    def __init__(self, handlers: Handlers, send: Send) -> None:
        self._handlers, self._send = handlers, send
        self._problem: Message | None = None
        self._content = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE:
                await self._send(message)
                return
            self._problem = message
            return
        if self._problem is None:
            await self._send(message)
            return
        self._content += message.get("body", b"")
        if not message.get("more_body"):
            kept = [(name, value) for name, value in self._problem["headers"] if name in _KEPT]
            page = self._handlers.refused(self._problem["status"], orjson.loads(self._content).get("detail", ""))
            await self._send({**self._problem, "headers": [*page.raw_headers, *kept]})
            await self._send({"type": "http.response.body", "body": page.body})


_KEPT = frozenset({b"retry-after", b"connection"})
