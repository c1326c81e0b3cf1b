"""Receipts over HTTP: an agency sees its own, a user with a reason all."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.vocabulary import agency_urn
from projections.receipts.query import receipts as read_receipts
from services.api.access_control.callers import principal_of, require_agency
from services.api.access_control.looks import ReasonHeader, viewer
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem
from services.api.schemas.submissions import Outcome, Receipt
from services.auth.tokens import Caller
from services.registers import load_agencies

MOST_AT_ONCE = 10_000
_TEXT = r"^[^\x00-\x1f]{1,200}$"
_MESSAGE = r"^[a-z0-9.-]{1,249}/[0-9]{1,9}/(-1|[0-9]{1,18})$"


def router(dependencies: Dependencies) -> APIRouter:
    """The call that lists receipts."""
    calls = APIRouter(tags=["receipts"])

    @calls.get("/receipts", responses={200: {"model": list[Receipt]}, **problems(401, 403, 422, 503)})
    def receipts(
        request: Request,
        _: ReasonHeader = None,
        submission: Annotated[
            str | None, Query(pattern=_TEXT, description="the agency's own id of a submission")
        ] = None,
        outcome: Outcome | None = None,
        source: Annotated[str | None, Query(pattern=_TEXT, description="urn:agency:…")] = None,
        after: Annotated[str | None, Query(pattern=_MESSAGE, description="the message of a receipt")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 1_000,
    ) -> Response:
        """What became of submissions; the header `Link` names the next page while there is one."""
        query = {"submission": submission, "outcome": outcome, "source": source, "after": after, "limit": limit}
        found = _answer(dependencies, request, {name: value for name, value in query.items() if value is not None})
        more = len(found) == limit
        return json_answer(
            found, headers=next_page("/receipts", query | {"after": found[-1]["message"]}) if more else None
        )

    return calls


def _answer(dependencies: Dependencies, request: Request, query: dict[str, Any]) -> list[dict[str, Any]]:
    if principal_of(request).kind is Caller.AGENCY:
        own = agency_urn(require_agency(dependencies, request))
        if query.get("source", own) != own:
            raise Problem(HTTPStatus.FORBIDDEN, "an agency may read its own receipts only; leave `source` out")
        return _read(dependencies, query | {"source": own})
    who = viewer(dependencies, request, Action.RECEIPTS)
    found = _read(dependencies, query)
    who.record(query, count=len(found))
    return found if who.cleared else _without_positions(dependencies, found)


def _without_positions(dependencies: Dependencies, receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Receipts that do not say where in the log a sensitive agency's submission took effect.

    That such an agency submits is no secret, about whom is: a position beside a gap in other answers would reveal it.
    """
    with dependencies.reading() as cursor:
        ordinary = {agency.urn for agency in load_agencies(cursor).values() if not agency.is_sensitive}
    return [each if each["source"] in ordinary else each | {"position": None} for each in receipts]


def _read(dependencies: Dependencies, query: dict[str, Any]) -> list[dict[str, Any]]:
    with dependencies.reading() as cursor:
        return read_receipts(cursor, **query)
