"""Who looked at which children."""

from typing import Any

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.access_log.period import LOOKS
from projections.base.prepared import Prepared
from projections.base.projection import Decryptor
from projections.visibility.survivors import family_of

SEALED = ("user", "reason", "asked", "shown", "hidden", "masked")
ADDED = ("role", "effect", "rights", "reason_code")
"""What stands in clear in newer events only."""
_TOLD = (*LOOKS, "InvestigationClosed")
"""Events that are told of a child: looks, and how one behind a shield was found to be."""


def accesses(cursor: Cursor, decryptor: Decryptor, child: str, limit: int = 1000) -> list[dict[str, Any]]:
    """Looks at a child and every one that was absorbed into it, latest first, at most `limit`.

    Each is `{position, type, time, recorded_at, user, reason, action, asked, children, count}` with role, effect,
    rights, reason_code, shown, hidden and masked as in `domain/access_log/events.py`. None is what was sealed, once
    its key is destroyed, and what an event did not hold yet.
    """
    _OF_CHILD.execute(cursor, (child, list(_TOLD), limit))
    rows = cursor.fetchall()
    decryptor.prefetch({row[0] for row in rows})
    return [_access(row, decryptor) for row in rows]


_OF_CHILD = Prepared(
    "accesses_of_child",
    ("uuid", "text[]", "int"),
    "with found as materialized ("  # noqa: S608
    " select stream, version, position, type, time, recorded_at, children, data, sealed from views.access_log"
    f" where children && array({family_of('$1')}) and split_part(type, '.', 1) = any($2))"
    " select stream, version, position, type, time, recorded_at, children::text[], data, sealed from found"
    " order by position desc limit $3",
)
"""Whoever looks for the latest few must not walk the log from its end until it has met them."""


def opened(decryptor: Decryptor, stream: str, version: int, sealed: str | None) -> dict[str, Any]:
    """The sealed fields of an access event; none once its key is destroyed."""
    try:
        return decryptor.open(stream, version, sealed) if sealed else {}
    except KeyError:
        return {}


def _access(row: tuple[Any, ...], decryptor: Decryptor) -> dict[str, Any]:
    stream, version, position, kind, time, recorded_at, children, data, sealed = row
    personal = opened(decryptor, stream, version, sealed)
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
