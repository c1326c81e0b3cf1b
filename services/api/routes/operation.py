"""How the directory runs, and messages of its logs by position, for operators: nothing personal, so no look."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action, Jurisdiction
from projections.catalogue import ACCESS_LOG, REGISTER_LOG
from projections.engine.live_schema import ViewsNotBuilt, use_live
from projections.engine.positions import views_position
from services.api.access_control.callers import permitted
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.limits.middleware import RequestMiddleware
from services.api.moments import moment
from services.api.operation import operation_document
from services.api.problems import Problem
from services.api.schemas.operation import MessagesShown, OperationShown
from services.proofs import stored
from services.queries.log_messages import MOST_AT_ONCE, last_position, messages_up_to, position_from
from services.queries.operation import read_operation
from streams.codec import LARGEST_POSITION, iso_text
from streams.store.database import Cursor

Log = Literal["register", "access"]
_TOPICS = {"register": REGISTER_LOG, "access": ACCESS_LOG}


def router(dependencies: Dependencies, middleware: RequestMiddleware) -> APIRouter:
    """The calls of operators."""
    calls = APIRouter(tags=["operation"])

    @calls.get("/operation", responses={200: {"model": OperationShown}, **problems(401, 403, 503)})
    def operation(request: Request) -> Response:
        """Each part from the agencies to the API: whether it runs, how far it is, and why one is off."""
        permit = permitted(dependencies, request, Action.OPERATION, lambda _: Jurisdiction.NONE)
        with dependencies.look_ups.snapshot() as cursor:
            read = read_operation(cursor)
        processes, logs = dependencies.processes(), dependencies.logs
        exact = permit.verdict.cleared
        return json_answer(operation_document(dependencies, read, processes, logs, middleware.in_hand, exact=exact))

    @calls.get("/operation/messages", responses={200: {"model": MessagesShown}, **problems(401, 403, 422, 503)})
    def messages(
        request: Request,
        log: Log = "register",
        position: Annotated[int | None, Query(ge=1, le=LARGEST_POSITION, description="the page ends with it")] = None,
        at: Annotated[str | None, Query(description="the page begins with what was recorded then, or next")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 20,
    ) -> Response:
        """Messages of a log by position, without anything of what they say, of whom, or by whom; the latest first."""
        permit = permitted(dependencies, request, Action.OPERATION, lambda _: Jurisdiction.NONE)
        if position is not None and at is not None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "give a position or a moment, not both")
        shown: Callable[[datetime], str] = _second if permit.verdict.cleared else _hour
        given = moment("at", at)
        since = datetime.fromisoformat(shown(datetime.fromisoformat(given))) if given else None
        with dependencies.look_ups.snapshot() as cursor:
            last = last_position(cursor, log)
            end = last if position is None else min(position, last)
            if since is not None:
                end = min(position_from(cursor, log, since) + limit - 1, last)
            found = messages_up_to(cursor, log, end, limit)
            published, viewed = stored.published(cursor, log), _viewed(cursor, log)
        document = {
            "log": log,
            "last": last,
            "exact_to": "second" if permit.verdict.cleared else "hour",
            "messages": [
                {
                    "position": each.position,
                    "kind": each.kind,
                    "recorded_at": shown(each.recorded_at),
                    "published": each.position <= published,
                    "in_views": each.position <= viewed,
                }
                for each in found
            ],
            "earlier": found[-1].position - 1 if found and found[-1].position > 1 else None,
            "later": min(end + limit, last) if end < last else None,
        }
        return json_answer(document)

    return calls


def _viewed(cursor: Cursor, log: str) -> int:
    """Up to which position the views hold a log; 0 where there are none."""
    try:
        use_live(cursor)
    except ViewsNotBuilt:
        return 0
    return views_position(cursor, _TOPICS[log])


def _second(moment: datetime) -> str:
    return iso_text(moment)[:19] + "Z"


def _hour(moment: datetime) -> str:
    """The hour that a moment lies in: the minute would tell when a clinic spoke, to who knows of all others."""
    return iso_text(moment)[:13] + ":00:00Z"
