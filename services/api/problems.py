"""Errors as RFC 9457 problem details; none of them repeats a value that was sent."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
import psycopg2
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from projections.base.projection import Undecodable
from projections.engine.live_schema import ViewsNotBuilt
from services.queries.belonging import NotTogether
from streams.access.appender import AccessLogAway
from streams.crypto.sealing import SealBroken
from streams.kafka.settings import KafkaAway
from streams.store.database import DatabaseAway

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An answer that is an error; `detail` says what is wrong and what to do."""

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.more = more


def problem_response(
    status: int, detail: str, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> Response:
    """A problem details document."""
    known = HTTPStatus(status)
    document = {"type": "about:blank", "title": known.phrase, "status": known.value, "detail": detail, **(more or {})}
    return Response(orjson.dumps(document), known.value, headers, MEDIA_TYPE)


def absent() -> Problem:
    """The one answer for what is absent and for what is hidden, so that they cannot be distinguished."""
    return Problem(HTTPStatus.NOT_FOUND, "there is nothing here under this name")


def unavailable(detail: str) -> Problem:
    """A part of the stack is away for the moment."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "2"})


def add_handlers(app: FastAPI) -> None:
    """Makes every error that leaves an endpoint a problem details document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    for away in (AccessLogAway, DatabaseAway, KafkaAway, psycopg2.OperationalError, psycopg2.errors.UndefinedTable):
        app.add_exception_handler(away, _on_away)
    app.add_exception_handler(ViewsNotBuilt, _on_views_not_built)
    for unopened in (Undecodable, SealBroken):
        app.add_exception_handler(unopened, _on_unopened)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error.status, error.detail, error.headers, error.more)


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Problem):  # a body whose length was not stated grew too large while it was read
        return await _on_problem(_, error.__cause__)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return await _on_problem(_, absent())
    status = HTTPStatus(error.status_code)
    detail = _DETAILS.get(status, status.description)
    return problem_response(error.status_code, detail, error.headers)


_DETAILS = {
    HTTPStatus.BAD_REQUEST: "the body cannot be read; send JSON in UTF-8",
    HTTPStatus.METHOD_NOT_ALLOWED: "this path does not take that method; the header Allow names those it takes",
}
"""What the framework's own errors mean here."""


async def _on_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [_without_values(each) for each in error.errors()[:20]]
    detail = f"{wrong[0]['field'] or 'the body'}: {wrong[0]['message']}"
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, more={"errors": wrong})


def _without_values(error: Mapping[str, Any]) -> dict[str, str]:
    """Where something is wrong and of what kind it is; never the value, nor an unknown field's name."""
    kind = str(error["type"])
    location = error["loc"][:-1] if kind in ("extra_forbidden", "json_invalid") else error["loc"]
    return {
        "field": ".".join(str(part) for part in location),
        "code": kind.replace("_", "-"),
        "message": _MESSAGES.get(kind, "the value is not one that this field takes"),
    }


_MESSAGES = {
    "missing": "this is required",
    "extra_forbidden": "there is a field that this call does not know",
    "json_invalid": "this is not JSON",
    "string_too_short": "the text is too short",
    "string_too_long": "the text is too long",
    "greater_than_equal": "the number is too small",
    "less_than_equal": "the number is too large",
    "int_parsing": "this must be a whole number",
    "literal_error": "the value is not one of those allowed",
}


async def _on_away(_: Request, error: Exception) -> Response:
    if isinstance(error, NotTogether):
        return await _on_problem(_, unavailable(f"the directory cannot be asked now: {error}"))
    if isinstance(error, AccessLogAway):
        part = "the access log, and nothing is shown that it does not record"
    else:
        part = "Kafka" if isinstance(error, KafkaAway) else "Postgres"
    return await _on_problem(_, unavailable(f"a part of the directory cannot be reached: {part}; try again later"))


async def _on_views_not_built(_: Request, error: Exception) -> Response:
    return await _on_problem(_, unavailable(f"nothing can be answered now, which says nothing of anybody: {error}"))


async def _on_unopened(_: Request, __: Exception) -> Response:
    detail = "what is held of somebody in this answer cannot be opened: a data key is lost, or the keys are not these"
    return await _on_problem(_, unavailable(f"{detail}; put the keys back from a backup"))


async def _on_unexpected(_: Request, __: Exception) -> Response:
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here; it has been noted")
