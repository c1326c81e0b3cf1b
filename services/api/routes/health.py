"""Whether the API lives and can answer, and figures for Prometheus; nothing personal."""

from collections.abc import Iterator
from http import HTTPStatus

import psycopg2
from fastapi import APIRouter
from starlette.responses import Response

from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
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
            with dependencies.reading() as cursor:
                read_positions(cursor)
        except (DatabaseAway, psycopg2.Error):
            raise unavailable(_NOT_READY) from None
        return json_answer({"status": "ready"})

    @calls.get("/metrics", response_class=Response, responses=problems(503))
    def metrics() -> Response:
        """Figures in Prometheus's text format."""
        lines = "\n".join(_metrics(dependencies, middleware))
        return Response(f"{lines}\n", HTTPStatus.OK, media_type="text/plain; version=0.0.4")

    return calls


def _metrics(dependencies: Dependencies, middleware: RequestMiddleware) -> Iterator[str]:
    yield "# HELP contactpoint_requests_total Answers by method, route and status."
    yield "# TYPE contactpoint_requests_total counter"
    for (method, route, status), number in sorted(middleware.answered.items()):
        labels = f'method="{_label(method)}",route="{_label(route)}",status="{status}"'
        yield f"contactpoint_requests_total{{{labels}}} {number}"
    yield "# HELP contactpoint_requests_in_hand Requests being answered."
    yield "# TYPE contactpoint_requests_in_hand gauge"
    yield f"contactpoint_requests_in_hand {middleware.in_hand}"
    try:
        with dependencies.reading() as cursor:
            positions: Positions | None = read_positions(cursor)
    except (DatabaseAway, psycopg2.Error):
        positions = None
    yield "# HELP contactpoint_database_up Whether Postgres can be reached."
    yield "# TYPE contactpoint_database_up gauge"
    yield f"contactpoint_database_up {int(positions is not None)}"
    if positions is None:
        return
    yield "# HELP contactpoint_position How far each part has come in the log of events."
    yield "# TYPE contactpoint_position gauge"
    for part, position in positions.positions.items():
        yield f'contactpoint_position{{part="{part}"}} {position}'
    yield "# HELP contactpoint_lag How many messages wait at each part."
    yield "# TYPE contactpoint_lag gauge"
    for part, waiting in positions.lag.items():
        yield f'contactpoint_lag{{part="{part}"}} {waiting}'
    yield "# HELP contactpoint_failed_messages Published messages that a projection could not take."
    yield "# TYPE contactpoint_failed_messages gauge"
    yield f"contactpoint_failed_messages {positions.failed}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
