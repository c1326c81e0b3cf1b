"""The certificate of a destruction: which keys are gone, by whose decision and rule, and what proves it in the log."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.erasure import ERASED
from domain.erasure.decide import BY_DECISION
from projections.audit_history.query import events_of, open_event
from projections.base.projection import Decryptor
from projections.visibility.scope import ORDINARY
from services.proofs.stored import latest
from services.registrar.erasing import erased_among
from services.registrar.store import RecordKey
from streams.crypto.keys import KeyRing

FORMAT = "contactpoint/destruction/1"
_OF = {"ErasureFenced.v1": "record", "ChildDestroyed.v1": "child"}
HOLDING = ("HoldAsked.v1", "HoldPlaced.v1", "HoldLifted.v1")
KAFKA_DAYS = 8
"""Submissions and dead letters are kept in Kafka for 7 days, and a segment of them is closed within hours."""


def certificate(cursor: Cursor, decryptor: Decryptor, erasure: str) -> dict[str, Any] | None:
    """The certificate, `complete` once it holds; None where there is no such decision in the views.

    It holds when every stream is fenced in the views, no key of them is left, and a checkpoint has the last fence.
    """
    decided = next((each for each in events_of(cursor, decryptor, [erasure]) if each.type == "ErasureDecided.v1"), None)
    if decided is None:
        return None
    personal, data = open_event(decided), decided.data
    streams = [*data["records"], *data["children"]]
    keys = _fences(cursor, streams)
    signed = latest(cursor, "register")
    last = max((each["position"] for each in keys), default=decided.position)
    after = signed.note if signed and signed.size >= last else None
    return {
        "format": FORMAT,
        "complete": len(keys) == len(streams) and after is not None and not _keys_left(cursor, streams),
        "erasure": erasure,
        "decided_at": decided.recorded_at,
        "decided_by": personal.get("decided_by"),
        "reason": personal.get("reason"),
        "rule": data["rule"],
        "position": decided.position,
        "keys": keys,
        "checkpoints": {"before": data["before"], "after": after},
        "copies": {
            "kafka_until": (date.fromisoformat(decided.recorded_at[:10]) + timedelta(days=KAFKA_DAYS)).isoformat(),
            "backups_until": data["backups_until"],
        },
        "refused_from_now_on": ERASED.code if data["rule"] == BY_DECISION else None,
    }


def erasure_of(cursor: Cursor, stream: str) -> str | None:
    """The decision by which a stream was fenced, if it was."""
    cursor.execute("select erasure::text from register.fenced where stream = %s::uuid", (stream,))
    row = cursor.fetchone()
    return str(row[0]) if row else None


def erasures_of(cursor: Cursor, streams: Collection[str]) -> dict[str, str]:
    """By which decision each of the streams was fenced, of those that were."""
    cursor.execute(
        "select stream::text, erasure::text from register.fenced where stream = any(%s::uuid[])", (list(streams),)
    )
    return dict(cursor.fetchall())


def streams_of_erased(cursor: Cursor, keys: KeyRing, numbers: Collection[RecordKey]) -> dict[RecordKey, str]:
    """The streams of the destroyed records that agencies' numbers named, without the numbers that named none."""
    return erased_among(cursor, numbers, lambda key: keys.digest(*key))


def _fences(cursor: Cursor, streams: Sequence[str]) -> list[dict[str, Any]]:
    """Each stream whose key is gone, and the position of the event that records it."""
    ORDINARY.execute(
        cursor,
        "select stream::text, type, position from fencing where stream = any(%s::uuid[]) order by position",
        (list(streams),),
    )
    return [{"stream": stream, "of": _OF[kind], "position": position} for stream, kind, position in cursor.fetchall()]


def _keys_left(cursor: Cursor, streams: Sequence[str]) -> bool:
    cursor.execute(
        "select exists (select from register.data_keys where stream = any(%s::uuid[]) and wrapped <> '')",
        (list(streams),),
    )
    return cursor.fetchone() != (False,)


class _Holding(NamedTuple):
    """The latest decision about a hold on a stream of the family of `child`; `lift` where its end was requested."""

    child: str
    stream: str
    type: str
    lift: bool

    @property
    def holds(self) -> bool:
        """Whether the stream's child is held; it still is while only one person has requested its end."""
        return self.type == "HoldPlaced.v1" or (self.type == "HoldAsked.v1" and self.lift)


def hold_of(cursor: Cursor, child: str) -> tuple[bool, bool]:
    """Whether a child, or one that it absorbed, is held, and whether a decision on that waits for a second person."""
    found = _holdings(cursor, [child])
    return any(each.holds for each in found), any(each.stream == child and each.type == HOLDING[0] for each in found)


def held_among(cursor: Cursor, children: Sequence[str]) -> set[str]:
    """Those of the children who are held, or have absorbed one that is."""
    return {each.child for each in _holdings(cursor, children) if each.holds}


def _holdings(cursor: Cursor, children: Sequence[str]) -> list[_Holding]:
    ORDINARY.execute(
        cursor,
        "select distinct on (asked, h.stream) asked::text, h.stream::text, h.type,"
        " coalesce((h.data::json ->> 'lift')::bool, false)"
        " from unnest(%s::uuid[]) as asked cross join lateral family(asked) as own"
        " join unredacted_event h on h.stream = own"
        " where h.type = any(%s) order by asked, h.stream, h.position desc",
        (list(children), list(HOLDING)),
    )
    return [_Holding(*row) for row in cursor.fetchall()]
