"""Sends a data steward's decision as a submission, waits until the views show its effect, and answers."""

import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from pydantic import BaseModel
from starlette.responses import Response

from projections.engine.positions import views_position
from projections.receipts.query import receipt_of
from services.api.access_control.looks import Viewer
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem, absent
from services.api.schemas.decisions import UnderWay
from services.submission_contract.decisions import DecisionType, decision
from services.submit.files import Line
from services.submit.sender import Sender
from streams.codec import iso_text
from streams.kafka.settings import KafkaAway
from streams.kafka.topics import STEWARDSHIP, submissions_topic
from streams.store.database import Cursor

TIMEOUT_S = 10.0
"""How long an answer waits for a decision to take effect and to show in the views."""

_TOPIC = submissions_topic(STEWARDSHIP)


class Taken(NamedTuple):
    """A decision that was sent: its id, and the position of its last event, or None while it has not taken effect."""

    id: str
    position: int | None


def decided(model: type[BaseModel], *more: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of a call that sends a decision: its answer, what is under way, and errors."""
    problem_responses = problems(401, 403, 404, 409, 422, 503, *more)
    return {200: {"model": model}, 202: {"model": UnderWay}, **problem_responses}


def ruling_of(who: Viewer, **about: Any) -> dict[str, Any]:
    """The data of a decision: who decides it and why, and what it is about."""
    return {"decided_by": who.user, "reason": who.reason, **about}


def answer_of(taken: Taken, **about: Any) -> Response:
    """The answer to a decision that shows, with what it is about; else where its receipt will be."""
    if taken.position is None:
        return under_way(taken)
    return json_answer({"outcome": "accepted", "decision": taken.id, "position": taken.position, **about})


def under_way(taken: Taken) -> Response:
    """The answer to a decision that does not show yet."""
    where = {"decision": taken.id, "receipts": f"/receipts?submission={taken.id}"}
    return json_answer(where, HTTPStatus.ACCEPTED)


def decide(dependencies: Dependencies, look: str, kind: DecisionType, child: str, data: Mapping[str, Any]) -> Taken:
    """Sends a decision under the id of the look that it follows from, and waits for its effect.

    Raises Problem 404 or 409 where it is refused, and KafkaAway.
    """
    message = _send(dependencies, child, decision(look, kind, child, iso_text(dependencies.now()), data))
    receipt: Mapping[str, Any] | None = None
    for cursor in _poll(dependencies):
        receipt = receipt or receipt_of(cursor, *message)
        if receipt and receipt["outcome"] != "accepted":
            raise _refused(receipt)
        if receipt and views_position(cursor) >= receipt["position"]:
            return Taken(look, receipt["position"])
    return Taken(look, None)


def _send(dependencies: Dependencies, child: str, value: bytes) -> tuple[str, int, int]:
    """Topic, partition and offset of the message; raises KafkaAway."""
    producer = dependencies.producer.get()
    sender = Sender(producer)
    try:
        sender.send(_TOPIC, child.encode(), Line(value, len(value)))
        (((topic, partition), runs),) = sender.finish().items()
        return topic, partition, runs[0][0]
    except KafkaAway:
        dependencies.producer.drop(producer)
        raise


def _poll(dependencies: Dependencies) -> Iterator[Cursor]:
    """Polls the views with back-off for TIMEOUT_S seconds; gives a cursor each time."""
    until, pause = time.monotonic() + TIMEOUT_S, 0.02
    while time.monotonic() < until:
        with dependencies.reading() as cursor:
            yield cursor
        time.sleep(pause)
        pause = min(pause * 1.3, 0.25)


def _refused(receipt: Mapping[str, Any]) -> Problem:
    reason = receipt["reasons"][0]
    if reason["code"] == "unknown-child":
        return absent()
    return Problem(HTTPStatus.CONFLICT, reason["message"], code=reason["code"])
