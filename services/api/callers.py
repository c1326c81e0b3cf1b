"""Who calls, and why: bearer tokens and reasons."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

from fastapi import Request
from joserfc.jwk import OctKey
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.protection import Action, NoReason, Standing, Stated, Verdict, Where, decide, reason_of
from services.api.parts import Parts
from services.api.problems import Problem, problem_response
from services.tokens import Caller, Principal, TokenRefused, verify

PUBLIC = frozenset(
    {"/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs", "/docs/page.js", "/docs/page.css"}
)
"""What anybody may ask for; nothing personal is there."""

MOST_REMEMBERED = 1_000
"""Tokens that need not be verified again."""

_CHALLENGE = {"WWW-Authenticate": "Bearer"}
REASON_HEADER = "Access-Reason"
_SAY_WHY = f"say why in the header {REASON_HEADER}, in UTF-8, percent-encoded where it is not ASCII"


class Permit(NamedTuple):
    """A user, and what the table of rights says of what the user asks."""

    standing: Standing
    verdict: Verdict


class Authentication:
    """An ASGI layer that lets nothing in without a valid token, but for the paths that are public."""

    def __init__(self, app: ASGIApp, key: OctKey) -> None:
        self._app = app
        self._key = key
        self._verified: dict[str, Principal] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; its principal is put into the request's state."""
        if scope["type"] == "http" and scope["path"] not in PUBLIC:
            try:
                scope.setdefault("state", {})["principal"] = self._principal(scope)
            except TokenRefused as refused:
                await problem_response(HTTPStatus.UNAUTHORIZED, str(refused), _CHALLENGE)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _principal(self, scope: Scope) -> Principal:
        scheme, _, token = Headers(scope=scope).get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenRefused("send a token in the header Authorization: Bearer …")
        return self._verify(token.strip())

    def _verify(self, token: str) -> Principal:
        """Whom a token names; one that was verified before is believed until it expires."""
        known = self._verified.get(token)
        if known is not None and known.expires > time.time():
            return known
        self._verified.pop(token, None)
        principal = verify(self._key, token)
        if len(self._verified) >= MOST_REMEMBERED:
            self._verified.clear()
        self._verified[token] = principal
        return principal


def principal_of(request: Request) -> Principal:
    """Who calls."""
    principal: Principal = request.state.principal
    return principal


def require_user(parts: Parts, request: Request) -> Standing:
    """How the user stands who calls; raises Problem 403 for an agency and for a user to whom nothing was granted."""
    principal = principal_of(request)
    if principal.kind is not Caller.USER:
        raise Problem(
            HTTPStatus.FORBIDDEN, "only a user may look; an agency's token may submit and read its own receipts"
        )
    standing = parts.standings.of(principal.name)
    if standing is None:
        raise Problem(
            HTTPStatus.FORBIDDEN, "this user is not registered; add the user with `contactpoint users add FILE`"
        )
    return standing


def permitted(parts: Parts, request: Request, action: Action, place: Callable[[Standing], Where]) -> Permit:
    """The user and the verdict of the table of rights; raises Problem 403 where it denies."""
    standing = require_user(parts, request)
    verdict = decide(standing, action, parts.now().date(), place(standing))
    if verdict.denied:
        raise Problem(HTTPStatus.FORBIDDEN, verdict.why)
    return Permit(standing, verdict)


def require_agency(parts: Parts, request: Request) -> str:
    """The agency's code; raises Problem 403 for a user and for an agency that the register does not name."""
    principal = principal_of(request)
    if principal.kind is not Caller.AGENCY:
        raise Problem(HTTPStatus.FORBIDDEN, "only an agency may submit; this is a user's token")
    if principal.name not in parts.agencies:
        raise Problem(HTTPStatus.FORBIDDEN, "this agency is not registered; ask the directory's data managers")
    return principal.name


def stated_in_header(request: Request) -> Stated:
    """Why the user looks, from the header; raises Problem 422."""
    raw = request.headers.get(REASON_HEADER, "")
    try:
        text = unquote(raw.encode("latin-1").decode("utf-8"), errors="strict")
    except UnicodeError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _SAY_WHY) from None
    return stated(text, _SAY_WHY)


def stated(text: str, say_why: str) -> Stated:
    """A reason as the list of reasons takes it; raises Problem 422, which says `say_why`, where it is not one."""
    try:
        return reason_of(text)
    except NoReason as lacking:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{say_why}: {lacking}") from None
