"""What is hidden or closed now is hidden in views that end at an earlier moment too.

Statements of writers name tables without a schema, as in `postgres.py`.
"""

from collections.abc import Collection
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.parameters import many_ids
from projections.cross_stream import findings


class HiddenNow(NamedTuple):
    """The hidden children and their records, and the children and records that are closed."""

    children: frozenset[str]
    records: frozenset[str]
    closed: frozenset[str]


def hidden_now(cursor: Cursor) -> HiddenNow:
    """What is hidden and closed in the views that the cursor reads, from whomever."""
    cursor.execute("select h.child::text, l.record::text from hidden h left join link l on l.child = h.child")
    hidden = cursor.fetchall()
    cursor.execute("select id::text from closed_identity where closed")
    closed = frozenset(id_ for (id_,) in cursor.fetchall())
    return HiddenNow(
        frozenset(child for child, _ in hidden), frozenset(record for _, record in hidden if record), closed
    )


def hide(cursor: Cursor, now: HiddenNow) -> None:
    """Hides these children in the views that the cursor writes, and takes their records from the children of then."""
    cursor.execute(
        "delete from link where record = any(%s::uuid[]) and child <> all(%s::uuid[]) returning child::text",
        (many_ids(now.records), many_ids(now.children)),
    )
    findings.refresh(cursor, {child for (child,) in cursor.fetchall()})
    cursor.execute(
        "insert into hidden (child, suspected, position, names, estimated, gender, keys, shown)"
        " select distinct child, true, 0, array[]::text[], false, '', array[]::text[], array[]::text[] from link"
        " where child = any(%s::uuid[]) on conflict (child) do nothing",
        (many_ids(now.children),),
    )


def are_known(cursor: Cursor, ids: Collection[str]) -> bool:
    """Whether one of the children or records is in the views that the cursor reads."""
    cursor.execute(
        "select exists (select from link where child = any(%(ids)s::uuid[]) or record = any(%(ids)s::uuid[]))",
        {"ids": many_ids(ids)},
    )
    return cursor.fetchone() == (True,)
