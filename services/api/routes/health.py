"""Whether the API lives and can answer, and figures for Prometheus; nothing personal."""

from http import HTTPStatus

import psycopg2
from fastapi import APIRouter
from starlette.responses import Response

from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.figures import Figures
from services.api.limits.middleware import RequestMiddleware
from services.api.problems import unavailable
from services.queries.positions import Positions, read_positions
from streams.store.database import DatabaseAway

_NOT_READY = "Postgres or its tables cannot be reached; start it, or run `contactpoint run init`"


def router(dependencies: Dependencies, middleware: RequestMiddleware) -> APIRouter:
    """The calls that operators and their tools make."""
    calls = APIRouter(tags=["operation"])

    @calls.get("/health/live", responses=problems())
    async def live() -> Response:
        """The process runs."""
        return json_answer({"status": "live"})

    @calls.get("/health/ready", responses=problems(503))
    def ready() -> Response:
        """The directory can be asked."""
        try:
            with dependencies.look_ups.snapshot() as cursor:
                read_positions(cursor)
        except (DatabaseAway, psycopg2.Error):
            raise unavailable(_NOT_READY) from None
        return json_answer({"status": "ready"})

    @calls.get("/metrics", response_class=Response, responses=problems(503))
    def metrics() -> Response:
        """Figures in Prometheus's text format."""
        try:
            with dependencies.look_ups.snapshot() as cursor:
                positions: Positions | None = read_positions(cursor)
        except (DatabaseAway, psycopg2.Error):
            positions = None
        text = Figures(middleware.answered.copy(), middleware.in_hand, positions).text()
        return Response(text, HTTPStatus.OK, media_type="text/plain; version=0.0.4")

    return calls
