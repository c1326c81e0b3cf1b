"""Records over HTTP: a data manager removes any agency's."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action
from projections.directory.query import child_of_record
from services.api.access_control.looks import Viewer, viewer_of_a_child
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.routes._current_children import current_children
from services.api.routes.steward_decisions import decide
from services.api.schemas.decisions import UnderWay
from services.api.schemas.duplicates import NamedRecord
from services.api.schemas.records import Removal, Removed
from services.contract.decisions import DecisionType
from services.registrar.store import streams_of

_DECIDED: dict[int | str, dict[str, Any]] = {
    200: {"model": Removed},
    202: {"model": UnderWay},
    **problems(401, 403, 404, 409, 422, 503),
}


def router(dependencies: Dependencies) -> APIRouter:
    """The call that removes a record."""
    calls = APIRouter(tags=["records"])

    @calls.post("/records/remove", responses=_DECIDED)
    def remove(request: Request, removal: Removal) -> Response:
        """Takes a record out of the directory for good, whosever it is; its agency can say nothing more of it."""
        who = viewer_of_a_child(dependencies, request, Action.RECORD_REMOVE, removal.reason)
        look, (child,) = current_children(who, {"child": _child_of(who, removal.record) or ""})
        named = {"child": child, "record": removal.record.model_dump()}
        ruling = {"decided_by": who.user, "reason": who.reason, **named}
        taken = decide(dependencies, look, DecisionType.RECORD_REMOVE, child, ruling)
        if taken.position is None:
            where = {"decision": taken.id, "receipts": f"/receipts?submission={taken.id}"}
            return json_answer(where, HTTPStatus.ACCEPTED)
        return json_answer({"outcome": "accepted", "decision": taken.id, "position": taken.position, "child": child})

    return calls


def _child_of(who: Viewer, named: NamedRecord) -> str | None:
    """The child of the record, if the user may know of it."""
    key = (named.source, "subject", named.subject)
    with who.dependencies.reading() as cursor:
        stream = streams_of(cursor, [key]).get(key)
        return child_of_record(cursor, str(stream), cleared=who.cleared) if stream else None
