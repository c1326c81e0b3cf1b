"""Answers as bytes, and how the OpenAPI document describes them."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from services.api.problems import MEDIA_TYPE
from services.api.schemas.problems import ProblemDetails

_MEANINGS = {
    400: "The body cannot be read at all.",
    401: "No token, or one that is not valid.",
    403: "A token without this right.",
    404: "Nothing here; what is hidden is answered the same.",
    408: "The request took too long to arrive.",
    409: "A rule says no; the answer says which, and nothing was changed.",
    413: "The body, or one submission in it, is too large.",
    415: "A media type that this call does not take.",
    422: "Something is missing or wrong; the answer says what to add.",
    429: "Too much at once; try again after the seconds of `Retry-After`.",
    431: "The headers are too large; this is answered before anything is read, without a body.",
    503: "A part of the stack is away; nothing is shown that could not be recorded.",
}
_ANYWHERE = frozenset({408, 413, 429, 431})
"""The bounds that hold for every call."""
_BARE = 431
"""The one that has no document of its own."""


def json_answer(document: Any, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON document."""
    return Response(orjson.dumps(document), status, headers, "application/json")


def ndjson_answer(documents: Iterable[Any], headers: Mapping[str, str]) -> Response:
    """One JSON document a line."""
    lines = b"".join(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE) for document in documents)
    return Response(lines, HTTPStatus.OK, headers, "application/x-ndjson")


def next_page(path: str, parameters: Mapping[str, str | int | None]) -> dict[str, str]:
    """The header that names the next page (RFC 8288)."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return {"Link": f'<{path}?{query}>; rel="next"'}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document lists as errors of a call: these, and those that any call may be answered with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}}}
    return {
        status: {"description": _MEANINGS[status]} | ({} if status == _BARE else {"content": content})
        for status in sorted(_ANYWHERE.union(statuses))
    }
