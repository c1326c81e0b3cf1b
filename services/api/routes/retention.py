"""Retention over HTTP: what is due on a day by the rules, and the runs that do it."""

from collections.abc import Callable, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.retention import AHEAD, ASK, RULES, Act, destroyed_on
from projections.archive.query import archived_since, proposed_since, years_from
from projections.reports.due import BEFORE_ALL, RETURN, DueByRule, DueOn, count_due, due_children
from services.api.access_control.callers import require_user
from services.api.access_control.looks import ReasonHeader, Viewer, viewer
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.destruction import held_among
from services.api.problems import Problem
from services.api.registered import known_authority
from services.api.routes._retention_run import ACTS_OF, act_of, run_page
from services.api.routes.steward_decisions import decided
from services.api.schemas.retention import RetentionDue, Run, RunDone
from services.queries.paging import fill_page
from streams.store.database import Cursor

MOST_LISTED = 2_000
"""Children of the longest page."""
LISTED = 500
"""Children of a page where no limit is given."""
_AFTER = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_BAD_DAY = "on: give the day that is judged, such as 2008-10-23"
_NOT_YET = "on: a run is for today or an earlier day; what is due later is told by `retention due`"

_NAME_THEM = "children: name those to destroy, as a dry run of `destroy` lists them; of nothing else may they be named"

_DueChild = tuple[str, list[DueByRule]]


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about retention."""
    calls = APIRouter(tags=["destruction"])

    @calls.get("/retention/due", responses={200: {"model": RetentionDue}, **problems(401, 403, 422, 503)})
    def due(
        request: Request,
        on: Annotated[str, Query(description="the day that is judged; it may lie ahead")],
        _: ReasonHeader = None,
        authority: Annotated[
            str | None,
            Query(description="the authority that the child lives in, by ONS code or name; by default the user's own"),
        ] = None,
        after: Annotated[str | None, Query(pattern=_AFTER, description="from the header Link of a page")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = LISTED,
    ) -> Response:
        """The children who have to be archived or destroyed by a day, or asked, each by all rules that hold for it.

        Nothing is done. Hidden children are not among them, whoever calls. The header `Link` names the next page.
        """
        own = require_user(dependencies, request, Action.RETENTION).authority
        place = known_authority(dependencies, authority, own)
        who = viewer(dependencies, request, Action.RETENTION, place)
        found, last = _due(who, _day(on), place, after, limit)
        again = {"on": found["on"], "authority": place, "after": last, "limit": limit}
        return json_answer(found, headers=next_page("/retention/due", again) if last else {})

    @calls.post("/retention/runs", responses=decided(RunDone))
    def run(request: Request, command: Run, _: ReasonHeader = None) -> Response:
        """Does what is due on a day of the next children: brings them back, archives them, proposes or destroys.

        Each is judged again by its own records. Who has been in the archive for six years is destroyed where a second
        data manager names the child within 7 days after it was proposed. The same again does nothing twice, so a run
        that was cut off is begun again. With `dry_run` nothing is done.
        """
        own = require_user(dependencies, request, Action.RETENTION_RUN).authority
        place = known_authority(dependencies, command.authority, own)
        who = viewer(dependencies, request, Action.RETENTION_RUN, place)
        on = _day(command.on)
        if on > who.today:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _NOT_YET, code=AHEAD.code)
        act = Act(command.act)
        named = act is Act.DESTROY and not command.dry_run
        if named != (command.children is not None):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _NAME_THEM)
        with who.reading_of_all() as cursor:
            query = DueOn(on, who.today, place, ACTS_OF[act], command.children)
            keep = _proposed if act is Act.DESTROY else None
            found = _page(who, cursor, query, command.after, command.limit + 1, keep)
        return run_page(who, command, place, found)

    return calls


def _due(
    who: Viewer, on: date, authority: str | None, after: str | None, most: int
) -> tuple[dict[str, Any], str | None]:
    """The page behind a child, and its last child where there are more."""
    counts = None
    with who.reading_of_all() as cursor:
        found = _page(who, cursor, DueOn(on, who.today, authority), after, most + 1)
        page, last = found[:most], found[most - 1][0] if len(found) > most else None
        held = held_among(cursor, [child for child, _ in page])
        if after is None and who.dependencies.deployment.shows_all:
            counts = count_due(cursor, DueOn(on, who.today, authority))
        archived = archived_since(cursor, [child for child, _ in page])
        counted = years_from(cursor, list(archived))
    children = [
        _child(child, rules, archived.get(child), counted.get(child), held=child in held) for child, rules in page
    ]
    query = {"on": on.isoformat(), "authority": authority}
    who.record({name: value for name, value in query.items() if value}, [child for child, _ in page])
    rules: list[dict[str, Any]] = [{"rule": rule.name, "says": rule.summary, "law": rule.law} for rule in RULES]
    if counts:
        rules = [{**rule, "due": counts.by_rule.get(rule["rule"], {})} for rule in rules]
    total = {"total": counts.children} if counts else {}
    agencies = who.dependencies.left_out.all()
    aside = {"left_out": agencies} if agencies else {}
    page_of = {"children": children, "count": len(children), "more": last is not None}
    return {**query, **total, "rules": rules, **page_of, **aside}, last


_Keep = Callable[[Cursor, Sequence[_DueChild]], Sequence[_DueChild]]


def _page(
    who: Viewer, cursor: Cursor, query: DueOn, after: str | None, most: int, keep: _Keep | None = None
) -> list[_DueChild]:
    """The next children who are due and listed, behind a child, and of these those to `keep`."""

    def kept(page: Sequence[_DueChild]) -> Sequence[_DueChild]:
        shown = _shown(who, cursor, query.on, page)
        return keep(cursor, shown) if keep else shown

    return fill_page(
        lambda behind, number: due_children(cursor, query, behind, number),
        kept,
        lambda each: each[0],
        after or BEFORE_ALL,
        most,
    )


def _proposed(cursor: Cursor, page: Sequence[_DueChild]) -> Sequence[_DueChild]:
    """Those of whom it was proposed that they are destroyed."""
    proposed = proposed_since(cursor, [child for child, _ in page])
    return [each for each in page if each[0] in proposed]


def _shown(who: Viewer, cursor: Cursor, on: date, page: Sequence[_DueChild]) -> Sequence[_DueChild]:
    """Those whom this directory lists on the day, and whoever is due to come back: no list keeps anybody archived."""
    if who.dependencies.deployment.shows_all:
        return page
    shown = who.shown(cursor, [child for child, _ in page], on)
    return [each for each in page if each[0] in shown or act_of(each[1]) == RETURN]


def _child(
    child: str, rules: Sequence[DueByRule], since: str | None, counted_from: str | None, *, held: bool
) -> dict[str, Any]:
    return {
        "child": child,
        "act": act_of(rules),
        "archive_on": min((each.since for each in rules if each.rule and each.act != ASK), default=None),
        "archived_on": since and since[:10],
        "destroy_on": destroyed_on(counted_from) if counted_from else None,
        "held": held,
        "rules": [each._asdict() for each in rules if each.rule],
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _BAD_DAY) from None
