"""Legal holds over HTTP, placed and lifted by two data managers each: nothing of a held child is destroyed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action
from services.api.access_control.looks import viewer_of_a_child
from services.api.dependencies import Dependencies
from services.api.destruction import hold_of
from services.api.routes._current_children import current_or_removed_child
from services.api.routes.steward_decisions import answer_of, decide, decided, ruling_of
from services.api.schemas.decisions import Why
from services.api.schemas.holds import HoldDecided
from services.submission_contract.decisions import DecisionType

_DECIDED = decided(HoldDecided)


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about legal holds."""
    calls = APIRouter(tags=["destruction"])

    @calls.post("/children/{child}/hold", responses=_DECIDED)
    def place(request: Request, child: str, why: Why) -> Response:
        """Requests that nothing of a child is destroyed, or confirms the request of another data manager."""
        return _decide(request, child, why, Action.HOLD_PLACE, DecisionType.HOLD_PLACE)

    @calls.post("/children/{child}/hold/lift", responses=_DECIDED)
    def lift(request: Request, child: str, why: Why) -> Response:
        """Requests that a hold ends, or confirms the request of another data manager."""
        return _decide(request, child, why, Action.HOLD_LIFT, DecisionType.HOLD_LIFT)

    def _decide(request: Request, child: str, why: Why, action: Action, kind: DecisionType) -> Response:
        who = viewer_of_a_child(dependencies, request, action, why.reason, [child])
        look, number = current_or_removed_child(who, child)
        taken = decide(dependencies, look, kind, number, ruling_of(who, child=number))
        with dependencies.reading() as cursor:
            held, waits = hold_of(cursor, number)
        return answer_of(taken, child=number, held=held, waits=waits)

    return calls
