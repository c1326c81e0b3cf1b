"""Watching the watchers over HTTP: what stands out in how the directory is looked at."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.days import begin_of
from services.api.access_control.callers import require_user
from services.api.access_control.looks import ReasonHeader, Viewer, viewer
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem, absent
from services.api.registered import known_authority
from services.api.schemas.monitoring import AccessReport, UserLooks
from services.queries.access_report import AuditQuery, Keys, TooMany, access_report, looks_of_user
from streams.access.users import load_users
from streams.codec import iso_text

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
MOST_IN_A_LOOK = 1_000
"""Children of one access event."""
_BAD_PERIOD = "from, to: give days such as 2026-11-01, the first not after the last, a year at most"
_TOO_MANY = "that is more than one report can be made of; ask for a shorter period, one authority or one user"


class _Period(NamedTuple):
    first: date
    last: date


def router(dependencies: Dependencies) -> APIRouter:
    """The calls for the access report, and for the looks of one user."""
    calls = APIRouter(tags=["access"])

    @calls.get("/access/report", responses={200: {"model": AccessReport}, **problems(401, 403, 422, 503)})
    def report(
        request: Request,
        _: ReasonHeader = None,
        first: Annotated[str | None, Query(alias="from", description="the first day; default 30 before")] = None,
        last: Annotated[str | None, Query(alias="to", description="the last day; default today")] = None,
        authority: Annotated[
            str | None,
            Query(description="only users of this authority, by ONS code or name; by default the user's own"),
        ] = None,
        user: Annotated[str | None, Query(min_length=1, max_length=100, description="only this user")] = None,
    ) -> Response:
        """What stands out in the looks of a period. Children are numbers; a finding is a reason to ask, no proof."""
        own = require_user(dependencies, request, Action.ACCESS_REPORT).authority
        place = known_authority(dependencies, authority, own)
        who = viewer(dependencies, request, Action.ACCESS_REPORT, place)
        return json_answer(_report(who, _period(who, first, last), place, user))

    @calls.get("/looks", responses={200: {"model": UserLooks}, **problems(401, 403, 404, 422, 503)})
    def looks(
        request: Request,
        by: Annotated[str, Query(min_length=1, max_length=100, description="the user who looked")],
        _: ReasonHeader = None,
        first: Annotated[str | None, Query(alias="from", description="the first day; default 30 before")] = None,
        last: Annotated[str | None, Query(alias="to", description="the last day; default today")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_IN_A_LOOK)] = MOST_IN_A_LOOK,
    ) -> Response:
        """The looks of one user in a period, latest first; without children whom the reader may not know of."""
        own = require_user(dependencies, request, Action.ACCESS_REPORT).authority
        who = viewer(dependencies, request, Action.ACCESS_REPORT, own)
        return json_answer(_looks(who, by, _period(who, first, last), own, limit))

    return calls


def _looks(who: Viewer, user: str, period: _Period, authority: str | None, limit: int) -> dict[str, Any]:
    dependencies = who.dependencies
    query = _query(who, period, authority, user)
    with dependencies.reading() as cursor:
        try:
            found = looks_of_user(cursor, _keys(dependencies), load_users(cursor), query, limit)
        except TooMany:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _TOO_MANY) from None
    parameters = {"user": user, "from": period.first.isoformat(), "to": period.last.isoformat()}
    children = sorted({child for look in found or () for child in look["children"]})
    for place in range(0, max(1, len(children)), MOST_IN_A_LOOK):
        who.record(parameters, children[place : place + MOST_IN_A_LOOK])
    if found is None:
        raise absent()
    if not who.may_count_events:
        found = [{**look, "position": None} for look in found]
    return {**parameters, "looks": found}


def _query(who: Viewer, period: _Period, authority: str | None, user: str | None) -> AuditQuery:
    begin, end = (iso_text(begin_of(day)) for day in (period.first, period.last + timedelta(days=1)))
    return AuditQuery(begin, end, authority, user, who.cleared)


def _keys(dependencies: Dependencies) -> Keys:
    return Keys(dependencies.keys, dependencies.access_keys)


def _report(who: Viewer, period: _Period, authority: str | None, user: str | None) -> dict[str, Any]:
    dependencies = who.dependencies
    query = _query(who, period, authority, user)
    with dependencies.reading() as cursor:
        people = load_users(cursor)
        try:
            found = access_report(
                cursor, _keys(dependencies), people, dependencies.watch.organisations, query, who.today
            )
        except TooMany:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _TOO_MANY) from None
    parameters = {"from": period.first.isoformat(), "to": period.last.isoformat(), "authority": authority, "user": user}
    children = _children(found)
    for place in range(0, max(1, len(children)), MOST_IN_A_LOOK):
        given = {name: value for name, value in parameters.items() if value}
        who.record(given, children[place : place + MOST_IN_A_LOOK])
    return {**parameters, **found}


def _children(found: dict[str, Any]) -> list[str]:
    """Every child whose number is in the report."""
    findings = [*found["same_name"], *found["same_address"], *found["unfollowed"]["users"]]
    return sorted({child for finding in findings for child in finding["children"]})


def _period(who: Viewer, first: str | None, last: str | None) -> _Period:
    try:
        until = date.fromisoformat(last) if last else who.today
        since = date.fromisoformat(first) if first else until - USUAL
        if not timedelta(0) <= until - since <= LONGEST or until == date.max:
            raise ValueError
    except (ValueError, OverflowError):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _BAD_PERIOD) from None
    return _Period(since, until)
