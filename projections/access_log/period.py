"""The looks and denials of a period, for monitoring: the user is decrypted once a stream, nothing else is."""

from collections.abc import Collection
from typing import Any, NamedTuple

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.projection import Decryptor
from projections.visibility.scope import ORDINARY

LOOKS = ("ChildrenShown", "OverrideUsed")
"""Wire names, without version, of events of the log that are looks."""
DENIALS = ("LookDenied",)
"""Wire names of denied attempts."""


class LookRow(NamedTuple):
    """One look; `user` is None once the key of its stream is destroyed. `time` is ISO text in UTC."""

    position: int
    time: str
    user: str | None
    role: str | None
    action: str
    children: tuple[str, ...]
    reason_code: str | None


class DenialRow(NamedTuple):
    """Attempts of one user at one action that were denied for one cause; `time` is that of the first of them."""

    time: str
    user: str | None
    action: str
    cause: str
    times: int


class _Row(NamedTuple):
    position: int
    time: str
    user: str | None
    kind: str
    children: tuple[str, ...]
    data: dict[str, Any]


def looks_between(cursor: Cursor, decryptor: Decryptor, begin: str, end: str, most: int) -> list[LookRow]:
    """Looks from one time up to, not including, another, in order of the log, at most `most`."""
    return [
        LookRow(
            each.position,
            each.time,
            each.user,
            each.data.get("role"),
            str(each.data.get("action") or each.kind),
            each.children,
            each.data.get("reason_code"),
        )
        for each in _between(cursor, decryptor, begin, end, LOOKS, most)
    ]


def denials_between(cursor: Cursor, decryptor: Decryptor, begin: str, end: str, most: int) -> list[DenialRow]:
    """Denied attempts that were recorded from one time up to another, in order of the log, at most `most` records."""
    return [
        DenialRow(each.data["since"], each.user, each.data["action"], each.data["cause"], each.data["count"])
        for each in _between(cursor, decryptor, begin, end, DENIALS, most)
    ]


def _between(
    cursor: Cursor, decryptor: Decryptor, begin: str, end: str, types: Collection[str], most: int
) -> list[_Row]:
    ORDINARY.execute(
        cursor,
        "select position, time, stream, type, children::text[], data, sealed_first from recorded_access"
        " where time >= %s and time < %s and split_part(type, '.', 1) = any(%s) order by position limit %s",
        (begin, end, list(types), most),
    )
    rows = cursor.fetchall()
    decryptor.prefetch({row[2] for row in rows})
    users: dict[str, str | None] = {}
    found = []
    for position, time, stream, kind, children, data, sealed in rows:
        if stream not in users:
            users[stream] = user_of(decryptor, stream, sealed)
        name = kind.partition(".")[0]
        found.append(_Row(position, time, users[stream], name, tuple(children), orjson.loads(data)))
    return found


def user_of(decryptor: Decryptor, stream: str, sealed: str | None) -> str | None:
    """The user of a stream, whom its first event has sealed; None once the key is destroyed."""
    try:
        user: Any = decryptor.open(stream, 1, sealed).get("user") if sealed else None
    except KeyError:
        return None
    return None if user is None else str(user)
