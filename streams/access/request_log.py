"""Requests of carers and children, and their answers: events of the log `access`, each request a stream of its own."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import orjson

from domain.catalogue import WIRE_NAMES
from domain.subject_access.requests import REQUESTS, RequestAnswered, RequestKind
from streams.access.appender import AccessAppender, AccessLogAway, NewEvent


class RecordedRequest(NamedTuple):
    """A request or its answer, as recorded: the request's id, and the position of the event in the log."""

    request: str
    position: int
    recorded_at: str


class AlreadyAnswered(Exception):
    """The request has an answer already."""


class RequestLog:
    """Records requests and answers. Safe to share between threads.

    Every method raises AccessLogAway where an event was not recorded, or it is unknown whether it was.
    """

    def __init__(self, appender: AccessAppender) -> None:
        self._appender = appender

    def begin(self, kind: RequestKind, now: datetime, **fields: Any) -> RecordedRequest:
        """Records a request with the fields of its event."""
        recorded = self._append(NewEvent(uuid4(), 1, REQUESTS[kind], fields, time=now))
        if recorded is None:
            raise AccessLogAway("a request could not be recorded")
        return recorded

    def child_of(self, request: str) -> str | None:
        """The child whom a request is about; None where there is no such request."""
        first = self._appender.first_event(UUID(request))
        names = {WIRE_NAMES[each] for each in REQUESTS.values()}
        return str(orjson.loads(first.state)["data"]["child"]) if first and first.topic in names else None

    def answer(self, request: str, now: datetime, **fields: Any) -> RecordedRequest:
        """Records the answer to an existing request; raises AlreadyAnswered."""
        recorded = self._append(NewEvent(UUID(request), 2, RequestAnswered, fields, time=now))
        if recorded is None:
            raise AlreadyAnswered
        return recorded

    def _append(self, event: NewEvent) -> RecordedRequest | None:
        recorded = self._appender.append_once(event)
        return recorded and RecordedRequest(str(event.stream), recorded.position, recorded.recorded_at)
