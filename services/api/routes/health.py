"""Whether the API lives and can answer, and figures for Prometheus; nothing personal."""

from contextlib import suppress
from http import HTTPStatus

import psycopg2
from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action, Jurisdiction
from services.api.access_control.callers import is_anybody, permitted
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.figures import Figures
from services.api.limits.middleware import RequestMiddleware
from services.api.problems import unavailable
from services.queries.belonging import NotTogether, refuse_what_does_not_belong
from services.queries.positions import Positions, late_by, read_positions
from services.queries.unread import read_offsets
from streams.store.database import DatabaseAway

_NOT_READY = "Postgres or its tables cannot be reached; start it, or run `contactpoint run init`"


def router(dependencies: Dependencies, middleware: RequestMiddleware) -> APIRouter:
    """The calls that operators and their tools make."""
    calls = APIRouter(tags=["operation"])

    @calls.get("/health/live", responses=problems())
    async def live() -> Response:
        """The process runs; `stack` is what the supervisor of a local stack knows it by."""
        stack = dependencies.stack_id
        return json_answer({"status": "live"} | ({"stack": stack} if stack else {}))

    @calls.get("/health/ready", responses=problems(503))
    def ready() -> Response:
        """The directory is ready for calls."""
        try:
            with dependencies.look_ups.snapshot() as cursor:
                positions = read_positions(cursor)
                if not positions.views_missing:
                    refuse_what_does_not_belong(cursor)
        except NotTogether as wrong:
            raise unavailable(str(wrong)) from None
        except (DatabaseAway, psycopg2.Error):
            raise unavailable(_NOT_READY) from None
        if positions.views_missing:
            raise unavailable(positions.views_missing)
        late_s = late_by(positions.waiting_since, dependencies.now())
        if positions.lag["projector"] > 0 and late_s > dependencies.most_lag_s:
            raise unavailable(
                f"the views lack what was decided {late_s:.0f} s ago, and {dependencies.most_lag_s} s are allowed; see"
                " whether a projector runs, and what `contactpoint status` says of it"
            )
        return json_answer({"status": "ready"})

    @calls.get("/metrics", response_class=Response, responses=problems(401, 403, 503))
    def metrics(request: Request) -> Response:
        """Figures in Prometheus's text format; some are for data managers, auditors and operators."""
        whole = not is_anybody(request)
        if whole:
            permitted(dependencies, request, Action.FIGURES, lambda _: Jurisdiction.NONE)
        positions: Positions | None = None
        unread: int | None = None
        with suppress(DatabaseAway, psycopg2.Error):
            with dependencies.look_ups.snapshot() as cursor:
                positions, offsets = read_positions(cursor), read_offsets(cursor)
            unread = dependencies.unread.count(offsets)
        text = Figures(
            middleware.answered.copy(),
            middleware.durations,
            middleware.in_hand,
            positions,
            unread,
            dependencies.now(),
            whole=whole,
        ).text()
        return Response(text, HTTPStatus.OK, media_type="text/plain; version=0.0.4")

    return calls
