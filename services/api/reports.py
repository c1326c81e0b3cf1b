"""Reports over HTTP: who is on a list on a day, as JSON or CSV, each look recorded with all that it showed."""

import re
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.reports import REPORTS
from services.api.answers import json_answer, problems
from services.api.looks import Looker, ReasonHeader, looker
from services.api.parts import Parts
from services.api.problems import Problem, absent
from services.api.report_csv import csv_answer
from services.api.shapes import Report
from services.reports import MOST_LISTED, report

MOST_IN_A_LOOK = 1_000
"""Children of one access event; a report that shows more is recorded in several."""
_AUTHORITY = re.compile(r"[A-Z][0-9]{8}")
_SAY_DAY = "on: give a date such as 2008-10-23"
_SAY_AUTHORITY = "authority: give the ONS code of a local authority, a letter and eight digits"
_ANSWER: dict[str, Any] = {"model": Report, "content": {"text/csv": {}}}


def router(parts: Parts) -> APIRouter:
    """The calls about reports."""
    calls = APIRouter(tags=["reports"])

    @calls.get("/reports/{name}", responses={200: _ANSWER, **problems(401, 403, 404, 422, 503)})
    def ask(
        request: Request,
        name: str,
        _: ReasonHeader = None,
        authority: Annotated[str | None, Query(description="ONS code of the authority that the child lives in")] = None,
        on: Annotated[str | None, Query(description="the day that is judged, default today")] = None,
        limit: Annotated[int | None, Query(ge=1, le=MOST_LISTED, description="at most so many children")] = None,
    ) -> Response:
        """Children on the list of a report on a day, the longest first; CSV where `Accept` asks for `text/csv`."""
        who = looker(parts, request)
        found = _report(who, name, _day(who, on), _authority(authority), limit)
        return csv_answer(found) if "text/csv" in request.headers.get("accept", "") else json_answer(found)

    return calls


def _report(who: Looker, name: str, on: date, authority: str | None, limit: int | None) -> dict[str, Any]:
    if name not in REPORTS:
        raise absent()
    most = limit or MOST_LISTED
    with who.parts.reading() as cursor:
        found = report(cursor, who.parts.keys, name, on, authority, most)
    if found["more"] and limit is None:
        said = f"more than {MOST_LISTED:,} children are on this list; ask for one authority, or with a limit"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, said)
    _record(who, found)
    return found


def _record(who: Looker, found: dict[str, Any]) -> None:
    asked = {name: found[name] for name in ("report", "on", "authority") if found[name]}
    children = [each["child"] for each in (*found["children"], *found["undecided"])]
    for begin in range(0, max(1, len(children)), MOST_IN_A_LOOK):
        who.record("report", asked, children[begin : begin + MOST_IN_A_LOOK])


def _day(who: Looker, text: str | None) -> date:
    if text is None:
        return who.parts.now().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _SAY_DAY) from None


def _authority(text: str | None) -> str | None:
    if text is not None and not _AUTHORITY.fullmatch(text):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _SAY_AUTHORITY)
    return text
