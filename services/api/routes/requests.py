"""Corrections and objections over HTTP: asked for, listed, answered. None of them changes data by itself."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.subject_access.requests import RequestKind
from projections.directory.query import entry
from projections.reports.authorities import authorities_of
from projections.requests.query import children_with_requests
from projections.requests.query import requests as stored_requests
from projections.visibility.survivors import survivor
from services.api.access_control.looks import ReasonHeader, Viewer, viewer_of_a_child
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.numbers import child_number
from services.api.problems import Problem, absent
from services.api.schemas.monitoring import AnswerRequest, AskCorrection, Requests, RequestTaken
from streams.access.request_log import AlreadyAnswered, RecordedRequest
from streams.store.database import Cursor

MOST_LISTED = 500
_ANSWER_ERRORS = problems(401, 403, 404, 409, 422, 503)
_TAKEN = "this request has its answer; take down a new one"


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about what carers and children ask for."""
    calls = APIRouter(tags=["corrections"])

    @calls.post(
        "/children/{child}/corrections",
        status_code=HTTPStatus.CREATED,
        responses={201: {"model": RequestTaken}, **problems(401, 403, 404, 422, 503)},
    )
    def ask(request: Request, child: str, asked: AskCorrection) -> Response:
        """Takes down that something held of a child is said to be wrong, or is objected to."""
        who = viewer_of_a_child(dependencies, request, Action.CORRECT, asked.reason)
        return json_answer(_ask(who, child_number(child), asked), HTTPStatus.CREATED)

    @calls.get("/corrections", responses={200: {"model": Requests}, **problems(401, 403, 422, 503)})
    def listing(
        request: Request,
        _: ReasonHeader = None,
        is_open: Annotated[bool | None, Query(alias="open", description="only open ones, or only answered")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = MOST_LISTED,
    ) -> Response:
        """Requests about children of the own authority, the oldest first."""
        return json_answer(
            {"requests": _list(viewer_of_a_child(dependencies, request, Action.CORRECT), is_open, limit)}
        )

    @calls.post(
        "/corrections/{number}/answer",
        responses={200: {"model": RequestTaken}, **problems(401, 403, 404, 409, 422, 503)},
    )
    def answer(request: Request, number: str, said: AnswerRequest) -> Response:
        """Ends a request, and says what becomes of it."""
        return json_answer(
            _answer(viewer_of_a_child(dependencies, request, Action.CORRECT, said.reason), child_number(number), said)
        )

    return calls


def _ask(who: Viewer, child: str, asked: AskCorrection) -> dict[str, Any]:
    child = _there(who, child, "ask")
    said = {"child": child, "asked_by": asked.asked_by, "text": asked.text, "user": who.user, "reason": who.reason}
    noted = who.dependencies.watch.requests.begin(RequestKind(asked.kind), who.dependencies.now(), **said)
    return _noted(noted, child)


def _there(who: Viewer, child: str, doing: str) -> str:
    """The child that a number means, recorded as looked at; raises Problem 403, and 404 where it is not there."""
    with who.dependencies.reading() as cursor:
        found = entry(cursor, who.dependencies.keys, child, today=who.today)
        place = authorities_of(cursor, [found["child"]]) if found else {}
    refused = who.refusal_about([_living_in(place.get(found["child"]))]) if found else absent()
    who.record({"child": child, "doing": doing}, [found["child"]] if found and not refused else [])
    if found is None or refused:
        raise refused or absent()
    return str(found["child"])


def _living_in(authority: str | None) -> dict[str, Any]:
    """As much of an entry as says where a child lives, which a shield does not hide from this question."""
    return {"addresses": [{"authority": authority}]}


def _list(who: Viewer, is_open: bool | None, limit: int) -> list[dict[str, Any]]:
    """Requests about children who live in the user's authority, or anywhere for a user of the whole directory."""
    own = who.entitlement.authority
    with who.dependencies.reading() as cursor:
        children = None if own is None else _of_authority(cursor, own)
        keys = who.dependencies.access_keys
        found = stored_requests(cursor, keys, who.today, children=children, is_open=is_open, limit=limit)
    who.record({"doing": "list"}, sorted({each["child"] for each in found}), len(found))
    return found


def _of_authority(cursor: Cursor, authority: str) -> list[str]:
    """The children about whom anything was asked and who live there now, under the numbers they then had."""
    means = {child: survivor(cursor, child) for child in children_with_requests(cursor)}
    places = authorities_of(cursor, set(means.values()))
    return [child for child, meant in means.items() if places.get(meant) == authority]


def _answer(who: Viewer, number: str, said: AnswerRequest) -> dict[str, Any]:
    child = who.dependencies.watch.requests.child_of(number)
    if child is None:
        who.record({"request": number, "doing": "answer"})
        raise absent()
    _there(who, child, "answer")
    told = {"child": child, "outcome": said.outcome, "text": said.text, "user": who.user, "reason": who.reason}
    try:
        return _noted(who.dependencies.watch.requests.answer(number, who.dependencies.now(), **told), child)
    except AlreadyAnswered:
        raise Problem(HTTPStatus.CONFLICT, _TAKEN, code="already-answered") from None


def _noted(noted: RecordedRequest, child: str) -> dict[str, Any]:
    return {**noted._asdict(), "child": child}
