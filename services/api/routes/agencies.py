"""Agencies over HTTP: one is suspended, and resumed."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action
from services.api.access_control.looks import ReasonHeader, viewer
from services.api.answers import json_answer
from services.api.dependencies import Dependencies
from services.api.problems import Problem, absent
from services.api.routes.steward_decisions import decide, decided, ruling_of, under_way
from services.api.schemas.agencies import AgencyDecided, Resumption, Suspension
from services.registers import SuspendedAgency, load_agencies, suspended_agencies
from services.submission_contract.decisions import DecisionType

_DECIDED = decided(AgencyDecided)


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about agencies."""
    calls = APIRouter(tags=["agencies"])

    @calls.post("/agencies/{code}/suspension", responses=_DECIDED)
    def suspend(request: Request, code: str, suspension: Suspension, _: ReasonHeader = None) -> Response:
        """From now on nothing is taken from the agency: what it sends is refused, and its token.

        What it reported is left out too where that is requested, and comes back when it is resumed.
        """
        if suspension.since and not suspension.set_aside:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "`since` says what is set aside; give `set_aside` with it")
        data = suspension.model_dump(exclude_none=True)
        return _decide(dependencies, request, Action.AGENCY_SUSPEND, code, data)

    @calls.post("/agencies/{code}/suspension/end", responses=_DECIDED)
    def resume(request: Request, code: str, resumption: Resumption | None = None, _: ReasonHeader = None) -> Response:
        """What the agency sends is taken again, and what it reported counts again.

        Its removals that were taken back hold again, unless it is resumed without them.
        """
        data = (resumption or Resumption()).model_dump()
        return _decide(dependencies, request, Action.AGENCY_RESUME, code, data)

    return calls


_KINDS = {Action.AGENCY_SUSPEND: DecisionType.AGENCY_SUSPEND, Action.AGENCY_RESUME: DecisionType.AGENCY_RESUME}


_KAFKA_RIGHTS = (
    "follow within seconds where `contactpoint agencies rights --watch` runs as an administrator of Kafka, else once"
    " `contactpoint agencies rights` is run; until then the registrar refuses what a suspended agency writes there"
)


_TAKEN_BACK = (
    "the records that it removed since then are shown again as they were, in pages; `contactpoint status` counts them,"
    " and only when all of the agency's records are done can it be resumed without these removals."
    " What a court had ordered, a data manager removed, or was destroyed stays gone: nothing of that comes back"
)
_NOT_TAKEN_BACK = "what it removed stays removed: only with a moment `since` are removals taken back"
_HOLD_AGAIN = "those that were taken back hold again, and their numbers are refused"
_STAY = "those that were taken back stay so, and their numbers are taken again"


def _of_removals(data: Mapping[str, Any], before: SuspendedAgency | None) -> str | None:
    if "without_removals" in data:
        if before is None or not before.set_aside:
            return None
        return _STAY if data["without_removals"] else _HOLD_AGAIN
    if not data["set_aside"]:
        return None
    return _TAKEN_BACK if data.get("since") else _NOT_TAKEN_BACK


def _decide(
    dependencies: Dependencies, request: Request, action: Action, code: str, data: Mapping[str, Any]
) -> Response:
    """Decides on an agency of the user's own authority; on one of none, who works for the whole directory.

    It holds once the registrar has it, also where the views are late, as they may be under attack.
    """
    with dependencies.look_ups.transaction() as cursor:
        agency = load_agencies(cursor).get(code)
        before = next((each for each in suspended_agencies(cursor) if each.agency == code), None)
    who = viewer(dependencies, request, action, agency.authority if agency else None)
    look = who.record({"agency": code, **data})
    if agency is None:
        raise absent()
    taken = decide(dependencies, look, _KINDS[action], code, ruling_of(who, agency=code, **data))
    dependencies.suspended.forget()
    wanted = action is Action.AGENCY_SUSPEND
    if taken.position is None and (code in dependencies.suspended) is not wanted:
        return under_way(taken)
    removals = _of_removals(data, before)
    state = {"agency": code, "suspended": wanted, "kafka_rights": _KAFKA_RIGHTS, "removals": removals}
    return json_answer({"outcome": "accepted", "decision": taken.id, "position": taken.position, **state})
