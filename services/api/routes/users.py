"""Users over HTTP: an administrator grants and revokes within the own authority; each of it is an event."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.agency import Agency
from domain.authorization import Action, Cause, Entitlement, jurisdiction, refusal_to_grant, refusal_to_revoke
from domain.places import is_one_place
from services.api.access_control.callers import permitted, principal_of
from services.api.access_control.looks import ReasonHeader, Viewer, viewer
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem, absent
from services.api.schemas.users import Grant, Granted, Revocation, UserShown
from services.auth.tokens import Caller
from services.registers import BadUser, user_document, user_of
from streams.access.appender import SOURCE
from streams.access.grants import Granter
from streams.access.users import load_users


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about users."""
    calls = APIRouter(tags=["users"])

    @calls.get("/users", responses={200: {"model": list[UserShown]}, **problems(401, 403, 422, 503)})
    def users(request: Request, _: ReasonHeader = None) -> Response:
        """The users of the caller's authority, or all for whoever works for the whole directory."""
        own = permitted(dependencies, request, Action.USERS_LIST, _at_home).entitlement.authority
        return json_answer(_list(viewer(dependencies, request, Action.USERS_LIST, own), own))

    @calls.get("/users/me", responses={200: {"model": UserShown}, **problems(401, 404, 503)})
    def own_right(request: Request) -> Response:
        """What the caller was granted, which is no look; absent of an agency, and where nothing was granted."""
        principal = principal_of(request)
        held = dependencies.entitlements.of(principal.name) if principal.kind is Caller.USER else None
        if held is None:
            raise absent()
        return json_answer(user_document(held))

    @calls.post("/users", responses={200: {"model": Granted}, **problems(401, 403, 422, 503)})
    def grant(request: Request, grant: Grant, _: ReasonHeader = None) -> Response:
        """Grants a user a right, or changes it to just this; never to oneself, elsewhere, or for sensitive services."""
        who = viewer(dependencies, request, Action.USERS_GRANT, grant.authority)
        wanted = _wanted(grant)
        agency = dependencies.employers.agency_called(wanted.organisation)
        changed = dependencies.users.grant(
            [wanted], _granter(who), lambda now, after: _allow_grant(who, now, after, agency)
        )
        dependencies.entitlements.forget(wanted.user)
        return json_answer({"user": wanted.user, "changed": bool(changed)})

    @calls.post("/users/revoke", responses={200: {"model": Granted}, **problems(401, 403, 404, 422, 503)})
    def revoke(request: Request, revocation: Revocation, _: ReasonHeader = None) -> Response:
        """Takes a user's right away; within 2 seconds nothing more is shown to the user."""
        own = permitted(dependencies, request, Action.USERS_REVOKE, _at_home).entitlement.authority
        who = viewer(dependencies, request, Action.USERS_REVOKE, own)
        if not dependencies.users.revoke(revocation.name, _granter(who), lambda now, _: _allow_revocation(who, now)):
            raise absent()
        dependencies.entitlements.forget(revocation.name)
        return json_answer({"user": revocation.name, "changed": True})

    return calls


def _at_home(entitlement: Entitlement) -> Any:
    return jurisdiction(entitlement.authority, entitlement.authority)


def _list(who: Viewer, authority: str | None) -> list[dict[str, Any]]:
    with who.dependencies.reading() as cursor:
        known = load_users(cursor).values()
    shown = [user_document(user) for user in known if authority is None or is_one_place(authority, user.authority)]
    who.record({}, count=len(shown))
    return shown


def _wanted(grant: Grant) -> Entitlement:
    fields = {name: str(value) for name, value in grant.model_dump().items() if value is not None}
    try:
        return user_of(fields)
    except BadUser as bad:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(bad)) from None


def _granter(who: Viewer) -> Granter:
    return Granter(who.user, SOURCE, who.reason)


def _allow_grant(who: Viewer, now: Entitlement | None, after: Entitlement, agency: Agency | None) -> None:
    if refused := refusal_to_grant(who.entitlement, now, after, agency):
        raise who.attempt.denied(Cause.GRANTING, refused)


def _allow_revocation(who: Viewer, now: Entitlement | None) -> None:
    """What is elsewhere is answered like what is nowhere."""
    if now and (refused := refusal_to_revoke(who.entitlement, now)):
        raise who.attempt.denied(Cause.GRANTING, refused) if now.user == who.user else absent()
