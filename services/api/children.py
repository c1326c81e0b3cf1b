"""Looking at children: find, show, history, export."""

import re
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.identity import to_add
from projections.access_log.query import accesses
from projections.audit_history import query as audit_history
from projections.directory import query as directory
from projections.directory.survivors import family, survivor
from projections.search.query import Hit
from services.api.answers import json_answer, ndjson_answer, next_page, problems
from services.api.callers import checked_reason, require_user
from services.api.listed import children_listed, find_listed
from services.api.looks import Looker, ReasonHeader, looker
from services.api.parts import Parts
from services.api.problems import Problem, absent
from services.api.shapes import Criteria, Entry, History, Looks, Search, SearchResult

MOST_EXPORTED = 1_000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?", re.ASCII)
_LOOK_ERRORS = problems(401, 403, 404, 422, 503)


def router(parts: Parts) -> APIRouter:
    """The calls that look at children."""
    calls = APIRouter(tags=["children"])

    @calls.post("/children/search", responses={200: {"model": SearchResult}, **problems(401, 403, 422, 503)})
    def search(request: Request, search: Search) -> Response:
        """Finds children by what is known of them, exactly or closely, the best first; at most 50 are shown."""
        user = require_user(parts, request)
        reason = checked_reason(search.reason, "give the reason why you look, in 3 to 500 characters")
        return json_answer(_search(Looker(parts, user, reason), search.criteria, search.limit))

    @calls.get("/children/{child}", responses={200: {"model": Entry}, **_LOOK_ERRORS})
    def show(
        request: Request,
        child: str,
        _: ReasonHeader = None,
        as_of: Annotated[str | None, Query(description="as it was known at this moment")] = None,
        effective: Annotated[str | None, Query(description="as it was true at this moment")] = None,
    ) -> Response:
        """A child's directory entry: now, or as of a moment (a date stands for its end, in UTC)."""
        who = looker(parts, request)
        return json_answer(_show(who, _child_id(child), _moment("as_of", as_of), _moment("effective", effective)))

    @calls.get("/children/{child}/history", responses={200: {"model": History}, **_LOOK_ERRORS})
    def history(request: Request, child: str, _: ReasonHeader = None) -> Response:
        """Everything that was ever said of a child, oldest first."""
        return json_answer(_history(looker(parts, request), _child_id(child)))

    @calls.get("/children/{child}/looks", responses={200: {"model": Looks}, **_LOOK_ERRORS})
    def looks(request: Request, child: str, _: ReasonHeader = None) -> Response:
        """Who looked at a child and those it absorbed, latest first, as far as the view of the access log has come."""
        return json_answer(_looks(looker(parts, request), _child_id(child)))

    @calls.get(
        "/export", response_class=Response, responses={200: {"content": {"application/x-ndjson": {}}}, **_LOOK_ERRORS}
    )
    def export(
        request: Request,
        _: ReasonHeader = None,
        after: Annotated[str | None, Query(description="a child's id: the page begins behind it")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_EXPORTED)] = 500,
    ) -> Response:
        """A page of directory entries, one a line; the header `Link` names the next page while there is one."""
        who = looker(parts, request)
        shown, last = _export(who, None if after is None else _child_id(after), limit)
        return ndjson_answer(shown, next_page("/export", {"after": last, "limit": limit}) if last else {})

    return calls


def _search(who: Looker, criteria: Criteria, limit: int) -> dict[str, Any]:
    said = {name: value for name, value in criteria.model_dump().items() if value}
    asked = who.parts.searcher.ask(said)
    if lacking := to_add(asked.told):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, lacking)
    with who.parts.reading() as cursor:
        found = find_listed(cursor, who, asked, limit)
        shown = directory.entries(cursor, who.parts.keys, [hit.child for hit in found.hits], _today(who))
    by_child = {each["child"]: each for each in shown}
    results = [_result(hit, by_child[hit.child]) for hit in found.hits if hit.child in by_child]
    who.record("find", said, [result["child"] for result in results])
    return {"results": results, "too_many": found.too_many}


def _result(hit: Hit, entry: dict[str, Any]) -> dict[str, Any]:
    named = {name: entry[name] for name in ("child", "name", "date_of_birth")}
    return named | {"score": round(hit.score, 4), "grade": hit.grade}


def _show(who: Looker, child: str, known_at: str | None, true_at: str | None) -> dict[str, Any]:
    with who.parts.reading() as cursor:
        if known_at:
            found = directory.as_of(cursor, who.parts.keys, child, known_at, true_at, _day(known_at))
        else:
            today = _day(true_at) if true_at else _today(who)
            found = directory.entry(cursor, who.parts.keys, child, effective=true_at, today=today)
        moment = true_at or known_at
        day = _day(moment) if moment else _today(who)
        if found and not who.shown(cursor, [survivor(cursor, found["child"])], day):
            found = None
    asked = {"child": child, "as_of": known_at, "effective": true_at}
    who.record("show", {name: value for name, value in asked.items() if value}, [found["child"]] if found else [])
    if found is None:
        raise absent()
    return found


def _history(who: Looker, child: str) -> dict[str, Any]:
    with who.parts.reading() as cursor:
        shown = survivor(cursor, child)
        listed = who.shown(cursor, [shown])
        events = audit_history.history(cursor, who.parts.keys, child) if listed else []
    who.record("history", {"child": child}, [shown] if events else [])
    if not events:
        raise absent()
    return {"events": events}


def _looks(who: Looker, child: str) -> dict[str, Any]:
    who.record("looks", {"child": child})
    with who.parts.reading() as cursor:
        child = survivor(cursor, child)
        listed = who.shown(cursor, [child])
        return {"looks": accesses(cursor, who.parts.access_keys, family(cursor, child)) if listed else []}


def _export(who: Looker, after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """The entries of a page, and the last child of it where more may follow."""
    with who.parts.reading() as cursor:
        page = children_listed(cursor, who, after, limit)
        shown = directory.entries(cursor, who.parts.keys, page, _today(who))
    asked = {"after": after, "limit": limit}
    who.record("export", {name: value for name, value in asked.items() if value}, [each["child"] for each in shown])
    return shown, page[-1] if len(page) == limit else None


def _child_id(text: str) -> str:
    """A child's id in its one spelling; what is none is absent like any other."""
    if not _UUID.fullmatch(text.lower()):
        raise absent()
    return str(UUID(text))


def _moment(name: str, text: str | None) -> str | None:
    """A moment as the log writes it; raises Problem 422."""
    if text is None:
        return None
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        if len(text) == 10:
            moment = datetime.combine(date.fromisoformat(text), time.max, UTC)
        else:
            moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        said = f"{name}: give a date, or a moment with its zone such as 2008-10-23T13:23:00Z"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, said) from None
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])


def _today(who: Looker) -> date:
    return who.parts.now().date()
