"""New identities that wait for a second data manager, and for a custodian all that is closed."""

from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.audit_history.query import EVENT_COLUMNS, open_event, stored_event
from projections.base.projection import Decryptor
from projections.visibility.scope import IDENTITIES, Scope


class NewIdentity(NamedTuple):
    """What was requested for a child, and who confirmed it, if anybody did; what is sealed is empty without its key."""

    child: str
    reason: str
    requested_by: str
    requested_at: str
    expected: list[dict[str, str]]
    confirmed_by: str | None
    confirmed_at: str | None


class ClosedRecord(NamedTuple):
    """A record that names a closed child, and the child that it belongs to."""

    child: str
    source: str
    subject: str


def waiting(cursor: Cursor, decryptor: Decryptor) -> list[NewIdentity]:
    """What was requested and not confirmed yet, the oldest first."""
    return [each for each in _identities(cursor, decryptor, Scope()) if each.confirmed_at is None]


def given(cursor: Cursor, decryptor: Decryptor) -> list[NewIdentity]:
    """Every new identity that was given, for a custodian."""
    found = _identities(cursor, decryptor, Scope(cleared=True, custodian=IDENTITIES))
    return [each for each in found if each.confirmed_at is not None]


def _identities(cursor: Cursor, decryptor: Decryptor, scope: Scope) -> list[NewIdentity]:
    scope.execute(cursor, f"select {EVENT_COLUMNS} from identity_event h order by h.position")  # noqa: S608
    events = [stored_event(row, decryptor) for row in cursor.fetchall()]
    decryptor.prefetch({event.stream for event in events})
    found: dict[str, NewIdentity] = {}
    for event in events:
        personal = open_event(event)
        by, reason = personal.get("decided_by", ""), personal.get("reason", "")
        if event.type == "NewIdentityRequested.v1":
            expected = personal.get("expected", [])
            found[event.stream] = NewIdentity(event.stream, reason, by, event.recorded_at, expected, None, None)
        else:
            found[event.stream] = found[event.stream]._replace(confirmed_by=by, confirmed_at=event.recorded_at)
    return list(found.values())


def closed_records(cursor: Cursor, decryptor: Decryptor) -> list[ClosedRecord]:
    """The records that name closed children, for a custodian, the oldest first."""
    scope = Scope(cleared=True, custodian=IDENTITIES)
    scope.execute(
        cursor,
        f"select r.child::text, r.position, {EVENT_COLUMNS} from closed_record r"  # noqa: S608
        " join unredacted_event h on h.stream = r.record and h.version = 1 order by r.position, r.record",
    )
    rows = [(child, stored_event(row, decryptor)) for child, _, *row in cursor.fetchall()]
    decryptor.prefetch({event.stream for _, event in rows})
    opened: list[tuple[str, Any, dict[str, Any]]] = [(child, event, open_event(event)) for child, event in rows]
    return [
        ClosedRecord(child, personal.get("source", event.source), personal.get("subject", ""))
        for child, event, personal in opened
    ]
