"""Looking at children: find, show, history, export."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from domain.authorization import Action, mask_look
from domain.child import why
from domain.matching import missing_criteria
from projections.access_log.query import accesses
from projections.archive.query import archived_since
from projections.audit_history import query as audit_history
from projections.directory.query import children_with_records
from projections.directory.redaction import ReadScope, RedactedEntry
from projections.search.query import Hit
from projections.visibility.shields import hidden_ids
from projections.visibility.survivors import family, survivor
from services.api.access_control.entry_looks import latest_looks
from services.api.access_control.looks import ReasonHeader, Viewer, viewer, viewer_of_a_child
from services.api.answers import json_answer, ndjson_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.direct import Direct
from services.api.listed import entries_listed, find_redacted
from services.api.moments import day, moment
from services.api.numbers import child_number
from services.api.problems import Problem, absent
from services.api.routes.overrides import WARNING
from services.api.schemas.entry import Entry
from services.api.schemas.history import History
from services.api.schemas.looks import Looks
from services.api.schemas.search import Criteria, Search, SearchResult
from streams.store.database import Cursor

MOST_EXPORTED = 1_000
_LOOK_ERRORS = problems(401, 403, 404, 422, 503)


def router(dependencies: Dependencies) -> APIRouter:
    """The calls that look at children."""
    calls = APIRouter(tags=["children"])

    @calls.post("/children/search", responses={200: {"model": SearchResult}, **problems(401, 403, 422, 503)})
    def search(request: Request, search: Search) -> Response:
        """Finds children by what is known of them, exactly or closely, the best first; at most 50 are shown."""
        return _found(dependencies, request, search)

    @calls.get("/children/{child}", responses={200: {"model": Entry}, **_LOOK_ERRORS})
    def show(
        request: Request,
        child: str,
        _: ReasonHeader = None,
        as_of: Annotated[str | None, Query(description="as it was known at this moment")] = None,
        effective: Annotated[str | None, Query(description="as it was true at this moment")] = None,
        explained: Annotated[bool, Query(alias="why", description="with who says so, and who disagrees")] = False,
    ) -> Response:
        """A child's directory entry: now, or as of a moment (a date stands for its end).

        `accesses` are the latest 25 looks at the child, now, for readers who may know of looks. `why` has of each field
        what is believed, who disagrees and what is set aside, each with the records that report it.
        """
        return _shown(dependencies, request, child, as_of, effective, explained=explained)

    @calls.get("/children/{child}/history", responses={200: {"model": History}, **_LOOK_ERRORS})
    def history(request: Request, child: str, _: ReasonHeader = None) -> Response:
        """All that was ever reported and decided about a child, oldest first."""
        return json_answer(_history(viewer_of_a_child(dependencies, request, Action.HISTORY), child_number(child)))

    @calls.get("/children/{child}/looks", responses={200: {"model": Looks}, **_LOOK_ERRORS})
    def looks(request: Request, child: str, _: ReasonHeader = None) -> Response:
        """Who looked at a child and those it absorbed, latest first, as far as the view of the access log has come."""
        return json_answer(_looks(viewer_of_a_child(dependencies, request, Action.LOOKS), child_number(child)))

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
        who = viewer(dependencies, request, Action.EXPORT)
        shown, last = _export(who, None if after is None else child_number(after), limit)
        return ndjson_answer(shown, next_page("/export", {"after": last, "limit": limit}) if last else {})

    return calls


def direct_calls(dependencies: Dependencies) -> Sequence[Direct]:
    """The calls of `router` that are made most."""

    def search(request: Request, body: bytes) -> Response | None:
        if request.headers.get("content-type") != "application/json":
            return None
        try:
            query = Search.model_validate_json(body)
        except ValidationError:
            return None
        return _found(dependencies, request, query)

    def show(request: Request, _: bytes) -> Response | None:
        if "why" in request.query_params:
            return None
        moments = (request.query_params.get(name) for name in ("as_of", "effective"))
        return _shown(dependencies, request, request.path_params["child"], *moments)

    return Direct("GET", "/children/{child}", show), Direct("POST", "/children/search", search)


def _found(dependencies: Dependencies, request: Request, search: Search) -> Response:
    who = viewer_of_a_child(dependencies, request, Action.FIND, search.reason)
    return json_answer(_search(who, search.criteria, search.limit))


def _shown(
    dependencies: Dependencies,
    request: Request,
    child: str,
    as_of: str | None,
    effective: str | None,
    *,
    explained: bool = False,
) -> Response:
    who = viewer_of_a_child(dependencies, request, Action.SHOW)
    moments = moment("as_of", as_of), moment("effective", effective)
    return json_answer(_show(who, child_number(child), *moments, explained=explained))


def _search(who: Viewer, criteria: Criteria, limit: int) -> dict[str, Any]:
    given = {name: value for name, value in criteria.model_dump().items() if value}
    query = who.dependencies.searcher.query(given)
    if lacking := missing_criteria(query.criteria, query.unused):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, lacking)
    with who.reading() as cursor:
        found, redacted = find_redacted(cursor, who, query, limit)
    by_child = {each.child: each for each in redacted if each.entry}
    results = [result_of(hit, by_child[hit.child].entry or {}) for hit in found.hits if hit.child in by_child]
    who.record(given, [result["child"] for result in results], redacted=by_child.values())
    answer: dict[str, Any] = {"results": results, "too_many": found.too_many}
    if query.unused:
        answer["not_used"] = [each._asdict() for each in query.unused]
    return answer | _left_out(who)


def result_of(hit: Hit, entry: dict[str, Any]) -> dict[str, Any]:
    """A child that a search found, as its answer shows it: nothing more of the entry is shown."""
    named = {name: entry[name] for name in ("child", "name", "date_of_birth")}
    return named | {"score": round(hit.score, 4), "grade": hit.grade}


def _show(who: Viewer, child: str, known_at: str | None, true_at: str | None, *, explained: bool) -> dict[str, Any]:
    at = true_at or known_at
    on = day(at) if at else who.today
    today = day(known_at or true_at or "") if at else who.today
    with who.reading() as cursor:
        redacted, read_scope = who.redacted_entry(cursor, child, known_at, true_at, today)
        number = survivor(cursor, redacted.child, cleared=who.cleared) if at else redacted.child
        if redacted.entry is None or not who.shown(cursor, [number], on):
            redacted = RedactedEntry(redacted.child, hidden=redacted.hidden)
        found = who.entry_of(redacted)
        looks = None if found is None else latest_looks(cursor, who, found)
        archived = archived_since(cursor, [number]) if found and who.archive_from else {}
    query = {"child": child, "as_of": known_at, "effective": true_at, "why": explained}
    who.record(_given(query), [redacted.child] if found else [], redacted=[redacted])
    if found is None:
        raise absent()
    more: dict[str, Any] = {"warning": WARNING} if read_scope.opened else {}
    if looks is not None:
        more["accesses"] = looks
    if archived:
        more["archived_since"] = archived[number]
    if explained:
        more["why"] = why(redacted.records, with_set_aside=who.may_see_queue)
    return {**_placed(who, found), **more, **({} if at else _left_out(who))}


def _left_out(who: Viewer) -> dict[str, Any]:
    """The agencies of whose records nothing is in an answer now, whatever it is about; nothing where there are none."""
    agencies = who.dependencies.left_out.all()
    return {"left_out": agencies} if agencies else {}


def _placed(who: Viewer, found: dict[str, Any]) -> dict[str, Any]:
    """An entry, event or look, without its position in the log for a reader who may not know it."""
    return found if who.may_count_events else {**found, "position": None}


def _history(who: Viewer, child: str) -> dict[str, Any]:
    with who.reading() as cursor:
        redacted, read_scope, refused = _one_listed(cursor, who, child)
        events = []
        if redacted.entry and not refused:
            events = audit_history.history(
                cursor,
                who.dependencies.keys,
                child,
                cleared=who.cleared,
                hidden=redacted.hidden,
                withheld=redacted.withheld,
                opened=read_scope.opened,
            )
    shown = {redacted.child: int(events[-1]["position"])} if events else {}
    who.record({"child": child}, list(shown), redacted=[redacted], shown=shown)
    if refused:
        raise refused
    events = [_placed(who, event) for event in events]
    if read_scope.opened and events:
        return {"events": events, "shielded": True, "warning": WARNING}
    if redacted.entry and redacted.entry["shielded"]:
        return {"events": [], "shielded": True}
    if not events:
        raise absent()
    return {"events": events}


def _looks(who: Viewer, child: str) -> dict[str, Any]:
    with who.reading() as cursor:
        redacted, _, refused = _one_listed(cursor, who, child)
    who.record({"child": child}, shown={}, about=[redacted.child] if redacted.entry and not refused else [])
    if refused:
        raise refused
    if redacted.entry is None:
        return {"looks": []}
    with who.reading() as cursor:
        own = family(cursor, redacted.child)
        looks = accesses(cursor, who.dependencies.access_keys, redacted.child)
        named = sorted({each for look in looks for each in look["children"]})
        hidden = hidden_ids(cursor, named, who.read_scope_of(cursor, child).opened)
        visible = (set(named) if who.cleared else children_with_records(cursor, named)) - (hidden - set(own))
    return {"looks": [_look(who, look, visible, hidden) for look in looks]}


def _look(who: Viewer, look: dict[str, Any], visible: set[str], hidden: set[str]) -> dict[str, Any]:
    """A look as it may be shown: masked without clearance, and where others in it would reveal where a child hides."""
    shown = look if who.cleared and hidden.isdisjoint(look["children"]) else mask_look(look, visible)
    return shown if who.may_count_events else {**shown, "position": None, "shown": None}


def _one_listed(cursor: Cursor, who: Viewer, child: str) -> tuple[RedactedEntry, ReadScope, Problem | None]:
    """A child as it is now, the scope that it was read with, and the refusal where its authority forbids more.

    There is no entry where the child is not listed.
    """
    redacted, read_scope = who.redacted_entry(cursor, child)
    if redacted.entry is None or not who.shown(cursor, [redacted.child]):
        return RedactedEntry(redacted.child, hidden=redacted.hidden), read_scope, None
    return redacted, read_scope, who.refusal_about(cursor, [redacted.child])


def _export(who: Viewer, after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """The entries of a page, and the last child of it where more may follow."""
    with who.reading() as cursor:
        page = entries_listed(cursor, who, after, limit)
    shown = [entry for each in page if (entry := who.entry_of(each))]
    who.record(_given({"after": after, "limit": limit}), [each["child"] for each in shown], redacted=page)
    return shown, page[-1].child if len(page) == limit else None


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value}
