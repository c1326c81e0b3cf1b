"""Who is in the archive, and the archived children of records that a batch names: what is sent may bring them back."""

from collections.abc import Collection, Iterable

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.archive_events import ChildArchived, ChildReturned
from domain.erasure.events import ChildDestroyed
from domain.event import RegisterEvent

ARCHIVING = (ChildArchived, ChildReturned, ChildDestroyed)
"""The events that change who is in the archive."""
_CHILDREN = (
    "select i.record::text, i.child::text from register.match_index i join register.archived a on a.child = i.child"
    " where i.record = any(%s::uuid[])"
)


def archived_among(cursor: Cursor, records: Collection[str]) -> dict[str, str]:
    """Those of the records in the match index whose child is in the archive, each with that child."""
    if not records:
        return {}
    cursor.execute(_CHILDREN, (list(records),))
    return dict(cursor.fetchall())


def write_archived(cursor: Cursor, events: Iterable[RegisterEvent]) -> None:
    """Keeps who is in the archive after the events, in order."""
    for event in events:
        if isinstance(event, ChildArchived):
            cursor.execute(
                "insert into register.archived (child) values (%s::uuid) on conflict do nothing",
                (str(event.originator_id),),
            )
        elif isinstance(event, ChildReturned | ChildDestroyed):
            cursor.execute("delete from register.archived where child = %s::uuid", (str(event.originator_id),))
