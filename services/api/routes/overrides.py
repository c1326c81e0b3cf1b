"""Overriding a shield: the child is shown for two minutes, the authority notified, and an investigation opened."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import REASONS, Action, Cause
from domain.child.stewardship import TOO_MANY_TODAY
from domain.places import addressee
from projections.directory import query as directory
from projections.directory.redaction import RedactedEntry
from projections.overrides.query import investigation, investigations
from projections.reports.authorities import authorities_to_notify
from projections.visibility.survivors import survivor
from services.api.access_control.looks import ReasonHeader, Viewer, viewer, viewer_of_a_child
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.numbers import NUMBER
from services.api.problems import Problem, absent
from services.api.schemas.decisions import Why
from services.api.schemas.overrides import Investigations, Overridden
from services.registers import load_agencies
from streams.access.overrides import Closing, Override, OverridesUsedUp
from streams.codec import iso_text

MOST_AT_ONCE = 500
LAST = 2**53 - 1
"""No position is greater; a number that JSON can't hold can't be recorded either."""
WARNING = (
    "This child is shielded. You see the entry by an override, which the authority was told of and somebody will look"
    " into; tell nobody where the child is who does not have to know."
)
_NOT_SHIELDED = "this child is not shielded; there is nothing to override"
_IN_WORDS = "say in words why you override the shield, in the field `reason`; a code alone is not enough"
_OWN = "whoever overrode the shield can not close its investigation; ask somebody else"


def router(dependencies: Dependencies) -> APIRouter:
    """The calls that override a shield, and those that investigate it afterwards."""
    calls = APIRouter(tags=["shields"])

    @calls.post(
        "/children/{child}/override",
        responses={200: {"model": Overridden}, **problems(401, 403, 404, 409, 422, 503)},
    )
    def override(request: Request, child: str, why: Why) -> Response:
        """Shows the user a shielded child for two minutes; its authority is notified, and has to investigate."""
        return json_answer(
            _override(viewer_of_a_child(dependencies, request, Action.OVERRIDE, why.reason), child.lower())
        )

    @calls.get("/investigations", responses={200: {"model": Investigations}, **problems(401, 403, 422, 503)})
    def listed(
        request: Request,
        _: ReasonHeader = None,
        closed: Annotated[bool, Query(description="those that were closed too")] = False,
        after: Annotated[int, Query(ge=0, le=LAST, description="a position: the page begins behind it")] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 100,
    ) -> Response:
        """Overrides that somebody has to look into, oldest first."""
        who = viewer(dependencies, request, Action.INVESTIGATIONS)
        found, last = _investigations(who, closed, after, limit)
        more = {"closed": str(closed).lower(), "after": last, "limit": limit}
        headers = next_page("/investigations", more) if last else {}
        return json_answer({"investigations": found}, headers=headers)

    @calls.post(
        "/investigations/{id_}/close",
        responses={200: {"model": Investigations}, **problems(401, 403, 404, 409, 422, 503)},
    )
    def close(request: Request, id_: str, why: Why) -> Response:
        """Closes an investigation with its outcome; it leaves the list as soon as the views show that."""
        return json_answer(
            _close(viewer_of_a_child(dependencies, request, Action.INVESTIGATIONS, why.reason), id_.lower())
        )

    return calls


def _override(who: Viewer, child: str) -> dict[str, Any]:
    if who.reason in REASONS:
        raise who.attempt.denied(Cause.NO_REASON, _IN_WORDS, HTTPStatus.UNPROCESSABLE_ENTITY)
    redacted = whole(who, child)
    who.record({"child": child} if redacted else {}, [redacted.child] if redacted else [])
    if redacted is None or redacted.entry is None:
        raise absent()
    if not redacted.entry["shielded"]:
        raise Problem(HTTPStatus.CONFLICT, _NOT_SHIELDED, code="not-shielded")
    notified = _notified(who, redacted.child)
    now, most = who.dependencies.now(), who.dependencies.most_overrides
    made = Override(who.user, who.reason, redacted.child, str(uuid4()), now, notified, most)
    try:
        who.dependencies.access_log.append(made)
    except OverridesUsedUp:
        raise Problem(HTTPStatus.CONFLICT, TOO_MANY_TODAY.message, code=TOO_MANY_TODAY.code) from None
    until = iso_text(made.until)
    return {"child": redacted.child, "until": until, "investigation": made.investigation, "warning": WARNING}


def _notified(who: Viewer, child: str) -> list[str]:
    """Whoever takes care of the shield, if registered: each authority that is has a topic, and any other has none."""
    with who.dependencies.reading() as cursor:
        registered = {place for each in load_agencies(cursor).values() if (place := each.notified_authority)}
        place = addressee(authorities_to_notify(cursor, [child]).get(child), registered)
    return [place] if place in registered else []


def whole(who: Viewer, child: str) -> RedactedEntry | None:
    """A child behind its shield, to decide what may be done, never to be shown; None where there is no such child."""
    if not NUMBER.fullmatch(child):
        return None
    with who.reading_of_all() as cursor:
        number = survivor(cursor, child, cleared=who.cleared)
        redacted = directory.redacted_entries(
            cursor, who.dependencies.keys, [number], who.today, cleared=who.cleared, opened=[number]
        )
        listed = who.shown(cursor, [each.child for each in redacted if each.entry])
    return next((each for each in redacted if each.child in listed), None)


def _investigations(who: Viewer, closed: bool, after: int, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    with who.reading_of_all() as cursor:
        found = investigations(cursor, who.dependencies.access_keys, closed=closed, after=after, limit=limit)
    who.record({"closed": closed, "after": after, "limit": limit}, sorted({each["child"] for each in found}))
    return found, found[-1]["position"] if len(found) == limit else None


def _close(who: Viewer, id_: str) -> dict[str, Any]:
    """Closes an investigation about a child that the user's authority is in charge of; any other is absent."""
    found = None
    if NUMBER.fullmatch(id_):
        with who.reading_of_all() as cursor:
            found = investigation(cursor, who.dependencies.access_keys, id_)
            if found and who.refusal_about(cursor, [survivor(cursor, found["child"], cleared=who.cleared)]):
                found = None
    who.record({}, [found["child"]] if found else [])
    if found is None:
        raise absent()
    if found["closed_at"]:
        raise Problem(HTTPStatus.CONFLICT, "this investigation was closed before", code="closed-before")
    if found["used_by"] == who.user:
        raise who.attempt.denied(Cause.OWN_CASE, _OWN)
    who.dependencies.access_log.append(Closing(who.user, who.reason, found["child"], id_))
    return {"investigations": [found | {"closed_by": who.user, "findings": who.reason}]}
