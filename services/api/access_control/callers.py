"""Who calls, and why: bearer tokens, agencies' certificates, and reasons."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.authorization import (
    Action,
    Cause,
    Entitlement,
    Jurisdiction,
    NoReason,
    StatedReason,
    Verdict,
    decide,
    reason_of,
)
from domain.days import day_at
from domain.suspension import SUSPENDED
from services.api.access_control.refusals import Attempt
from services.api.dependencies import Dependencies
from services.api.numbers import NUMBER
from services.api.problems import Problem, problem_response
from services.auth.certificates import certified
from services.auth.tokens import Caller, Principal, TokenRefused
from services.auth.verifier import Verifier
from streams.clock import Clock, utc_now

PUBLIC = frozenset(
    {"/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs", "/docs/page.js", "/docs/page.css"}
)
"""Paths that anybody may read; nothing personal is there."""
MORE_TO_USERS = "/metrics"
"""One of them, which shows more figures to a user with a token."""

MOST_REMEMBERED = 1_000
"""Tokens that need not be verified again."""
REMEMBERED_S = 60
"""For how long: a key that its issuer withdraws still counts for so long."""

_CHALLENGE = {"WWW-Authenticate": "Bearer"}
REASON_HEADER = "Access-Reason"
_STATE_REASON = f"say why in the header {REASON_HEADER}, in UTF-8, percent-encoded where it is not ASCII"


class Permit(NamedTuple):
    """A user, the verdict of the table of rights on the call, and the attempt, recorded where more is denied."""

    entitlement: Entitlement
    verdict: Verdict
    attempt: Attempt


class Authentication:
    """An ASGI layer that lets nothing in without a valid token or certificate, but for the paths that are public."""

    def __init__(self, app: ASGIApp, verifier: Verifier, clock: Clock = utc_now) -> None:
        self._app = app
        self._verifier = verifier
        self._clock = clock
        self._verified: dict[str, tuple[Principal, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; its principal is put into the request's state."""
        if scope["type"] == "http" and (scope["path"] not in PUBLIC or _reads_as_user(scope)):
            try:
                scope.setdefault("state", {})["principal"] = await self._principal(scope)
            except TokenRefused as refused:
                await problem_response(HTTPStatus.UNAUTHORIZED, str(refused), _CHALLENGE)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _principal(self, scope: Scope) -> Principal:
        """Whom the token names, or without one the certificate; neither may speak for an agency against the other."""
        of_certificate = certified(scope, self._clock)
        given = Headers(scope=scope).getlist("Authorization")
        if not given and of_certificate is not None:
            return of_certificate
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenRefused("send one token in the header Authorization: Bearer …")
        principal = await self.verify(token.strip())
        if of_certificate and principal.kind is Caller.AGENCY and of_certificate.name != principal.name:
            raise TokenRefused
        return principal

    async def verify(self, token: str) -> Principal:
        """Whom a token names; one that was verified a moment ago is believed. Raises TokenRefused."""
        now = self._clock().timestamp()
        known, until = self._verified.get(token, (None, 0.0))
        if known is not None and until > now:
            return known
        self._verified.pop(token, None)
        principal = await self._verifier.verify(token)
        if len(self._verified) >= MOST_REMEMBERED:
            self._verified.clear()
        self._verified[token] = principal, min(principal.expires, now + REMEMBERED_S)
        return principal


def _reads_as_user(scope: Scope) -> bool:
    return scope["path"] == MORE_TO_USERS and "Authorization" in Headers(scope=scope)


def is_anybody(request: Request) -> bool:
    """Whether the caller of a public path has given no name."""
    return not hasattr(request.state, "principal")


def principal_of(request: Request) -> Principal:
    """Who calls."""
    principal: Principal = request.state.principal
    return principal


def require_user(
    dependencies: Dependencies, request: Request, action: Action, children: Sequence[str] = ()
) -> Entitlement:
    """The entitlement of the user who calls; raises Problem 403 for an agency, Denied where nothing was granted."""
    principal = principal_of(request)
    if principal.kind is not Caller.USER:
        raise Problem(
            HTTPStatus.FORBIDDEN, "only a user may look; an agency's token may submit and read its own receipts"
        )
    entitlement = dependencies.entitlements.of(principal.name)
    if entitlement is None:
        raise Attempt(principal.name, None, action, _numbers(request, children)).denied(
            Cause.NOT_GRANTED, "this user is not registered; add the user with `contactpoint users add FILE`"
        )
    return entitlement


def permitted(
    dependencies: Dependencies,
    request: Request,
    action: Action,
    place: Callable[[Entitlement], Jurisdiction],
    children: Sequence[str] = (),
) -> Permit:
    """The user and the verdict of the table of rights; raises Problem 403 for an agency, Denied where it denies.

    `children` are numbers that a body names; one in the path is known here.
    """
    entitlement = require_user(dependencies, request, action, children)
    attempt = Attempt(entitlement.user, entitlement.role.value, action, _numbers(request, children))
    verdict = decide(entitlement, action, day_at(dependencies.now()), place(entitlement))
    if verdict.denied:
        raise attempt.denied(verdict.cause or Cause.ROLE, verdict.why)
    return Permit(entitlement, verdict, attempt)


def _numbers(request: Request, children: Sequence[str]) -> list[str]:
    """The numbers in the call that could be a child's; a denial records no other text of the call."""
    named = [*children, request.path_params.get("child", "")]
    return [number for each in named if NUMBER.fullmatch(number := each.lower())]


def require_agency(dependencies: Dependencies, request: Request) -> str:
    """The agency's code; raises Problem 403 for a user, and for an agency that is suspended or not in the register."""
    principal = principal_of(request)
    if principal.kind is not Caller.AGENCY:
        raise Problem(HTTPStatus.FORBIDDEN, "only an agency may submit; this is a user's token")
    if principal.name not in dependencies.agencies:
        raise Problem(HTTPStatus.FORBIDDEN, "this agency is not registered; ask the directory's data managers")
    if principal.name in dependencies.suspended:
        raise Problem(HTTPStatus.FORBIDDEN, SUSPENDED.message, code=SUSPENDED.code)
    return principal.name


def stated_in_header(request: Request, attempt: Attempt) -> StatedReason:
    """The reason that the header states; raises Denied 422."""
    raw = request.headers.get(REASON_HEADER, "")
    try:
        text = unquote(raw.encode("latin-1").decode("utf-8"), errors="strict")
    except UnicodeError:
        raise attempt.denied(Cause.NO_REASON, _STATE_REASON, HTTPStatus.UNPROCESSABLE_ENTITY) from None
    return stated(text, _STATE_REASON, attempt)


def stated(text: str, instruction: str, attempt: Attempt) -> StatedReason:
    """The reason that a text states; where it states none, raises Denied 422 with a detail that begins so."""
    try:
        return reason_of(text)
    except NoReason as lacking:
        detail = f"{instruction}: {lacking}"
        raise attempt.denied(Cause.NO_REASON, detail, HTTPStatus.UNPROCESSABLE_ENTITY) from None
