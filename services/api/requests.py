"""Corrections and objections over HTTP: asked for, listed, answered. None of them changes data by itself."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.access.requests import RequestKind
from domain.protection import Action
from projections.directory.query import children_known
from projections.directory.survivors import survivor
from projections.requests.query import requests as stored_requests
from services.api.answers import json_answer, problems
from services.api.callers import checked_reason, require_user
from services.api.entitled import entitled_children, entitled_to_child
from services.api.looks import Looker, ReasonHeader, looker
from services.api.numbers import child_number
from services.api.parts import Parts
from services.api.problems import Problem, absent
from services.api.shapes import AnswerRequest, AskCorrection, Requests, RequestTaken
from streams.request_log import AlreadyAnswered, Noted

MOST_LISTED = 500
_SAY_WHY = "give the reason why you do this, in 3 to 500 characters"
_TAKEN = "this request has its answer; take down a new one"


def router(parts: Parts) -> APIRouter:
    """The calls about what carers and children ask for."""
    calls = APIRouter(tags=["corrections"])

    @calls.post(
        "/children/{child}/corrections",
        status_code=HTTPStatus.CREATED,
        responses={201: {"model": RequestTaken}, **problems(401, 403, 404, 422, 503)},
    )
    def ask(request: Request, child: str, asked: AskCorrection) -> Response:
        """Takes down that something held of a child is said to be wrong, or is objected to."""
        who = _officer(parts, request, asked.reason)
        return json_answer(_ask(who, child_number(child), asked), HTTPStatus.CREATED)

    @calls.get("/corrections", responses={200: {"model": Requests}, **problems(401, 403, 422, 503)})
    def listing(
        request: Request,
        _: ReasonHeader = None,
        is_open: Annotated[bool | None, Query(alias="open", description="only open ones, or only answered")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED,
    ) -> Response:
        """Requests about children of the own authority, the oldest first."""
        return json_answer({"requests": _list(looker(parts, request), is_open, limit)})

    @calls.post(
        "/corrections/{number}/answer", responses={200: {"model": RequestTaken}, **problems(401, 403, 404, 409, 422, 503)}
    )
    def answer(request: Request, number: str, said: AnswerRequest) -> Response:
        """Ends a request, and says what becomes of it."""
        return json_answer(_answer(_officer(parts, request, said.reason), child_number(number), said))

    return calls


def _officer(parts: Parts, request: Request, reason: str) -> Looker:
    return Looker(parts, require_user(parts, request), checked_reason(reason, _SAY_WHY))


def _ask(who: Looker, child: str, asked: AskCorrection) -> dict[str, Any]:
    child = _there(who, child, "ask")
    said = {"child": child, "asked_by": asked.asked_by, "text": asked.text, "user": who.user, "reason": who.reason}
    noted = who.parts.requests.begin(RequestKind(asked.kind), who.parts.now(), **said)
    return _noted(noted, child)


def _there(who: Looker, child: str, doing: str) -> str:
    """The child that a number means, recorded as looked at; raises Problem 403, and 404 where it is not there."""
    with who.parts.reading() as cursor:
        entitled_to_child(cursor, who, Action.CORRECT, child)
        means = survivor(cursor, child)
        there = children_known(cursor, [means])
    who.record(Action.CORRECT, {"child": child, "doing": doing}, sorted(there))
    if means not in there:
        raise absent()
    return means


def _list(who: Looker, is_open: bool | None, limit: int) -> list[dict[str, Any]]:
    parts, today = who.parts, who.parts.now().date()
    with parts.reading() as cursor:
        children = entitled_children(cursor, who, Action.CORRECT)
        found = stored_requests(cursor, parts.access_keys, today, children=children, is_open=is_open, limit=limit)
    who.record(Action.CORRECT, {"doing": "list"}, sorted({each["child"] for each in found}), len(found))
    return found


def _answer(who: Looker, number: str, said: AnswerRequest) -> dict[str, Any]:
    child = who.parts.requests.child_of(number)
    if child is None:
        who.record(Action.CORRECT, {"request": number, "doing": "answer"})
        raise absent()
    _there(who, child, "answer")
    told = {"child": child, "outcome": said.outcome, "text": said.text, "user": who.user, "reason": who.reason}
    try:
        return _noted(who.parts.requests.answer(number, who.parts.now(), **told), child)
    except AlreadyAnswered:
        raise Problem(HTTPStatus.CONFLICT, _TAKEN, code="already-answered") from None


def _noted(noted: Noted, child: str) -> dict[str, Any]:
    return {**noted._asdict(), "child": child}
