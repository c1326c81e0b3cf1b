"""New identities over HTTP: requested and confirmed by two data managers; what is closed, for a custodian alone."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action, Cause, jurisdiction_over
from domain.authorization import decide as rights
from domain.child.new_identity import Ground
from projections.directory.query import closed_child
from projections.new_identities.query import closed_records, given, waiting
from projections.reports.authorities import charges
from projections.visibility.shields import custodians
from services.api.access_control.looks import ReasonHeader, Viewer, viewer, viewer_of_a_child
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.numbers import child_number
from services.api.problems import Problem, absent
from services.api.routes._current_children import current_children
from services.api.routes._queue_page import has_readable_pair
from services.api.routes.steward_decisions import answer_of, decide, decided, ruling_of
from services.api.schemas.entry import Entry
from services.api.schemas.new_identities import (
    ClosedIdentities,
    Confirmation,
    Decided,
    NewIdentity,
    Opening,
    RequestedIdentities,
)
from services.submission_contract.decisions import DecisionType

_CODES = f"the reason is one of {', '.join(get_args(Ground))}, and no more words"
_UNDECIDED = "decide first, in the queue of possible duplicates, whether this child is one with another"
_DECIDED = decided(Decided)


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about new identities."""
    calls = APIRouter(tags=["new identities"])

    @calls.post("/children/{child}/new-identity", responses=_DECIDED)
    def request_one(request: Request, child: str, command: NewIdentity) -> Response:
        """Requests that a child begins anew as somebody else; another data manager has to confirm it."""
        who = viewer_of_a_child(dependencies, request, Action.NEW_IDENTITY_REQUEST, command.reason)
        expected = [each.model_dump() for each in command.expected]
        return _decide(who, DecisionType.NEW_IDENTITY_REQUEST, child, {"expected": expected})

    @calls.post("/children/{child}/new-identity/confirm", responses=_DECIDED)
    def confirm(request: Request, child: str, why: Confirmation) -> Response:
        """Closes a child for ever to everybody but a custodian of identities, as another data manager has requested."""
        who = viewer_of_a_child(dependencies, request, Action.NEW_IDENTITY_CONFIRM, why.reason)
        return _decide(who, DecisionType.NEW_IDENTITY_CONFIRM, child, {})

    @calls.get("/new-identities/requested", responses={200: {"model": RequestedIdentities}, **problems(401, 403, 422)})
    def requested(request: Request, _: ReasonHeader = None) -> Response:
        """What waits to be confirmed, of children whom the user may decide about."""
        who = viewer_of_a_child(dependencies, request, Action.NEW_IDENTITY_CONFIRM)
        return json_answer({"requested": _waiting(who)})

    @calls.get("/new-identities", responses={200: {"model": ClosedIdentities}, **problems(401, 403, 422, 503)})
    def closed(request: Request, _: ReasonHeader = None) -> Response:
        """Every closed child, and every record that was closed for naming one."""
        who = viewer(dependencies, request, Action.NEW_IDENTITIES)
        with dependencies.reading() as cursor:
            children = given(cursor, dependencies.keys)
            records = closed_records(cursor, dependencies.keys)
        who.record({}, [each.child for each in children])
        return json_answer(
            {
                "given": [each._asdict() for each in children],
                "closed_records": [each._asdict() for each in records],
            }
        )

    @calls.get("/new-identities/{child}", responses={200: {"model": Entry}, **problems(401, 403, 404, 422, 503)})
    def show(request: Request, child: str, _: ReasonHeader = None) -> Response:
        """The entry of a closed child, or of one with closed records, as it stands with them."""
        who = viewer(dependencies, request, Action.NEW_IDENTITIES)
        number = child_number(child)
        with dependencies.reading() as cursor:
            entry = closed_child(cursor, dependencies.keys, number, who.read_scope)
        who.record({"child": number}, count=0 if entry is None else 1)
        if entry is None:
            raise absent()
        return json_answer({**entry, "position": None})

    @calls.post("/closed-records/open", responses=_DECIDED)
    def open_record(request: Request, opening: Opening) -> Response:
        """Opens a record that was closed for naming a closed child, and is somebody else's."""
        who = viewer_of_a_child(dependencies, request, Action.CLOSED_RECORD_OPEN, opening.reason, [opening.child])
        number = child_number(opening.child)
        with dependencies.reading() as cursor:
            known = any(each.child == number for each in closed_records(cursor, dependencies.keys))
        look = who.record({"child": number}, [number] if known else [])
        if not known:
            raise absent()
        return _sent(who, look, DecisionType.RECORD_OPEN, number, {"record": opening.record.model_dump()})

    return calls


def _decide(who: Viewer, kind: DecisionType, child: str, more: Mapping[str, Any]) -> Response:
    if who.reason not in get_args(Ground):
        raise who.attempt.denied(Cause.NO_REASON, _CODES, HTTPStatus.UNPROCESSABLE_ENTITY)
    look, (number,) = current_children(who, {"child": child})
    with who.reading_of_all() as cursor:
        undecided = has_readable_pair(who, cursor, number)
    if undecided:
        raise Problem(HTTPStatus.CONFLICT, _UNDECIDED, code="undecided-pairs")
    return _sent(who, look, kind, number, more)


def _sent(who: Viewer, look: str, kind: DecisionType, child: str, more: Mapping[str, Any]) -> Response:
    taken = decide(who.dependencies, look, kind, child, ruling_of(who, child=child, **more))
    return answer_of(taken, child=child)


def _waiting(who: Viewer) -> list[dict[str, Any]]:
    """What waits for a second data manager, where the user may decide it."""
    with who.reading_of_all() as cursor:
        found = waiting(cursor, who.dependencies.keys)
        in_custody = custodians(cursor, [each.child for each in found])
        about = charges(cursor, [each.child for each in found])
    own = [
        each
        for each, charge in zip(found, about, strict=True)
        if (each.child not in in_custody or who.keeps(in_custody[each.child]))
        and not rights(
            who.entitlement, who.action, who.today, jurisdiction_over(who.entitlement.authority, charge)
        ).denied
    ]
    who.record({}, [each.child for each in own])
    return [each._asdict() for each in own]
