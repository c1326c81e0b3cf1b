"""What each page does: it calls the API as the user who is signed in, and renders the answer."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from domain.authorization import REASONS, Action, NoReason, Role, reason_of
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
from services.pages.rights import actions_of
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
STARTS: Mapping[str, str] = {
    Role.DATA_MANAGER: "/pages/waiting",
    Role.AUDITOR: "/pages/audit",
    Role.AUTHORITY_ADMINISTRATOR: "/pages/audit",
    Role.OPERATOR: "/pages/operation",
}
"""Where users of a role begin; all others do at the search."""
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


class Handlers:
    """The pages over an API, for whoever signs in that way."""

    def __init__(
        self, api: Authentication, sessions: Sessions, clock: Clock, sign_in: LocalSignIn | IssuerSignIn
    ) -> None:
        self._api, self._sessions, self._clock = api, sessions, clock
        self._local = sign_in if isinstance(sign_in, LocalSignIn) else None
        self._issuer = sign_in if isinstance(sign_in, IssuerSignIn) else None
        self._style = files("services.pages.templates.practitioner").joinpath("style.css").read_bytes()

    async def front(self, browser: Browser) -> Page:
        """The way in: to the search, or to a sign-in."""
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
        """The page after signing out; whoever is signed in is led to the own start."""
        if browser.session:
            return _to(await self._start(browser))
        return await self.page(browser, "signed_out")

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
        start = await self._start(browser)
        try:
            kept = self._sessions.restate(browser.signed_in, stated.text)
        except TooLarge:
            return await self._reason_page(browser, "long", code, text)
        return _to(start, kept) if kept else await self.expired(browser)

    async def search_form(self, browser: Browser) -> Page:
        """The form of a search, or the list of reasons while none is stated."""
        if not browser.signed_in.reason:
            return _to(_REASON)
        return await self.page(browser, "search", **_empty_form())

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
            return await self.page(browser, "search", status, **shown | {"wrong": wrong, "left": understood.left})
        query = {"criteria": understood.criteria, "limit": MOST_FOUND, "reason": browser.signed_in.reason}
        answer = await self.call_api(browser, ApiCall("POST", "/children/search", body=query))
        if answer.status == HTTPStatus.OK:
            results = results_shown(answer.document, understood.criteria, day_at(self._clock()))
            return await self.page(browser, "results", **shown | {"results": results, "criteria": understood.criteria})
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and browser.signed_in.reason:
            return await self.page(
                browser, "search", HTTPStatus.UNPROCESSABLE_ENTITY, **shown | {"too_little": answer.detail}
            )
        return await self.no_answer(browser, answer)

    async def no_entry(self, _: Browser) -> Page:
        """An entry has no address of its own, which a history or a link could keep."""
        return _to(_SEARCH)

    async def entry(self, browser: Browser) -> Page:
        """A child's entry, with the agencies that report each value."""
        child = browser.text("child").lower()
        if not NUMBER.fullmatch(child):
            return await self.not_there(browser)
        answer = await self.call_api(browser, ApiCall("GET", f"/children/{child}", "why=true"))
        if answer.status == HTTPStatus.OK:
            now = self._clock()
            entry = entry_shown(answer.document, day_at(now))
            criteria = {name: value for name in FIELDS if (value := browser.text(name))}
            return await self.page(browser, "entry", entry=entry, criteria=criteria, now=now.isoformat())
        if answer.status == HTTPStatus.NOT_FOUND:
            return await self.not_there(browser)
        return await self.no_answer(browser, answer)

    async def expired(self, browser: Browser) -> Page:
        """Nobody is signed in, or no more."""
        page = await self.page(browser, "expired", HTTPStatus.UNAUTHORIZED)
        page.headers["Set-Cookie"] = self._sessions.remove()
        return page

    async def not_ours(self, browser: Browser) -> Page:
        """A form that no page of this session sent."""
        return await self.page(browser, "not_ours", HTTPStatus.FORBIDDEN)

    async def not_taken(self, browser: Browser) -> Page:
        """A method that a path does not take."""
        return await self.page(browser, "trouble", HTTPStatus.METHOD_NOT_ALLOWED, detail="")

    def broken(self, browser: Browser) -> Page:
        """Something went wrong here."""
        return self._made(browser, "trouble", HTTPStatus.INTERNAL_SERVER_ERROR, detail="")

    def refused(self, status: int, detail: str) -> Page:
        """A bound refuses a request before a page has it."""
        return self._made(Browser({}, None), "trouble", status, detail=detail)

    async def role(self, browser: Browser) -> str:
        """The role of the user who is signed in, as the API has it; empty where nothing was granted."""
        answer = await self.call_api(browser, ApiCall("GET", "/users/me"))
        return str(answer.document["role"]) if answer.status == HTTPStatus.OK else ""

    async def may(self, browser: Browser) -> frozenset[str]:
        """What the role of the user may do somewhere; whether it may here, each call of the API says."""
        return actions_of(await self.role(browser))

    async def without_right(self, browser: Browser, *actions: Action) -> Page | None:
        """The page for whose role may do none of these anywhere, and None for all others.

        An address is opened by a link of any other site, too. So nothing is tried that would be recorded as a denial.
        """
        answer = await self.call_api(browser, ApiCall("GET", "/users/me"))
        if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            return await self.no_answer(browser, answer)
        role = str(answer.document["role"]) if answer.status == HTTPStatus.OK else ""
        if actions_of(role).isdisjoint(actions):
            return await self.page(browser, "no_right", HTTPStatus.FORBIDDEN)
        return None

    async def _start(self, browser: Browser) -> str:
        """Where the user who is signed in begins."""
        return STARTS.get(await self.role(browser), _SEARCH)

    def _begin(self, browser: Browser, token: str) -> Page:
        """Begins a session, and ends the one before; raises TooLarge."""
        page = _to(_REASON, self._sessions.keep(self._sessions.begin(token)))
        self._sessions.end(browser.opened)
        return page

    async def _not_signed_in(self, browser: Browser, why: str, error: Exception) -> Page:
        _log.warning("nobody could be signed in at the issuer, %s: %s", why, error if why == "away" else "refused")
        status = HTTPStatus.SERVICE_UNAVAILABLE if why == "away" else HTTPStatus.FORBIDDEN
        return await self.page(browser, "sign_in_issuer", status, why=why)

    async def _sign_in(self, browser: Browser, code: str, *, tried: bool = False) -> Page:
        if self._local is None:
            return await self.page(browser, "sign_in_issuer", why="")
        opened = await run_sync(self._local.opens, code)
        wrong = tried and not opened
        status = HTTPStatus.FORBIDDEN if wrong else HTTPStatus.OK
        users = self._local.users if opened else ()
        return await self.page(browser, "sign_in", status, users=users, code=code if opened else "", wrong=wrong)

    async def _reason_page(self, browser: Browser, wrong: str = "", code: str = "", text: str = "") -> Page:
        if not wrong:
            code, _, text = browser.signed_in.reason.partition(": ")
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        shown = {"reasons": REASONS.values(), "wrong": wrong, "chosen": code, "text": text}
        runs_it = Action.OPERATION in await self.may(browser)
        return await self.page(browser, "reason", status, **shown, runs_it=runs_it)

    def now(self) -> datetime:
        """The moment."""
        return self._clock()

    async def call_api(self, browser: Browser, call: ApiCall) -> Answer:
        """What the API answers to the user who is signed in, for the reason that was stated."""
        session = browser.signed_in
        return await call_api(self._api, browser.scope, session.token, session.reason, call)

    async def not_there(self, browser: Browser) -> Page:
        """There is nothing under a number, or nothing that may be shown."""
        return await self.page(browser, "not_there", HTTPStatus.NOT_FOUND)

    async def no_answer(self, browser: Browser, answer: Answer) -> Page:
        """The page for an answer that shows nothing, with the API's detail where it helps."""
        if answer.status == HTTPStatus.UNAUTHORIZED:
            return await self.expired(browser)
        if not browser.signed_in.reason and answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return await self._reason_page(browser, "none")
        detail = answer.detail if answer.status in _EXPLAINED else ""
        return await self.page(browser, "trouble", answer.status, detail=detail)

    async def page(self, browser: Browser, name: str, status: int = HTTPStatus.OK, **shown: Any) -> Page:
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
        html = render(f"practitioner/{name}.html.jinja", **values | shown)
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
