"""The queue of possible duplicates over HTTP, and what a data steward decides on it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from projections.directory import query as directory
from projections.duplicates.query import Place, latest_split_target
from projections.visibility.survivors import survivor
from services.api.access_control.looks import Looker, ReasonHeader, looker, looker_at_a_child
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.numbers import NUMBER
from services.api.problems import Problem, absent
from services.api.routes._queue_page import After, queue_page
from services.api.routes.steward_decisions import Taken, decide
from services.api.schemas.decisions import Decided, UnderWay
from services.api.schemas.duplicates import Queue, Split, TwoChildren
from services.contract.decisions import DecisionType

MOST_AT_ONCE = 500
MOST_WAITING = 6
"""Decisions that wait at once; others may look meanwhile."""
_AFTER = r"^[pc]~[0-9.e+-]{1,30}(~[0-9a-f-]{36}){2}$"
_DECIDED: dict[int | str, dict[str, Any]] = {
    200: {"model": Decided},
    202: {"model": UnderWay},
    **problems(401, 403, 404, 409, 422, 429, 503),
}


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
    ) -> Response:
        """A page of the queue, best score first; the header `Link` names the next page while there is one."""
        page, last = _queue(looker(dependencies, request, Action.DUPLICATES), after, limit)
        return json_answer(page, headers=next_page("/duplicates", {"after": last, "limit": limit}) if last else None)

    @calls.post("/duplicates/merge", responses=_DECIDED)
    def merge(request: Request, asked: TwoChildren) -> Response:
        """Merges the right child into the left one, which survives and is meant by both numbers from now on."""
        with _place_in(room):
            who = looker_at_a_child(dependencies, request, Action.MERGE, asked.reason, [asked.left, asked.right])
            return _of_two(who, DecisionType.MERGE, asked)

    @calls.post("/duplicates/dismiss", responses=_DECIDED)
    def dismiss(request: Request, asked: TwoChildren) -> Response:
        """Says that two children are not one; the pair leaves the queue until data change."""
        with _place_in(room):
            who = looker_at_a_child(dependencies, request, Action.DISMISS, asked.reason, [asked.left, asked.right])
            return _of_two(who, DecisionType.DISMISS, asked)

    @calls.post("/duplicates/split", responses=_DECIDED)
    def split(request: Request, asked: Split) -> Response:
        """Takes records out of a child, or undoes the latest merge into it."""
        with _place_in(room):
            return _split(looker_at_a_child(dependencies, request, Action.SPLIT, asked.reason, [asked.child]), asked)

    return calls


@contextmanager
def _place_in(room: BoundedSemaphore) -> Iterator[None]:
    """Bounds the decisions that wait to be seen; raises Problem 429 where there are too many."""
    if not room.acquire(blocking=False):
        said = "too many decisions are under way; send this again in a moment"
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, said, {"Retry-After": "1"})
    try:
        yield
    finally:
        room.release()


def _queue(who: Looker, after: str | None, limit: int) -> tuple[dict[str, Any], str | None]:
    page = queue_page(who, None if after is None else _place(after), limit)
    asked = {name: value for name, value in {"after": after, "limit": limit}.items() if value is not None}
    who.record(asked, page.children, seen=page.seen)
    return {"pairs": page.pairs, "contradictions": page.contradictions}, _token(page.last) if page.last else None


def _of_two(who: Looker, kind: DecisionType, asked: TwoChildren) -> Response:
    left, right = _standing(who, {"left": asked.left, "right": asked.right})
    taken = decide(who.dependencies, kind, left, _ruling(who, left=left, right=right))
    return _answer(taken, left, right)


def _split(who: Looker, asked: Split) -> Response:
    (child,) = _standing(who, {"child": asked.child})
    named = [each.model_dump() for each in asked.records] if asked.records else None
    taken = decide(who.dependencies, DecisionType.SPLIT, child, _ruling(who, child=child, records=named))
    if taken.position is None:
        return _answer(taken, child, "")
    with who.dependencies.reading() as cursor:
        return _answer(taken, child, str(latest_split_target(cursor, child, taken.position)))


def _standing(who: Looker, asked: Mapping[str, str]) -> list[str]:
    """The children that the numbers mean now, recorded as looked at.

    Raises Problem 404 where one is not there, or is shielded and the shield not in the user's care; 403 where neither
    is of the user's authority.
    """
    numbers = [str(UUID(text)) if NUMBER.fullmatch(text.lower()) else None for text in asked.values()]
    with who.dependencies.reading() as cursor:
        means = [survivor(cursor, number, cleared=who.cleared) for number in numbers if number]
        seen = directory.redacted_entries(
            cursor, who.dependencies.keys, means, who.today, cleared=who.cleared, opened=means
        )
        seen = [each for each in seen if each.entry and (not each.entry["shielded"] or who.keeps(each.entry))]
        listed = who.shown(cursor, [each.child for each in seen])
    there = [each for each in seen if each.child in listed]
    refused = who.refusal_about(each.entry or {} for each in there)
    who.record(
        dict(zip(asked, numbers, strict=True)), [] if refused else sorted({each.child for each in there}), seen=there
    )
    if None in numbers or not listed.issuperset(means):
        raise absent()
    if refused:
        raise refused
    return means


def _ruling(who: Looker, **data: Any) -> dict[str, Any]:
    return {"decided_by": who.user, "reason": who.reason, **data}


def _answer(taken: Taken, child: str, other: str) -> Response:
    if taken.position is None:
        where = {"decision": taken.id, "receipts": f"/receipts?submission={taken.id}"}
        return json_answer(where, HTTPStatus.ACCEPTED)
    decided = {"outcome": "accepted", "decision": taken.id, "position": taken.position}
    return json_answer({**decided, "child": child, "other": other})


def _place(token: str) -> After:
    kind, score, left, right = token.split("~")
    return After(kind == "p", Place(float(score), left, right))


def _token(after: After) -> str:
    return "~".join(("p" if after.is_suspected else "c", *map(str, after.place)))
