"""The looks at a child."""

from typing import Any

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.access_log.period import LOOKS
from projections.base.prepared import Prepared
from projections.base.projection import Decryptor
from projections.visibility.scope import ORDINARY

SEALED = ("user", "reason", "asked", "shown", "hidden", "masked")
ADDED = ("role", "effect", "rights", "reason_code")
"""The clear fields that only newer events have."""
_SHOWN_TYPES = (*LOOKS, "InvestigationClosed")
"""Wire names of the events that are shown: looks, and the findings about an override."""


def accesses(cursor: Cursor, decryptor: Decryptor, child: str, limit: int = 1000) -> list[dict[str, Any]]:
    """Looks at a child and every one that was absorbed into it, latest first, at most `limit`.

    Each is `{position, type, time, recorded_at, user, reason, action, asked, children, count}` with role, effect,
    rights, reason_code, shown, hidden and masked as in `domain/access_log/events.py`. A sealed field is None once its
    key is destroyed, a newer field is None in an older event.
    """
    _OF_CHILD.execute(cursor, (child, list(_SHOWN_TYPES), limit), settings=ORDINARY.setting)
    rows = cursor.fetchall()
    decryptor.prefetch({row[0] for row in rows})
    return [_access(row, decryptor) for row in rows]


_OF_CHILD = Prepared(
    "accesses_of_child",
    ("uuid", "text[]", "int"),
    "select stream, version, position, type, time, recorded_at, children::text[], data, sealed"
    " from accesses_to($1, $2, $3) order by position desc",
)


def decrypted(decryptor: Decryptor, stream: str, version: int, sealed: str | None) -> dict[str, Any]:
    """The sealed fields of an access event; none once its key is destroyed."""
    try:
        return decryptor.open(stream, version, sealed) if sealed else {}
    except KeyError:
        return {}


def _access(row: tuple[Any, ...], decryptor: Decryptor) -> dict[str, Any]:
    stream, version, position, kind, time, recorded_at, children, data, sealed = row
    personal = decrypted(decryptor, stream, version, sealed)
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
