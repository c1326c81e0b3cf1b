"""Investigations of overrides: who saw a shielded child and why, and the findings."""

from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.access_log.query import decrypted
from projections.base.projection import Decryptor
from projections.visibility.scope import ORDINARY

Fields = dict[str, Any]

_INVESTIGATIONS = (
    "select investigation::text, child::text, until, position, stream, version, recorded_at, sealed,"
    " closing_stream, closing_version, closed_at, closing_sealed from investigation"
)


def investigations(cursor: Cursor, decryptor: Decryptor, *, closed: bool, after: int, limit: int) -> list[Fields]:
    """Investigations that are open, or with `closed` all, from the position behind `after` on, oldest first.

    Each is `{investigation, child, used_by, used_at, until, reason, closed_by, closed_at, findings, position}`;
    closed_by, closed_at and findings are None while it is open, sealed fields are None once their key is destroyed.
    """
    ORDINARY.execute(
        cursor,
        f"{_INVESTIGATIONS} where position > %s and (%s or not closed) order by position limit %s",
        (after, closed, limit),
    )
    return _investigations(cursor, decryptor)


def investigation(cursor: Cursor, decryptor: Decryptor, id_: str) -> Fields | None:
    """One investigation, as `investigations` gives it; None where there is none of this id."""
    ORDINARY.execute(cursor, f"{_INVESTIGATIONS} where investigation = %s::uuid", (id_,))
    return next(iter(_investigations(cursor, decryptor)), None)


def _investigations(cursor: Cursor, decryptor: Decryptor) -> list[Fields]:
    rows = cursor.fetchall()
    decryptor.prefetch({stream for row in rows for stream in (row[4], row[8]) if stream})
    found = []
    for id_, child, until, position, *sealed in rows:
        used, closed = sealed[:4], sealed[4:]
        who = decrypted(decryptor, used[0], used[1], used[3])
        by = decrypted(decryptor, closed[0], closed[1], closed[3]) if closed[0] else {}
        found.append(
            {
                "investigation": id_,
                "child": child,
                "used_by": who.get("user"),
                "used_at": used[2],
                "until": until,
                "reason": who.get("reason"),
                "closed_by": by.get("user"),
                "closed_at": closed[2],
                "findings": by.get("reason"),
                "position": position,
            }
        )
    return found
