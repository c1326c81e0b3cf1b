"""Who looked at which children."""

from collections.abc import Collection
from typing import Any

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.access_log.period import DENIALS, LOOKS
from projections.projection import Opener

SEALED = ("user", "reason", "asked", "shown", "hidden", "masked")
ADDED = ("role", "effect", "rights", "reason_code")
"""What stands in clear in newer events only."""
_TOLD = (*LOOKS, "InvestigationClosed")
"""Events that are told of a child: looks, and how one behind a shield was found to be."""
_BEGINNING = (*_TOLD, *DENIALS)
"""Events with which a stream of a user's day may begin."""


def accesses(
    cursor: Cursor, opener: Opener, children: Collection[str] | None = None, user: str | None = None, limit: int = 1000
) -> list[dict[str, Any]]:
    """Looks, latest first, at most `limit`: of some children, of one user, or all.

    Each is `{position, type, time, recorded_at, user, reason, action, asked, children, count}` with role, effect,
    rights, reason_code, shown, hidden and masked as in `domain/access/events.py`. None is what was sealed, once its key
    is destroyed, and what an event did not hold yet.
    """
    cursor.execute(
        "select stream, version, position, type, time, recorded_at, children::text[], data, sealed"
        " from views.access_log where split_part(type, '.', 1) = any(%(looks)s)"
        " and (%(children)s::uuid[] is null or children && %(children)s::uuid[])"
        " and (%(streams)s::uuid[] is null or stream = any(%(streams)s::uuid[]))"
        " order by position desc limit %(limit)s",
        {
            "children": None if children is None else list(children),
            "streams": None if user is None else _streams_of(cursor, opener, user),
            "limit": limit,
            "looks": list(_TOLD),
        },
    )
    rows = cursor.fetchall()
    opener.prefetch({row[0] for row in rows})
    return [_access(row, opener) for row in rows]


def _streams_of(cursor: Cursor, opener: Opener, user: str) -> list[str]:
    """The streams of a user, one a day. Whose a stream is stands sealed in it, so the first event of each is opened."""
    cursor.execute(
        "select stream, version, sealed from views.access_log where version = 1 and split_part(type, '.', 1) = any(%s)",
        (list(_BEGINNING),),
    )
    first = cursor.fetchall()
    opener.prefetch({stream for stream, _, _ in first})
    return [stream for stream, version, sealed in first if opened(opener, stream, version, sealed).get("user") == user]


def opened(opener: Opener, stream: str, version: int, sealed: str | None) -> dict[str, Any]:
    """The sealed fields of an access event; none once its key is destroyed."""
    try:
        return opener.open(stream, version, sealed) if sealed else {}
    except KeyError:
        return {}


def _access(row: tuple[Any, ...], opener: Opener) -> dict[str, Any]:
    stream, version, position, kind, time, recorded_at, children, data, sealed = row
    personal = opened(opener, stream, version, sealed)
    return {
        "position": position,
        "type": kind,
        "time": time,
        "recorded_at": recorded_at,
        **{name: personal.get(name) for name in SEALED},
        **dict.fromkeys(ADDED),
        **orjson.loads(data),
        "children": children,
    }
