"""Submissions over HTTP: each one's bytes go as they are to the agency's own topic, where the registrar judges them."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from itertools import islice
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from domain.written import BYTE_ORDER_MARK
from services.api.access_control.callers import principal_of, require_agency
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.limits.middleware import LARGEST_BODY
from services.api.problems import Problem
from services.api.routes._dry_submissions import MOST_AT_ONCE as MOST_AT_ONCE_DRY
from services.api.routes._dry_submissions import tried
from services.api.schemas.submissions import Submitted, Tried
from services.submission_contract.schemas.examples import SUBMISSIONS
from services.submission_contract.schemas.json_schema import inlined, schema_of
from services.submission_contract.submission import MAX_BYTES, MODELS
from services.submit.files import Line
from services.submit.route import key_of
from services.submit.sender import Ranges, Sender
from streams.kafka.settings import KafkaAway
from streams.kafka.topics import submissions_topic

SINGLE, BATCH, LINES = "application/cloudevents+json", "application/cloudevents-batch+json", "application/x-ndjson"
MOST_AT_ONCE = 128
MOST_BYTES_AT_ONCE = 6 * LARGEST_BODY
MOST_OF_AN_AGENCY = 32
MOST_BYTES_OF_AN_AGENCY = 4 * LARGEST_BODY
"""So that the others find room while one agency's bodies do not arrive."""
MOST_IN_A_BODY = 10_000

_SPACE = re.compile(r"[ \t\n\r]*")


@cache
def _request_body() -> dict[str, Any]:
    """What may be sent, for the OpenAPI document: each type's schema and an example of it."""
    one = {"oneOf": [inlined(schema_of(model)) for model in MODELS.values()]}
    lines = "".join(json.dumps(SUBMISSIONS[name]) + "\n" for name in list(MODELS)[:2])
    examples = {name: {"value": SUBMISSIONS[name]} for name in MODELS}
    return {
        "required": True,
        "content": {
            SINGLE: {"schema": one, "examples": examples},
            BATCH: {"schema": {"type": "array", "items": one, "maxItems": MOST_IN_A_BODY}},
            LINES: {"schema": {"type": "string"}, "example": lines},
        },
    }


def router(dependencies: Dependencies) -> APIRouter:
    """The call that takes submissions."""
    calls = APIRouter(tags=["submissions"])
    room = _Room()

    @calls.post(
        "/submissions",
        status_code=HTTPStatus.ACCEPTED,
        responses={200: {"model": Tried}, 202: {"model": Submitted}, **problems(400, 401, 403, 413, 415, 429, 503)},
        openapi_extra={"requestBody": _request_body()},
    )
    async def submit(request: Request, dry_run: bool = False) -> Response:
        """Takes one submission, a batch, or one a line; what becomes of each is in its receipt.

        With `dry_run` nothing is sent, and the answer has what would become of each, but for what depends on the
        present state of its record. Nobody is compared: another call shows data managers whom it would join.
        """
        size, who = int(request.headers.get("content-length", LARGEST_BODY)), principal_of(request).subject
        room.enter(who, size)
        try:
            code = await run_in_threadpool(require_agency, dependencies, request)
            split = _splitter(request.headers.get("content-type", ""))
            body = await request.body()
            if dry_run:
                return json_answer(await run_in_threadpool(_try, dependencies, code, split, body))
            return json_answer(await run_in_threadpool(_submit, dependencies, code, split, body), HTTPStatus.ACCEPTED)
        finally:
            room.leave(who, size)

    return calls


class _Room:
    """A bound on the submissions in hand, by number of requests and by bytes, in all and of each agency."""

    def __init__(self) -> None:
        self._requests: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def enter(self, who: str, size: int) -> None:
        """Takes room; raises Problem 429 where there is none."""
        if (
            self._requests[who] >= MOST_OF_AN_AGENCY
            or self._bytes[who] + size > MOST_BYTES_OF_AN_AGENCY
            or self._requests.total() >= MOST_AT_ONCE
            or self._bytes.total() + size > MOST_BYTES_AT_ONCE
        ):
            detail = "too many submissions are in hand; send this again in a moment"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": "1"})
        self._requests[who] += 1
        self._bytes[who] += size

    def leave(self, who: str, size: int) -> None:
        """Gives it back."""
        self._requests[who] -= 1
        self._bytes[who] -= size
        if not self._requests[who]:
            del self._requests[who], self._bytes[who]


def _try(dependencies: Dependencies, code: str, split: Any, body: bytes) -> dict[str, Any]:
    return tried(dependencies, code, [value for value, _ in islice(split(body), MOST_AT_ONCE_DRY + 1)])


def _submit(dependencies: Dependencies, code: str, split: Any, body: bytes) -> dict[str, Any]:
    submissions = list(islice(split(body), MOST_IN_A_BODY + 1))
    if len(submissions) > MOST_IN_A_BODY:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"a body may hold at most {MOST_IN_A_BODY:,} submissions; nothing was taken",
        )
    if any(len(submission) > MAX_BYTES for submission, _ in submissions):
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a submission may have at most {MAX_BYTES:,} bytes; nothing was taken"
        )
    ranges = _send(dependencies, submissions_topic(code), submissions) if submissions else {}
    return {"submitted": len(submissions), "receipts": _receipts_path(submissions, ranges)}


def _send(dependencies: Dependencies, topic: str, submissions: list[tuple[bytes, Any]]) -> Ranges:
    producer = dependencies.producer.get()
    sender = Sender(producer)
    try:
        for value, read in submissions:
            sender.send(topic, key_of(read), Line(value, len(value)))
        return sender.finish()
    except KafkaAway:
        dependencies.producer.drop(producer)
        raise


def _receipts_path(submissions: list[tuple[bytes, Any]], ranges: Ranges) -> str:
    """Where the receipts will be: by id for one submission, else from the first message on."""
    if len(submissions) == 1 and isinstance(submissions[0][1], dict) and isinstance(submissions[0][1].get("id"), str):
        return f"/receipts?submission={quote(submissions[0][1]['id'], safe='', errors='replace')}"
    for (topic, partition), runs in sorted(ranges.items()):
        return f"/receipts?after={quote(f'{topic}/{partition}/{runs[0][0] - 1}', safe='')}"
    return "/receipts"


def _splitter(content_type: str) -> Any:
    kind = content_type.partition(";")[0].strip().lower()
    split = {SINGLE: _single, BATCH: _batch, LINES: _lines}.get(kind)
    if split is None:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send {SINGLE}, {BATCH} or {LINES}")
    return split


def _single(body: bytes) -> Iterator[tuple[bytes, Any]]:
    try:
        read = orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except ValueError:
        raise _unreadable("the body is not JSON, or nested too deep") from None
    if not isinstance(read, dict):
        raise _unreadable("the body is no JSON object")
    yield body, read


def _batch(body: bytes) -> Iterator[tuple[bytes, Any]]:
    """The elements of a JSON array, each with its own bytes; all are objects, or nothing is taken."""
    try:
        text = body.decode("utf-8-sig")
        place = _after_space(text, 0)
        if text[place : place + 1] != "[":
            raise ValueError
        place = _after_space(text, place + 1)
        while text[place : place + 1] != "]":
            read, end = _DECODER.raw_decode(text, place)
            if not isinstance(read, dict):
                raise ValueError
            yield text[place:end].encode(), read
            place = _after_space(text, end)
            if text[place : place + 1] == ",":
                place = _after_space(text, place + 1)
                if text[place : place + 1] == "]":
                    raise ValueError
            elif text[place : place + 1] != "]":
                raise ValueError
        if _after_space(text, place + 1) != len(text):
            raise ValueError
    except (ValueError, RecursionError):
        raise _unreadable("the body is not a JSON array of objects, which submissions are; nothing was taken") from None


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    assert found is not None
    return found.end()


def _lines(body: bytes) -> Iterator[tuple[bytes, Any]]:
    """The lines of the body; one that is not JSON is sent on and gets its receipt."""
    if not body.strip():
        raise _unreadable("the body is empty; send one submission a line")
    for line in (each.removeprefix(BYTE_ORDER_MARK) for each in body.split(b"\n")):
        if line.strip(b" \t\r"):
            try:
                yield line, orjson.loads(line)
            except ValueError:
                yield line, None


def _unreadable(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail)


_DECODER = json.JSONDecoder(parse_int=float)
"""Whole numbers too long for Python to read are no fault of the body; the element with one gets its receipt."""
