"""The archived children of records that a batch names: what is sent of one may say that the child is here."""

from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.catalogue import names_of
from domain.child.archive_events import ChildArchived

_CHILDREN = (
    "select i.record::text, i.child::text from register.match_index i where i.record = any(%s::uuid[])"
    " and exists (select from register.events e where e.stream = i.child and e.topic = any(%s))"
)
_ARCHIVED = sorted(names_of(ChildArchived))


def ever_archived(cursor: Cursor, records: Collection[str]) -> dict[str, str]:
    """Those of the records in the match index whose child was ever archived, each with that child."""
    if not records:
        return {}
    cursor.execute(_CHILDREN, (list(records), _ARCHIVED))
    return dict(cursor.fetchall())
