"""Receipts over HTTP: an agency sees its own, a user with a reason all."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.vocabulary import STEWARDSHIP_SOURCE, agency_urn
from projections.receipts.query import receipts as read_receipts
from services.api.access_control.callers import principal_of, require_agency
from services.api.access_control.looks import ReasonHeader, viewer
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem
from services.api.registered import known_source
from services.api.schemas.submissions import Outcome, Receipt
from services.auth.tokens import Caller
from services.registers import load_agencies
from streams.kafka.topics import STEWARDSHIP, UNCLAIMED, submissions_topic
from streams.store.database import Cursor

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
        return [each | {"position": None} for each in _read(dependencies, query | {"source": own})]
    who = viewer(dependencies, request, Action.RECEIPTS)
    if "source" in query:
        query["source"] = known_source(dependencies, query["source"], cleared=who.cleared)
    found = _read(dependencies, query, whole=who.cleared)
    who.record(query, count=len(found))
    return found


def _read(dependencies: Dependencies, query: dict[str, Any], *, whole: bool = True) -> list[dict[str, Any]]:
    """Receipts; unless `whole`, none of a sensitive agency, and of stewards' decisions not where they took effect."""
    with dependencies.reading() as cursor:
        if whole:
            return read_receipts(cursor, **query)
        found = read_receipts(cursor, **query, topics=_ordinary_topics(cursor))
    return [each | {"position": None} if each["source"] == STEWARDSHIP_SOURCE else each for each in found]


def _ordinary_topics(cursor: Cursor) -> list[str]:
    """Where agencies submit that are not sensitive, lines that name no agency, and data stewards.

    When and how often a sensitive agency submits reveals something of its clients.
    """
    codes = [agency.code for agency in load_agencies(cursor).values() if not agency.is_sensitive]
    return [submissions_topic(code) for code in (*codes, UNCLAIMED, STEWARDSHIP)]
