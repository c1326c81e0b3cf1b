"""What each page does: it calls the API as the user who is signed in, and renders the answer."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from domain.authorization import REASONS, NoReason, reason_of
from domain.days import day_at
from services.api.access_control.callers import Authentication
from services.api.numbers import NUMBER
from services.api.pages.api_call import Answer, ApiCall, call_api
from services.api.pages.cookies import TooLarge, cookies_of
from services.api.pages.session import Session, Sessions
from services.api.pages.sign_in import IssuerSignIn, LocalSignIn, Opening
from services.api.schemas.search import MOST_FOUND
from services.auth.code_flow import NotSignedIn
from services.auth.fetch import IssuerAway
from services.auth.tokens import Caller, TokenRefused
from services.pages.entry import entry_shown
from services.pages.rendering import render
from services.pages.results import results_shown
from services.pages.search_box import FIELDS, Understood, as_fields, read_box, read_fields
from streams.clock import Clock

Page = Response

POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cross-Origin-Opener-Policy": "same-origin"}
_ELSEWHERE = "https://www.bbc.co.uk/weather"
"""Where somebody lands who has to leave at once: a page on which anybody may be."""
_SEARCH, _REASON, _SIGNED_OUT = "/pages/search", "/pages/reason", "/pages/signed-out"
_STARTS: Mapping[str, str] = {"data-manager": "/pages/waiting"}
"""Where the work of a role begins; that of all others begins with a search."""
_EXPLAINED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE})
"""Statuses whose problem has a detail that helps whoever reads the page."""
_NOT_SIGNED_IN: Mapping[type[Exception], str] = {
    NotSignedIn: "refused",
    TokenRefused: "not-believed",
    TooLarge: "too-large",
}
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Browser:
    """One request of a browser, with its session and the fields of its form.

    `opened` is what its cookie holds, also where the token in it is not believed; `session` only where it is.
    """

    scope: Scope
    session: Session | None
    opened: Session | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def signed_in(self) -> Session:
        """The session of a place that needs one."""
        assert self.session is not None
        return self.session

    @property
    def user(self) -> str | None:
        """The name of whoever is signed in."""
        principal = self.scope.get("state", {}).get("principal")
        return principal.name if principal else None

    def text(self, name: str) -> str:
        """A field of the form, without spaces around it."""
        return self.form.get(name, "").strip()


class Tools(NamedTuple):
    """What other pages are made with: a page of a template, a call of the API, and the page for a failed one."""

    page: Callable[..., Awaitable[Page]]
    call_api: Callable[[Browser, ApiCall], Awaitable[Answer]]
    no_answer: Callable[[Browser, Answer], Awaitable[Page]]
    clock: Clock


class Handlers:
    """The pages over an API, for whoever signs in that way."""

    def __init__(
        self, api: Authentication, sessions: Sessions, clock: Clock, sign_in: LocalSignIn | IssuerSignIn
    ) -> None:
        self._api, self._sessions, self._clock = api, sessions, clock
        self._local = sign_in if isinstance(sign_in, LocalSignIn) else None
        self._issuer = sign_in if isinstance(sign_in, IssuerSignIn) else None
        self._style = files("services.pages.templates.practitioner").joinpath("style.css").read_bytes()
        self.tools = Tools(self._page, self._call_api, self._no_answer, clock)

    async def front(self, browser: Browser) -> Page:
        """The way in: to where the work of a role begins, or to a sign-in."""
        if browser.session:
            return _to(await self._start(browser))
        if self._local is None:
            return await self._sign_in(browser, "")
        request = Request(browser.scope)
        code = request.query_params.get("code", "")
        opens = await run_sync(self._local.opens, code)
        if opens:
            return _to("/", self._local.cookie.seal(Opening(code)))
        return await self._sign_in(browser, self._local.code_of(cookies_of(request.headers)))

    async def style(self, _: Browser) -> Page:
        """The style sheet."""
        return Response(self._style, media_type="text/css")

    async def sign_in_here(self, browser: Browser) -> Page:
        """Signs a demo user in, beside a local stack; a form with the code alone leads to the page with the users."""
        code, user = browser.text("code"), browser.text("user")
        token = await run_sync(self._local.token, code, user) if self._local and user else None
        if token is None:
            return await self._sign_in(browser, code, tried=True)
        return self._begin(browser, token)

    async def sign_in_there(self, browser: Browser) -> Page:
        """Leads to the issuer of a deployment."""
        if self._issuer is None:
            return _to("/")
        try:
            address, cookie = await run_sync(self._issuer.begin)
        except IssuerAway as away:
            return await self._not_signed_in(browser, "away", away)
        return _to(address, cookie)

    async def signed_in(self, browser: Browser) -> Page:
        """Comes back from there; the token that it then gets is believed as any token is."""
        if self._issuer is None:
            return _to("/")
        page = await self._came_back(browser, self._issuer)
        page.headers.append("Set-Cookie", self._issuer.cookie.remove())
        return page

    async def _came_back(self, browser: Browser, issuer: IssuerSignIn) -> Page:
        request = Request(browser.scope)
        cookies, answer = cookies_of(request.headers), dict(request.query_params)
        try:
            token = await run_sync(issuer.token, cookies, answer)
            principal = await self._api.verify(token)
            if principal.kind is not Caller.USER:
                raise TokenRefused
            return self._begin(browser, token)
        except IssuerAway as away:
            return await self._not_signed_in(browser, "away", away)
        except (NotSignedIn, TokenRefused, TooLarge) as refused:
            return await self._not_signed_in(browser, _NOT_SIGNED_IN[type(refused)], refused)

    async def sign_out(self, browser: Browser) -> Page:
        """Ends the session."""
        page = _to(_SIGNED_OUT, self._sessions.end(browser.opened))
        page.headers["Clear-Site-Data"] = '"cache"'  # pages that going back would show
        return page

    async def leave(self, browser: Browser) -> Page:
        """Ends the session, and leads to a page of somebody else.

        The cache is not cleared: a browser goes on only once that is done, and shows the page that is left meanwhile.
        """
        return _to(_ELSEWHERE, self._sessions.end(browser.opened))

    async def signed_out(self, browser: Browser) -> Page:
        """The page after signing out; whoever is signed in is led to the search."""
        if browser.session:
            return _to(_SEARCH)
        return await self._page(browser, "signed_out")

    async def reason(self, browser: Browser) -> Page:
        """The list of reasons, with the present one chosen."""
        return await self._reason_page(browser)

    async def state_reason(self, browser: Browser) -> Page:
        """Keeps a reason for the session."""
        code, text = browser.text("reason"), " ".join(browser.text(f"text-{browser.text('reason')}").split())
        if code not in REASONS:
            return await self._reason_page(browser, "none")
        try:
            stated = reason_of(f"{code}: {text}" if text else code)
        except NoReason:
            return await self._reason_page(browser, "text", code, text)
        try:
            kept = self._sessions.restate(browser.signed_in, stated.text)
        except TooLarge:
            return await self._reason_page(browser, "long", code, text)
        return _to("/", kept) if kept else await self.expired(browser)

    async def search_form(self, browser: Browser) -> Page:
        """The form of a search, or the list of reasons while none is stated."""
        if not browser.signed_in.reason:
            return _to(_REASON)
        return await self._page(browser, "search", **_empty_form())

    async def search(self, browser: Browser) -> Page:
        """What is found by the one box, or else by the form."""
        box = " ".join(browser.text("box").split())
        understood = read_box(box) if box else read_fields(browser.form)
        shown = _empty_form() | {"box": box, "fields": _fields(browser, understood, box)}
        wrong = dict(understood.wrong)
        if understood.left:
            wrong.setdefault("box", "left")
        if wrong:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return await self._page(browser, "search", status, **shown | {"wrong": wrong, "left": understood.left})
        query = {"criteria": understood.criteria, "limit": MOST_FOUND, "reason": browser.signed_in.reason}
        answer = await self._call_api(browser, ApiCall("POST", "/children/search", body=query))
        if answer.status == HTTPStatus.OK:
            results = results_shown(answer.document, understood.criteria, day_at(self._clock()))
            return await self._page(browser, "results", **shown | {"results": results, "criteria": understood.criteria})
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and browser.signed_in.reason:
            return await self._page(
                browser, "search", HTTPStatus.UNPROCESSABLE_ENTITY, **shown | {"too_little": answer.detail}
            )
        return await self._no_answer(browser, answer)

    async def no_entry(self, _: Browser) -> Page:
        """An entry has no address of its own, which a history or a link could keep."""
        return _to(_SEARCH)

    async def entry(self, browser: Browser) -> Page:
        """A child's entry, with the agencies that report each value."""
        child = browser.text("child").lower()
        if not NUMBER.fullmatch(child):
            return await self._not_there(browser)
        answer = await self._call_api(browser, ApiCall("GET", f"/children/{child}", "why=true"))
        if answer.status == HTTPStatus.OK:
            now = self._clock()
            entry = entry_shown(answer.document, day_at(now))
            criteria = {name: value for name in FIELDS if (value := browser.text(name))}
            return await self._page(browser, "entry", entry=entry, criteria=criteria, now=now.isoformat())
        if answer.status == HTTPStatus.NOT_FOUND:
            return await self._not_there(browser)
        return await self._no_answer(browser, answer)

    async def expired(self, browser: Browser) -> Page:
        """Nobody is signed in, or no more."""
        page = await self._page(browser, "expired", HTTPStatus.UNAUTHORIZED)
        page.headers["Set-Cookie"] = self._sessions.remove()
        return page

    async def not_ours(self, browser: Browser) -> Page:
        """A form that no page of this session sent."""
        return await self._page(browser, "not_ours", HTTPStatus.FORBIDDEN)

    async def not_taken(self, browser: Browser) -> Page:
        """A method that a path does not take."""
        return await self._page(browser, "trouble", HTTPStatus.METHOD_NOT_ALLOWED, detail="")

    def broken(self, browser: Browser) -> Page:
        """Something went wrong here."""
        return self._made(browser, "trouble", HTTPStatus.INTERNAL_SERVER_ERROR, detail="")

    def refused(self, status: int, detail: str) -> Page:
        """A bound refuses a request before a page has it."""
        return self._made(Browser({}, None), "trouble", status, detail=detail)

    def _begin(self, browser: Browser, token: str) -> Page:
        """Begins a session, and ends the one before; raises TooLarge."""
        page = _to(_REASON, self._sessions.keep(self._sessions.begin(token)))
        self._sessions.end(browser.opened)
        return page

    async def _not_signed_in(self, browser: Browser, why: str, error: Exception) -> Page:
        _log.warning("nobody could be signed in at the issuer, %s: %s", why, error if why == "away" else "refused")
        status = HTTPStatus.SERVICE_UNAVAILABLE if why == "away" else HTTPStatus.FORBIDDEN
        return await self._page(browser, "sign_in_issuer", status, why=why)

    async def _sign_in(self, browser: Browser, code: str, *, tried: bool = False) -> Page:
        if self._local is None:
            return await self._page(browser, "sign_in_issuer", why="")
        opened = await run_sync(self._local.opens, code)
        wrong = tried and not opened
        status = HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK
        users = self._local.users if opened else ()
        return await self._page(browser, "sign_in", status, users=users, code=code if opened else "", wrong=wrong)

    async def _reason_page(self, browser: Browser, wrong: str = "", code: str = "", text: str = "") -> Page:
        if not wrong:
            code, _, text = browser.signed_in.reason.partition(": ")
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return await self._page(
            browser, "reason", status, reasons=REASONS.values(), wrong=wrong, chosen=code, text=text
        )

    async def _start(self, browser: Browser) -> str:
        """Where the work of this user begins, by the role that the API says the user has."""
        answer = await self._call_api(browser, ApiCall("GET", "/users/me"))
        return _STARTS.get(answer.document["role"], _SEARCH) if answer.status == HTTPStatus.OK else _SEARCH

    async def _call_api(self, browser: Browser, call: ApiCall) -> Answer:
        session = browser.signed_in
        return await call_api(self._api, browser.scope, session.token, session.reason, call)

    async def _not_there(self, browser: Browser) -> Page:
        return await self._page(browser, "not_there", HTTPStatus.NOT_FOUND)

    async def _no_answer(self, browser: Browser, answer: Answer) -> Page:
        """The page for an answer that shows nothing, with the API's detail where it helps."""
        if answer.status == HTTPStatus.UNAUTHORIZED:
            return await self.expired(browser)
        if not browser.signed_in.reason and answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return await self._reason_page(browser, "none")
        detail = answer.detail if answer.status in _EXPLAINED else ""
        return await self._page(browser, "trouble", answer.status, detail=detail)

    async def _page(self, browser: Browser, name: str, status: int = HTTPStatus.OK, **shown: Any) -> Page:
        """A page, made in a thread: a long one would hold up the event loop."""
        return await run_sync(partial(self._made, browser, name, status, **shown))

    def _made(self, browser: Browser, name: str, status: int, **shown: Any) -> Page:
        session = browser.session
        code, _, text = (session.reason if session else "").partition(": ")
        values = {
            "user": browser.user,
            "csrf": session.csrf if session else "",
            "stated": {"title": REASONS[code].title, "text": text} if code in REASONS else None,
            "status": int(status),
            "is_fictional": self._local is not None,
        }
        template = name if "/" in name else f"practitioner/{name}"
        html = render(f"{template}.html.jinja", **values | shown)
        return Response(html, int(status), HEADERS, "text/html")


def _empty_form() -> dict[str, Any]:
    return {"box": "", "fields": as_fields({}), "wrong": {}, "left": (), "too_little": ""}


def _fields(browser: Browser, understood: Understood, box: str) -> Mapping[str, str]:
    """The fields as they were filled in, or as the box was understood."""
    if box:
        return as_fields(understood.criteria)
    return {name: browser.text(name) for name in as_fields({})}


def _to(path: str, cookie: str | None = None) -> Page:
    headers = {**HEADERS, **({"Set-Cookie": cookie} if cookie else {})}
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers)
