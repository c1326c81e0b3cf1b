"""Corrections and objections over HTTP: taken down, listed, answered; none of them changes data by itself."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.places import is_one_place
from domain.subject_access.requests import RequestKind
from projections.directory.query import entry
from projections.reports.authorities import authorities_in_charge
from projections.requests.query import children_with_requests
from projections.requests.query import requests as stored_requests
from projections.visibility.survivors import survivor
from services.api.access_control.looks import ReasonHeader, Viewer, viewer_of_a_child
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.numbers import child_number
from services.api.problems import Problem, absent
from services.api.schemas.monitoring import AnswerRequest, NewCorrection, Requests, RequestTaken
from streams.access.request_log import AlreadyAnswered, RecordedRequest
from streams.store.database import Cursor

MOST_LISTED = 500
_ANSWER_ERRORS = problems(401, 403, 404, 409, 422, 503)
_TAKEN = "this request has its answer; take down a new one"


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about the requests of carers and children."""
    calls = APIRouter(tags=["corrections"])

    @calls.post(
        "/children/{child}/corrections",
        status_code=HTTPStatus.CREATED,
        responses={201: {"model": RequestTaken}, **problems(401, 403, 404, 422, 503)},
    )
    def request_correction(request: Request, child: str, command: NewCorrection) -> Response:
        """Takes down a request to correct something held of a child, or an objection to it."""
        who = viewer_of_a_child(dependencies, request, Action.CORRECT, command.reason)
        return json_answer(_begin(who, child_number(child), command), HTTPStatus.CREATED)

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
    def answer(request: Request, number: str, command: AnswerRequest) -> Response:
        """Ends a request with its outcome and an answer."""
        return json_answer(
            _answer(
                viewer_of_a_child(dependencies, request, Action.CORRECT, command.reason), child_number(number), command
            )
        )

    return calls


def _begin(who: Viewer, child: str, command: NewCorrection) -> dict[str, Any]:
    child = _found_child(who, child, "ask")
    fields = {
        "child": child,
        "asked_by": command.asked_by,
        "text": command.text,
        "user": who.user,
        "reason": who.reason,
    }
    recorded = who.dependencies.watch.requests.begin(RequestKind(command.kind), who.dependencies.now(), **fields)
    return _document(recorded, child)


def _found_child(who: Viewer, child: str, doing: str) -> str:
    """The child that a number means now, after the look is recorded; raises Problem 403, 404 where there is none."""
    with who.reading_of_all() as cursor:
        found = entry(cursor, who.dependencies.keys, child, today=who.today)
        refused = who.refusal_about(cursor, [found["child"]]) if found else absent()
    who.record({"child": child, "doing": doing}, [found["child"]] if found and not refused else [])
    if found is None or refused:
        raise refused or absent()
    return str(found["child"])


def _list(who: Viewer, is_open: bool | None, limit: int) -> list[dict[str, Any]]:
    """Requests about children who live in the user's authority, or anywhere for a user of the whole directory."""
    own = who.entitlement.authority
    with who.reading_of_all() as cursor:
        children = None if own is None else _of_authority(cursor, own)
        keys = who.dependencies.access_keys
        found = stored_requests(cursor, keys, who.today, children=children, is_open=is_open, limit=limit)
    who.record({"doing": "list"}, sorted({each["child"] for each in found}), len(found))
    return found


def _of_authority(cursor: Cursor, authority: str) -> list[str]:
    """The children with requests who are in its charge now, by the numbers that the requests were made under."""
    means = {child: survivor(cursor, child) for child in children_with_requests(cursor)}
    places = authorities_in_charge(cursor, set(means.values()))
    return [child for child, meant in means.items() if is_one_place(places.get(meant), authority)]


def _answer(who: Viewer, number: str, command: AnswerRequest) -> dict[str, Any]:
    child = who.dependencies.watch.requests.child_of(number)
    if child is None:
        who.record({"request": number, "doing": "answer"})
        raise absent()
    _found_child(who, child, "answer")
    fields = {"child": child, "outcome": command.outcome, "text": command.text, "user": who.user, "reason": who.reason}
    try:
        return _document(who.dependencies.watch.requests.answer(number, who.dependencies.now(), **fields), child)
    except AlreadyAnswered:
        raise Problem(HTTPStatus.CONFLICT, _TAKEN, code="already-answered") from None


def _document(recorded: RecordedRequest, child: str) -> dict[str, Any]:
    return {**recorded._asdict(), "child": child}
