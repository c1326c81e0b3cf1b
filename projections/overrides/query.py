"""Investigations of overrides: who saw a shielded child and why, and the findings."""

from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.access_log.query import decrypted
from projections.base.projection import Decryptor

Fields = dict[str, Any]

_INVESTIGATIONS = (
    "select o.investigation::text, o.child::text, o.until, o.position, u.stream, u.version, u.recorded_at, u.sealed,"
    " e.stream, e.version, e.recorded_at, e.sealed"
    " from override o join access_log u on u.stream = o.stream and u.version = o.version"
    " left join closing c on c.investigation = o.investigation"
    " left join access_log e on e.stream = c.stream and e.version = c.version"
)


def investigations(cursor: Cursor, decryptor: Decryptor, *, closed: bool, after: int, limit: int) -> list[Fields]:
    """Investigations that are open, or with `closed` all, from the position behind `after` on, oldest first.

    Each is `{investigation, child, used_by, used_at, until, reason, closed_by, closed_at, findings, position}`;
    closed_by, closed_at and findings are None while it is open, sealed fields are None once their key is destroyed.
    """
    cursor.execute(
        f"{_INVESTIGATIONS} where o.position > %s and (%s or c.investigation is null) order by o.position limit %s",
        (after, closed, limit),
    )
    return _investigations(cursor, decryptor)


def investigation(cursor: Cursor, decryptor: Decryptor, id_: str) -> Fields | None:
    """One investigation, as `investigations` gives it; None where there is none of this id."""
    cursor.execute(f"{_INVESTIGATIONS} where o.investigation = %s::uuid", (id_,))
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
