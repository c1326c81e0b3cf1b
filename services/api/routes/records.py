"""Records over HTTP: a data manager removes any agency's."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action
from services.api.access_control.looks import viewer_of_a_child
from services.api.dependencies import Dependencies
from services.api.routes._current_children import current_children
from services.api.routes._shown_records import child_of_shown_record
from services.api.routes.steward_decisions import answer_of, decide, decided, ruling_of
from services.api.schemas.records import Removal, Removed
from services.submission_contract.decisions import DecisionType

_DECIDED = decided(Removed)


def router(dependencies: Dependencies) -> APIRouter:
    """The call that removes a record."""
    calls = APIRouter(tags=["records"])

    @calls.post("/records/remove", responses=_DECIDED)
    def remove(request: Request, removal: Removal) -> Response:
        """Takes a record out of the directory for good, whosever it is; its agency can report nothing more of it."""
        who = viewer_of_a_child(dependencies, request, Action.RECORD_REMOVE, removal.reason)
        look, (child,) = current_children(who, {"child": child_of_shown_record(who, removal.record) or ""})
        named = {"child": child, "record": removal.record.model_dump()}
        taken = decide(dependencies, look, DecisionType.RECORD_REMOVE, child, ruling_of(who, **named))
        return answer_of(taken, child=child)

    return calls
