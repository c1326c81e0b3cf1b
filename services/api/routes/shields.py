"""Shields over HTTP: applied, reviewed, handed over, lifted by whoever takes care of them, and which are due."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from projections.reports.authorities import vouched_authorities
from projections.visibility.shields import custodians, due_reviews, shieldings
from projections.visibility.survivors import survivor
from services.api.access_control.looks import ReasonHeader, Viewer, viewer_of_a_child
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.numbers import NUMBER
from services.api.problems import absent
from services.api.registered import known_authority
from services.api.routes.overrides import whole
from services.api.routes.steward_decisions import answer_of, decide, decided, ruling_of
from services.api.schemas.decisions import Why
from services.api.schemas.shields import Custody, DueShields, Shielded
from services.submission_contract.decisions import DecisionType

MOST_AT_ONCE = 500
_AFTER = r"^[0-9-]{10}~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DECIDED = decided(Shielded)


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about shields."""
    calls = APIRouter(tags=["shields"])

    @calls.post("/children/{child}/shield", responses=_DECIDED)
    def apply(request: Request, child: str, why: Why) -> Response:
        """Hides whereabouts of a child at risk from everybody; the shield is to be reviewed within six months."""
        who = viewer_of_a_child(dependencies, request, Action.SHIELD_APPLY, why.reason)
        return _decide(who, DecisionType.SHIELD_APPLY, child.lower())

    @calls.post("/children/{child}/shield/review", responses=_DECIDED)
    def review(request: Request, child: str, why: Why) -> Response:
        """Keeps a shield for another six months."""
        who = viewer_of_a_child(dependencies, request, Action.SHIELD_REVIEW, why.reason)
        return _decide(who, DecisionType.SHIELD_REVIEW, child.lower())

    @calls.post("/children/{child}/shield/hand-over", responses=_DECIDED)
    def hand_over(request: Request, child: str, custody: Custody) -> Response:
        """Gives a shield into another authority's care; the one that had it can't take it back."""
        who = viewer_of_a_child(dependencies, request, Action.SHIELD_HAND_OVER, custody.reason)
        to = known_authority(dependencies, custody.to, None)
        return _decide(who, DecisionType.SHIELD_HAND_OVER, child.lower(), to)

    @calls.post("/children/{child}/shield/lift", responses=_DECIDED)
    def lift(request: Request, child: str, why: Why) -> Response:
        """Shows the child's whereabouts again."""
        who = viewer_of_a_child(dependencies, request, Action.SHIELD_LIFT, why.reason)
        return _decide(who, DecisionType.SHIELD_LIFT, child.lower())

    @calls.get("/shields/due", responses={200: {"model": DueShields}, **problems(401, 403, 422, 503)})
    def listed(
        request: Request,
        _: ReasonHeader = None,
        on: Annotated[str | None, Query(pattern=_DAY, description="due by this day, default today")] = None,
        after: Annotated[str | None, Query(pattern=_AFTER, description="from the header Link of a page")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 100,
    ) -> Response:
        """Shields whose review has come, of the authority that the user takes care of."""
        who = viewer_of_a_child(dependencies, request, Action.SHIELD_REVIEW)
        found, last = _due(who, on or who.today.isoformat(), after, limit)
        headers = next_page("/shields/due", {"on": on, "after": last, "limit": limit}) if last else {}
        return json_answer({"due": found}, headers=headers)

    return calls


def _decide(who: Viewer, kind: DecisionType, child: str, to: str | None = None) -> Response:
    redacted = whole(who, child)
    number = redacted.child if redacted and redacted.entry else _shielded_without_records(who, child)
    about = [number] if number else []
    with who.reading_of_all() as cursor:
        in_custody = custodians(cursor, about)
        refused = who.refusal_about(cursor, about) if about else absent()
        home = vouched_authorities(cursor, about).get(number or "")
    if any(not who.keeps(custodian) for custodian in in_custody.values()):
        refused = absent()
    look = who.record({}, [] if refused else about)
    if refused or number is None:
        raise refused or absent()
    custody = {}
    if kind is DecisionType.SHIELD_APPLY:
        custody = {"custodian": who.entitlement.authority or home}
    if kind is DecisionType.SHIELD_HAND_OVER:
        custody = {"custodian": to}
    taken = decide(who.dependencies, look, kind, number, ruling_of(who, child=number, **custody))
    return answer_of(taken, child=number)


def _shielded_without_records(who: Viewer, child: str) -> str | None:
    """The child that a number means, if it is shielded although no record of it counts: only its shield is left.

    Whether its records were a sensitive service's is not known here, so only a cleared user learns it.
    """
    if not who.cleared or not NUMBER.fullmatch(child):
        return None
    with who.reading_of_all() as cursor:
        number = survivor(cursor, child, cleared=who.cleared)
        found = shieldings(cursor, [number]).get(number)
    return number if found and not found.is_suspected else None


def _due(who: Viewer, day: str, after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    begin = after.split("~") if after else None
    with who.reading_of_all() as cursor:
        found = due_reviews(cursor, day, (begin[0], begin[1]) if begin else None, limit, custodian=who.custodian)
    who.record({"on": day, "after": after, "limit": limit}, [each.child for each in found])
    last = f"{found[-1].review_by}~{found[-1].child}" if len(found) == limit else None
    return [each._asdict() for each in found], last
