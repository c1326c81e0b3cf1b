"""What a user was entitled to, from the events of the access log that the views hold."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.authorization import Entitlement, Role
from projections.access_log.query import decrypted
from projections.base.projection import Decryptor
from projections.visibility.scope import ORDINARY


def entitlement_of(cursor: Cursor, decryptor: Decryptor, user: str) -> Entitlement | None:
    """The entitlement after the last event of the user's; None where none was ever granted.

    Who an event is about is sealed, so all are opened.
    """
    ORDINARY.execute(
        cursor,
        "select stream::text, version, type, data, sealed, recorded_at from recorded_entitlement order by position",
    )
    rows = cursor.fetchall()
    decryptor.prefetch({stream for stream, *_ in rows})
    held: Entitlement | None = None
    for stream, version, kind, data, sealed, recorded_at in rows:
        payload = orjson.loads(data) | decrypted(decryptor, stream, version, sealed)
        if payload.get("user") == user:
            ends = held is not None and kind.startswith("UserRevoked.")
            held = replace(held, revoked=True) if held and ends else _granted(payload, recorded_at)
    return held


def _granted(payload: dict[str, Any], recorded_at: str) -> Entitlement:
    return Entitlement(
        payload["user"],
        Role(payload["role"]),
        payload["organisation"],
        payload["authority"],
        payload["sensitive"],
        date.fromisoformat(payload["trained_until"]),
        date.fromisoformat(payload["vetted_until"]),
        date.fromisoformat(payload["signed_off_until"]),
        payload["display_name"],
        granted_at=datetime.fromisoformat(recorded_at),
    )
