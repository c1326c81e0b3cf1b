"""Reports over HTTP: who is on a list on a day, as JSON or CSV, each page recorded with all that it shows."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import partial
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.reports import REPORTS
from projections.reports.query import FIRST, Place
from services.api.access_control.callers import require_user
from services.api.access_control.looks import ReasonHeader, Viewer, viewer
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.moments import day, moment
from services.api.problems import Problem, absent
from services.api.registered import known_authority
from services.api.schemas.reports import Report, ReportMonths
from services.queries.reports import (
    BY_MONTH,
    MOST_MONTHS,
    ReportQuery,
    month_ends,
    months_csv,
    report_csv,
    report_months,
    report_page,
)
from streams.store.database import Cursor

MOST_LISTED = 2_000
"""Children of the longest page."""
LISTED = 500
"""Children of a page of JSON where no limit is given: each name lies in a block of its own, and is opened alone.

CSV does not say that there is more, and as of a moment all children are judged anew for each page: both are long.
"""
_AFTER = r"^[0-9-]{10}~[0-9a-f-]{36}$"
_ONE_DAY = "`on` and `effective` name the day that is judged, and differ; give one of them"
_BUSY = "another report as of a moment is being made; ask again once it has ended"
_COUNTING = "another report is being counted by month; ask again once that has ended"
_NO_MONTHS = (
    "possible-duplicates has no months: who is undecided is known of today alone; GET /duplicates counts the queue"
)
_BAD_MONTHS = f"`to` is before `from`, or more than {MOST_MONTHS} months after it; ask for part of that"
_ANSWER: dict[str, Any] = {"model": Report, "content": {"text/csv": {}}}
_MONTHS: dict[str, Any] = {"model": ReportMonths, "content": {"text/csv": {}}}


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about reports."""
    calls = APIRouter(tags=["reports"])
    at_work, counting = BoundedSemaphore(1), BoundedSemaphore(1)

    @calls.get("/reports/{name}", responses={200: _ANSWER, **problems(401, 403, 404, 422, 503)})
    def report(
        request: Request,
        name: str,
        _: ReasonHeader = None,
        authority: Annotated[
            str | None,
            Query(description="the authority that the child lives in, by ONS code or name; by default the user's own"),
        ] = None,
        on: Annotated[str | None, Query(description="the day that is judged, default today")] = None,
        effective: Annotated[str | None, Query(description="the same by a moment of that day")] = None,
        as_of: Annotated[str | None, Query(description="as it was known at this moment")] = None,
        after: Annotated[str | None, Query(pattern=_AFTER, description="from the header Link of a page")] = None,
        limit: Annotated[
            int | None,
            Query(ge=1, le=MOST_LISTED, description=f"default {LISTED}; as CSV and with `as_of` {MOST_LISTED:,}"),
        ] = None,
    ) -> Response:
        """Children on the list of a report on a day, the longest first; CSV where `Accept` asks for `text/csv`.

        As of a moment the day is by default that of the moment, and every child is judged anew, one such list at a
        time. The header `Link` names the next page while there is one; what is counted is counted by page.
        """
        own = require_user(dependencies, request, Action.REPORT).authority
        place = known_authority(dependencies, authority, own)
        who = viewer(dependencies, request, Action.REPORT, place)
        known_at = moment("as_of", as_of)
        judged = _day(who, on, moment("effective", effective), known_at)
        as_csv = "text/csv" in request.headers.get("accept", "")
        most = limit or (MOST_LISTED if as_csv or known_at else LISTED)
        with _one_at_a_time(at_work, _BUSY) if known_at else nullcontext():
            found, last = _report(who, name, judged, place, after, most, known_at)
        again = {"authority": place, "on": found["on"], "as_of": known_at, "after": _token(last), "limit": most}
        headers = next_page(f"/reports/{name}", again) if last else {}
        if not as_csv:
            return json_answer(found, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="{name}-{found["on"]}.csv"'
        return Response(report_csv(found), HTTPStatus.OK, headers, "text/csv; charset=utf-8")

    @calls.get("/reports/{name}/months", responses={200: _MONTHS, **problems(401, 403, 404, 422, 429, 503)})
    def months(
        request: Request,
        name: str,
        first: Annotated[str, Query(alias="from", description="a day of the first month")],
        _: ReasonHeader = None,
        last: Annotated[str | None, Query(alias="to", description="the last day counted, default today")] = None,
        authority: Annotated[
            str | None,
            Query(description="where the children live, by ONS code or name; by default the user's own"),
        ] = None,
    ) -> Response:
        """How many children are on the list at the end of each month, who joined and who left; CSV by `Accept`.

        It names no child. What is told late is counted in the month in which it was true. One is counted at a time.
        """
        own = require_user(dependencies, request, Action.REPORT).authority
        place = known_authority(dependencies, authority, own)
        who = viewer(dependencies, request, Action.REPORT, place)
        if name not in REPORTS:
            raise absent()
        if name not in BY_MONTH:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _NO_MONTHS)
        begins, ends = _named_day("from", first), _named_day("to", last) if last else who.today
        days = month_ends(begins, ends)
        if not 0 < len(days) <= MOST_MONTHS:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _BAD_MONTHS)
        with _one_at_a_time(counting, _COUNTING):
            found = _by_month(who, name, place, days)
        if "text/csv" not in request.headers.get("accept", ""):
            return json_answer(found)
        headers = {"Content-Disposition": f'attachment; filename="{name}-by-month-{ends}.csv"'}
        return Response(months_csv(found), HTTPStatus.OK, headers, "text/csv; charset=utf-8")

    return calls


def _by_month(who: Viewer, name: str, authority: str | None, days: Sequence[date]) -> dict[str, Any]:
    def query_of(day: date) -> ReportQuery:
        return ReportQuery(name, day, authority, _shown(who, day))

    with who.dependencies.reading() as cursor:
        found = report_months(cursor, who.dependencies.keys, query_of, days)
    asked = {"report": name, "from": days[0].isoformat(), "to": days[-1].isoformat(), "authority": authority}
    who.record({key: value for key, value in asked.items() if value})
    return found


def _shown(who: Viewer, on: date) -> Callable[[Cursor, Collection[str]], set[str]] | None:
    """What picks the children who may be in an answer about a day; None where all may."""
    return None if who.dependencies.deployment.shows_all else partial(who.shown, on=on)


def _report(
    who: Viewer, name: str, on: date, authority: str | None, after: str | None, limit: int, known_at: str | None
) -> tuple[dict[str, Any], Place | None]:
    if name not in REPORTS:
        raise absent()
    place = Place(*after.split("~")) if after else FIRST
    with who.dependencies.reading() as cursor:
        query = ReportQuery(name, on, authority, _shown(who, on), known_at)
        found, last = report_page(cursor, who.dependencies.keys, query, place, limit)
    recorded = {key: found[key] for key in ("report", "on", "as_of", "authority") if found.get(key)}
    who.record(recorded, [each["child"] for each in (*found["children"], *found["undecided"])])
    return found, last


def _token(last: Place | None) -> str | None:
    return "~".join(last) if last else None


@contextmanager
def _one_at_a_time(at_work: BoundedSemaphore, busy: str) -> Iterator[None]:
    """Does one at a time of what takes long; while another is being done, raises Problem 429 and does not wait."""
    if not at_work.acquire(blocking=False):
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, busy, {"Retry-After": "10"})
    try:
        yield
    finally:
        at_work.release()


def _day(who: Viewer, on: str | None, true_at: str | None, known_at: str | None) -> date:
    """The day that is judged: the one that is given, in either way, else that of the moment, else today."""
    if on is None and true_at:
        return day(true_at)
    if on is None:
        return min(day(known_at), who.today) if known_at else who.today
    named = _named_day("on", on)
    if true_at and day(true_at) != named:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _ONE_DAY)
    return named


def _named_day(parameter: str, text: str) -> date:
    """The day that a parameter names; raises Problem 422."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        detail = f"{parameter}: give a date such as 2008-10-23"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
