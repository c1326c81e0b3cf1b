"""Requests of carers and children, the oldest first."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.days import day_of
from projections.access_log.query import decrypted
from projections.base.projection import Decryptor
from projections.visibility.scope import ORDINARY

ANSWER_WITHIN = timedelta(days=30)
"""The month of UK GDPR, Article 12, taken as its shortest."""

_KINDS = {"CorrectionRequested": "correction", "ObjectionRaised": "objection"}


def requests(
    cursor: Cursor,
    decryptor: Decryptor,
    today: date,
    *,
    children: Collection[str] | None,
    is_open: bool | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Requests, the oldest first, at most `limit`: about some children or all, open or answered ones or both.

    Each is `{request, child, kind, asked_by, text, taken_by, recorded_at, due, overdue, status, answer}`, the answer
    `{outcome, text, answered_by, recorded_at}` or None; what is sealed is None once its key is destroyed.
    """
    ORDINARY.execute(
        cursor,
        "select stream, type, child::text, word, recorded_at, sealed, outcome, answered_at, answer"
        " from answered_request where (%(children)s::uuid[] is null or child = any(%(children)s::uuid[]))"
        " and (%(open)s::bool is null or answered <> %(open)s) order by position limit %(limit)s",
        {"children": None if children is None else list(children), "open": is_open, "limit": limit},
    )
    rows = cursor.fetchall()
    decryptor.prefetch({row[0] for row in rows})
    return [_request(row, decryptor, today) for row in rows]


def children_with_requests(cursor: Cursor) -> list[str]:
    """The ids of all children about whom there is a request."""
    ORDINARY.execute(cursor, "select distinct child::text from answered_request")
    return [child for (child,) in cursor.fetchall()]


def _request(row: tuple[Any, ...], decryptor: Decryptor, today: date) -> dict[str, Any]:
    stream, kind, child, asked_by, recorded_at, sealed, outcome, answered_at, answer = row
    personal = decrypted(decryptor, stream, 1, sealed)
    due = date.fromisoformat(day_of(recorded_at)) + ANSWER_WITHIN
    answered = None
    if outcome is not None:
        given = decrypted(decryptor, stream, 2, answer)
        answered = {
            "outcome": outcome,
            "text": given.get("text"),
            "answered_by": given.get("user"),
            "recorded_at": answered_at,
        }
    return {
        "request": stream,
        "child": child,
        "kind": _KINDS[kind.partition(".")[0]],
        "asked_by": asked_by,
        "text": personal.get("text"),
        "taken_by": personal.get("user"),
        "recorded_at": recorded_at,
        "due": due.isoformat(),
        "overdue": answered is None and due < today,
        "status": "open" if answered is None else "answered",
        "answer": answered,
    }
