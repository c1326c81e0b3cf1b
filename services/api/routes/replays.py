"""Replays over HTTP: the right, the reason and the record of one; what is written is read beside."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action
from services.api.access_control.looks import ReasonHeader, Viewer, viewer
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.moments import day, moment
from services.api.schemas.replays import PastAccessQuery, Replay, Replayed


def router(dependencies: Dependencies) -> APIRouter:
    """The calls that a replay makes before it writes a part."""
    calls = APIRouter(tags=["replays"])

    @calls.post("/replays", responses={200: {"model": Replayed}, **problems(401, 403, 422, 503)})
    def look(request: Request, replay: Replay, _: ReasonHeader = None) -> Response:
        """Records that children are written as known at a moment, and answers which of them may be.

        `contactpoint replay` calls it before it begins, for nobody, and then for each part of what it writes.
        """
        who = viewer(dependencies, request, Action.REPLAY)
        return json_answer(_recorded(who, replay.as_of, [str(child) for child in replay.children]))

    @calls.post("/replays/seen", responses={200: {"model": Replayed}, **problems(401, 403, 422, 503)})
    def past_access(request: Request, query: PastAccessQuery, _: ReasonHeader = None) -> Response:
        """Records a query of what a user could have been shown of a child, and answers whether that may be shown.

        `contactpoint could-have-seen` calls it before it begins.
        """
        who = viewer(dependencies, request, Action.COULD_HAVE_SEEN)
        return json_answer(_recorded(who, query.as_of, [str(query.child)], user=query.user))

    return calls


def _recorded(who: Viewer, as_of: str, named: list[str], **details: str) -> dict[str, Any]:
    known_at = moment("as_of", as_of) or ""
    with who.reading_of_all() as cursor:
        listed = who.shown(cursor, named, min(day(known_at), who.today))
    shown = [child for child in named if child in listed]
    who.record({"as_of": known_at, **details}, shown, shown={})
    return {"as_of": known_at, "cleared": who.cleared, "children": shown}
