"""The ASGI layer that takes the paths of the pages; all other requests go on to the API."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import orjson
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from services.api.access_control.callers import Authentication
from services.api.limits.fairness import Fair, whole_body
from services.api.limits.refusing import refuse
from services.api.pages.auditor import auditor_places
from services.api.pages.cookies import cookies_of
from services.api.pages.data_manager import places_of_data_managers
from services.api.pages.forms import is_ours, read_form
from services.api.pages.handlers import Browser, Handlers, Page
from services.api.pages.operation import operator_places
from services.api.pages.session import Session, Sessions
from services.api.pages.timeline import timeline_places
from services.api.pages.trial import TRIED
from services.api.problems import MEDIA_TYPE, Problem
from services.auth.tokens import Caller, TokenRefused
from services.configuration.sign_in import SIGNED_IN

Handler = Callable[[Browser], Awaitable[Page]]


MOST_OF_ANYBODY = 128
"""Requests in hand of all together who are not signed in, so that there is always room for those who are."""
EXIT, SIGN_OUT, _STYLE = "/pages/exit", "/pages/sign-out", "/pages/style.css"
_AT_ONCE = frozenset({("GET", EXIT), ("POST", SIGN_OUT)})
"""Paths that wait for no place and no valid token: whoever leaves has to be out, whatever is still at work."""
_RENEW = frozenset({_STYLE, "/pages/search"})
"""Pages whose GET brings a newer cookie: they call nothing, so they are not late, and each loads the style sheet."""
_BY_GET_ALONE = frozenset({EXIT, "/pages/sign-in", SIGNED_IN})
"""What a HEAD, sent only to see what is there, must not do."""


_BY_TLS_ALONE = ((b"strict-transport-security", b"max-age=31536000"),)


class Place(NamedTuple):
    """A path of the pages with its method; `signed_in` ones are for whoever is, and are sent by a form of ours."""

    handler: Handler
    path: str
    signed_in: bool = True


class Pages:
    """Answers the paths of the pages, with the limits of the API, and passes all others on."""

    def __init__(self, api: Authentication, handlers: Handlers, sessions: Sessions, *, secure: bool) -> None:
        self._api, self._handlers, self._sessions = api, handlers, sessions
        self._headers = _BY_TLS_ALONE if secure else ()
        self._fair = Fair(self._answer, MOST_OF_ANYBODY)
        self._places: Mapping[tuple[str, str], Place] = {
            (method, path): Place(handler, path, signed_in)
            for method, path, handler, signed_in in (
                ("GET", "/", handlers.front, False),
                ("GET", _STYLE, handlers.style, False),
                ("GET", "/pages/sign-in", handlers.sign_in_there, False),
                ("POST", "/pages/sign-in", handlers.sign_in_here, False),
                ("GET", SIGNED_IN, handlers.signed_in, False),
                ("GET", "/pages/signed-out", handlers.signed_out, False),
                ("GET", EXIT, handlers.leave, False),
                ("POST", SIGN_OUT, handlers.sign_out, True),
                ("GET", "/pages/reason", handlers.reason, True),
                ("POST", "/pages/reason", handlers.state_reason, True),
                ("GET", "/pages/search", handlers.search_form, True),
                ("POST", "/pages/search", handlers.search, True),
                ("GET", "/pages/entry", handlers.no_entry, True),
                ("POST", "/pages/entry", handlers.entry, True),
                *auditor_places(handlers),
                *timeline_places(handlers),
                *operator_places(handlers),
                *places_of_data_managers(handlers),
            )
        }
        self._paths = {path for _, path in self._places}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._api(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        send = _ProblemsAsPages(self._handlers, send, self._headers)
        opened = self._sessions.find(cookies_of(Headers(scope=scope)))
        state["opened"], state["is_old"] = opened or (None, False)
        if (scope["method"], scope["path"]) in _AT_ONCE:
            state["session"] = state["opened"]
            await self._answer_at_once(scope, receive, send)
            return
        if opened:
            session, _ = opened
            try:
                principal = await self._api.verify(session.token)
            except TokenRefused:
                principal = None
            if principal and principal.kind is Caller.USER:
                state["principal"], state["session"] = principal, session
        await self._fair(scope, receive if self._reads_form(scope) else _nothing, send)

    def _reads_form(self, scope: Scope) -> bool:
        """Whether a body is waited for; else one that never comes would be in hand for whom it is no matter."""
        place = self._places.get((scope["method"], scope["path"]))
        return place is not None and scope["method"] == "POST" and ("session" in scope["state"] or not place.signed_in)

    async def _answer_at_once(self, scope: Scope, receive: Receive, send: Send) -> None:
        reads_form = self._reads_form(scope) and scope["state"]["session"] is not None
        try:
            await self._answer(scope, receive if reads_form else _nothing, send)
        except Problem as problem:
            await refuse(scope, receive, send, problem.status, problem.detail, problem.headers or {})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        if body is None:
            return
        headers = Headers(scope=scope)
        is_head = scope["method"] == "HEAD" and scope["path"] not in _BY_GET_ALONE
        method = "GET" if is_head else scope["method"]
        place = self._places.get((method, scope["path"]))
        session: Session | None = scope["state"].get("session")
        has_file = session is not None and scope["path"] == TRIED
        form = read_form(headers, body, has_file=has_file) if method == "POST" else {}
        browser = Browser(scope, session, scope["state"]["opened"], form)
        try:
            page = await self._page(place, browser, headers)
        except Exception:
            await self._handlers.broken(browser)(scope, receive, send)
            raise  # the outermost layer notes where
        if session and scope["state"]["is_old"] and method == "GET" and scope["path"] in _RENEW:
            kept = self._sessions.keep_again(session)
            if kept:
                page.headers["set-cookie"] = kept
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


async def _nothing() -> Message:
    """Receives no body."""
    return {"type": "http.request", "body": b"", "more_body": False}


class _ProblemsAsPages:
    """Sends on what a page answers, with more headers.

    A problem that a bound made on the way becomes a page with the same status.
    """

    def __init__(self, handlers: Handlers, send: Send, more: Sequence[tuple[bytes, bytes]]) -> None:
        self._handlers, self._send, self._more = handlers, send, more
        self._problem: Message | None = None
        self._content = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE:
                await self._send({**message, "headers": [*message["headers"], *self._more]})
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
            await self._send({**self._problem, "headers": [*page.raw_headers, *kept, *self._more]})
            await self._send({"type": "http.response.body", "body": page.body})


_KEPT = frozenset({b"retry-after", b"connection"})
