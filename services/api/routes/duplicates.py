"""The queue of possible duplicates over HTTP, and what a data steward decides on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action, Cause, Jurisdiction, jurisdiction_over
from domain.child.stewardship import merge_to_undo
from domain.source_record import Refusal
from projections.audit_history.query import events_of
from projections.directory.membership import absorbed_by
from projections.duplicates.query import Place, latest_split_target
from projections.reports.authorities import charges
from services.api.access_control.looks import ReasonHeader, Viewer, viewer, viewer_of_a_child
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem
from services.api.routes._current_children import current_children
from services.api.routes._queue_page import After, has_readable_pair, queue_page
from services.api.routes._shown_records import conflict, named_streams, refuse_unseen, shown_records
from services.api.routes.steward_decisions import answer_of, decide, decided, ruling_of, under_way
from services.api.schemas.decisions import Decided
from services.api.schemas.duplicates import OneRecord, Queue, Split, TwoChildren
from services.submission_contract.decisions import DecisionType

MOST_AT_ONCE = 500
MOST_WAITING = 6
"""Decisions that wait at once; others may look meanwhile."""
_SCORE = r"[0-9]{1,3}(\.[0-9]{1,20})?(e-?[0-9]{1,2})?"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_AFTER = rf"^[pc]~{_SCORE}(~{_UUID}){{2}}$"
_DECIDED = decided(Decided, 429)
_ANOTHER_MERGE = (
    "the latest merge into this child is another one: that one was undone already, or somebody merged one more child"
    " after it; look at the child again"
)


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about duplicates."""
    calls = APIRouter(tags=["duplicates"])
    room = BoundedSemaphore(MOST_WAITING)

    @calls.get("/duplicates", responses={200: {"model": Queue}, **problems(401, 403, 422, 503)})
    def duplicates(
        request: Request,
        _: ReasonHeader = None,
        after: Annotated[str | None, Query(pattern=_AFTER, description="from the header Link of a page")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 100,
        withheld: Annotated[bool, Query(description="what waits behind the queue, of agencies that sent much")] = False,
    ) -> Response:
        """A page of the queue, best score first; the header `Link` names the next page while there is one."""
        page, last = _queue(viewer(dependencies, request, Action.DUPLICATES), after, limit, withheld)
        more = {"after": last, "limit": limit} | ({"withheld": "true"} if withheld else {})
        return json_answer(page, headers=next_page("/duplicates", more) if last else None)

    @calls.post("/duplicates/merge", responses=_DECIDED)
    def merge(request: Request, command: TwoChildren) -> Response:
        """Merges the right child into the left one, which survives and is meant by both numbers from now on."""
        with _place_in(room):
            who = viewer_of_a_child(dependencies, request, Action.MERGE, command.reason, [command.left, command.right])
            return _of_two(who, DecisionType.MERGE, command)

    @calls.post("/duplicates/dismiss", responses=_DECIDED)
    def dismiss(request: Request, command: TwoChildren) -> Response:
        """Decides that two children are not one; the pair leaves the queue until data change."""
        with _place_in(room):
            who = viewer_of_a_child(
                dependencies, request, Action.DISMISS, command.reason, [command.left, command.right]
            )
            return _of_two(who, DecisionType.DISMISS, command)

    @calls.post("/duplicates/split", responses=_DECIDED)
    def split(request: Request, command: Split) -> Response:
        """Takes records out of a child, or undoes the latest merge into it."""
        with _place_in(room):
            return _split(
                viewer_of_a_child(dependencies, request, Action.SPLIT, command.reason, [command.child]), command
            )

    @calls.post("/duplicates/accept", responses=_DECIDED)
    def accept(request: Request, command: OneRecord) -> Response:
        """Decides that a record which is set aside is about its child all the same; it counts from now on."""
        with _place_in(room):
            who = viewer_of_a_child(dependencies, request, Action.RECORD_ACCEPT, command.reason, [command.child])
            return _of_a_record(who, DecisionType.RECORD_ACCEPT, command)

    @calls.post("/duplicates/set-aside", responses=_DECIDED)
    def set_aside(request: Request, command: OneRecord) -> Response:
        """Takes back that a record was accepted."""
        with _place_in(room):
            who = viewer_of_a_child(dependencies, request, Action.RECORD_SET_ASIDE, command.reason, [command.child])
            return _of_a_record(who, DecisionType.RECORD_SET_ASIDE, command)

    return calls


@contextmanager
def _place_in(room: BoundedSemaphore) -> Iterator[None]:
    """Bounds the decisions that wait for their effect; raises Problem 429 where there are too many."""
    if not room.acquire(blocking=False):
        detail = "too many decisions are under way; send this again in a moment"
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": "1"})
    try:
        yield
    finally:
        room.release()


def _queue(who: Viewer, after: str | None, limit: int, withheld: bool) -> tuple[dict[str, Any], str | None]:
    page = queue_page(who, None if after is None else _place(after), limit, withheld=withheld)
    parameters = {"after": after, "limit": limit, "withheld": withheld or None}
    command = {name: value for name, value in parameters.items() if value is not None}
    who.record(command, page.children, redacted=page.redacted)
    queue = {"pairs": page.pairs, "contradictions": page.contradictions, "like_shielded": page.waiting}
    return queue, _token(page.last) if page.last else None


def _of_two(who: Viewer, kind: DecisionType, command: TwoChildren) -> Response:
    look, (left, right) = current_children(who, {"left": command.left, "right": command.right})
    _refuse_strangers(who, left, right)
    taken = decide(who.dependencies, look, kind, left, ruling_of(who, left=left, right=right))
    return answer_of(taken, child=left, other=right)


def _refuse_strangers(who: Viewer, left: str, right: str) -> None:
    """Raises Denied where one is another authority's, or reported to be, and nothing suspects that the two are one.

    A child of one's own joined to any child gives power over that one: to shield it, to part it, to destroy it.
    """
    with who.reading_of_all() as cursor:
        places = [jurisdiction_over(who.entitlement.authority, each) for each in charges(cursor, [left, right])]
        if Jurisdiction.OTHER in places and not has_readable_pair(who, cursor, left, right):
            raise who.attempt.denied(
                Cause.PLACE,
                "one of the two is said to live in another authority, and this pair is not in the queue; ask a data"
                " manager who works for the whole directory",
            )


def _of_a_record(who: Viewer, kind: DecisionType, command: OneRecord) -> Response:
    look, (child,) = current_children(who, {"child": command.child})
    refuse_unseen(who, child, command.record)
    ruling = ruling_of(who, child=child, record=command.record.model_dump())
    return answer_of(decide(who.dependencies, look, kind, child, ruling), child=child, other=None)


def _split(who: Viewer, command: Split) -> Response:
    look, (child,) = current_children(who, {"child": command.child})
    with who.reading_of_all() as cursor:
        brought = absorbed_by(events_of(cursor, who.dependencies.keys, [child]))
        named = named_streams(cursor, command.records) if command.records else None
        undone = merge_to_undo(shown_records(who, cursor, child), brought, named)
    if isinstance(undone, Refusal):
        raise conflict(undone)
    if command.other is not None and undone != command.other.lower():
        raise Problem(HTTPStatus.CONFLICT, _ANOTHER_MERGE)
    leaving: dict[str, Any] = {"records": [each.model_dump() for each in command.records or ()]}
    if undone is not None:
        leaving = {"undone": undone}
    taken = decide(who.dependencies, look, DecisionType.SPLIT, child, ruling_of(who, child=child, **leaving))
    if taken.position is None:
        return under_way(taken)
    with who.reading_of_all() as cursor:
        return answer_of(taken, child=child, other=str(latest_split_target(cursor, child, taken.position)))


def _place(token: str) -> After:
    kind, score, left, right = token.split("~")
    return After(kind == "p", Place(float(score), left, right))


def _token(after: After) -> str:
    return "~".join(("p" if after.is_suspected else "c", *map(str, after.place)))
