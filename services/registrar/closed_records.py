"""Records that are closed, which are in no index; and who closed children were, which new records are compared with."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.identity_events import NewIdentityGiven, RecordClosed, RecordOpened
from domain.event import RegisterEvent
from domain.matching.beside_hidden import visible_part
from services.registrar.match_index import features_as_read
from services.registrar.shielded_records import write_who_they_are

CLOSED_TABLES = ("closed_records",)
CLOSING = (NewIdentityGiven, RecordClosed, RecordOpened)
"""The events that change what is closed."""


def closed_among(cursor: Cursor, records: Collection[str]) -> dict[str, str]:
    """Those of the records that are closed, each with the child that it belongs to."""
    cursor.execute("select exists (select from register.closed_records)")
    if not records or cursor.fetchone() == (False,):
        return {}
    cursor.execute(
        "select record::text, child::text from register.closed_records where record = any(%s::uuid[])", (list(records),)
    )
    return dict(cursor.fetchall())


def write_closings(cursor: Cursor, events: Iterable[RegisterEvent]) -> None:
    """Writes what is closed after the events, in order; has to come before their records leave the match index."""
    for event in events:
        child = str(event.originator_id)
        if isinstance(event, NewIdentityGiven):
            _close_child(cursor, child, event.records)
        elif isinstance(event, RecordClosed):
            cursor.execute(
                "insert into register.closed_records (record, child) values (%s::uuid, %s::uuid)", (event.record, child)
            )
        elif isinstance(event, RecordOpened):
            cursor.execute("delete from register.closed_records where record = %s::uuid", (event.record,))


def _close_child(cursor: Cursor, child: str, records: Sequence[str]) -> None:
    """Keeps who the child was, by each of its records."""
    cursor.execute("delete from register.shielded_records where child = %s::uuid", (child,))
    cursor.execute(
        "select record::text, features from register.match_index where child = %s::uuid order by record", (child,)
    )
    kept = [(record, visible_part(features_as_read(stored))) for record, stored in cursor.fetchall()]
    write_who_they_are(cursor, child, kept)
    write_closed(cursor, dict.fromkeys(records, child))


def write_closed(cursor: Cursor, child_of: Mapping[str, str]) -> None:
    """Stores records as closed, with the children that they belong to (record → child)."""
    if child_of:
        cursor.execute(
            "insert into register.closed_records (record, child) select * from unnest(%s::uuid[], %s::uuid[])"
            " on conflict (record) do update set child = excluded.child",
            (list(child_of.keys()), list(child_of.values())),
        )
