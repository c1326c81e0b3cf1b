"""Who shielded children were when their shield came: what a new record is compared with, and nothing of where they are.

A shield, and each review that keeps it, takes the features of the child's records as they are then, also of those that
are set aside. What an agency reports later changes none of them. Rows follow their record into another child. Those of
a record that is removed stay as long as the shield: else who is like the child would be shown to everybody. One that
was removed when the shield came is taken in when it is restored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.child.events import ShieldApplied, ShieldLifted, ShieldReviewed
from domain.event import RegisterEvent
from domain.matching import Candidate, Features
from domain.matching.beside_hidden import visible_keys, visible_part
from projections.base.binary_copy import copy_rows
from services.registrar.match_index import digests, features_as_read, features_as_stored

SHIELDED_TABLES = ("shielded_keys", "shielded_records")
SHIELDING = (ShieldApplied, ShieldReviewed, ShieldLifted)
"""The events that change what is kept here."""

_MEET = (
    "with met as (select distinct wanted.number, s.child from unnest(%s::int[], %s::bigint[]) as wanted (number, key)"
    " join register.shielded_keys k on k.key = wanted.key join register.shielded_records s on s.record = k.record)"
    " select met.number, s.record::text, s.child::text, s.features from met"
    " join register.shielded_records s on s.child = met.child order by 1, 3, 2"
)


def shielded_met(cursor: Cursor, features: Sequence[Features]) -> list[list[Candidate]]:
    """For each features, all records kept of shielded children of which one shares a key of who they are."""
    found: list[list[Candidate]] = [[] for _ in features]
    cursor.execute("select exists (select from register.shielded_records)")
    if cursor.fetchone() == (False,):
        return found
    keys = [(number, key) for number, each in enumerate(features) for key in digests(visible_keys(each))]
    cursor.execute(_MEET, ([number for number, _ in keys], [key for _, key in keys]))
    for number, record, child, stored in cursor.fetchall():
        found[number].append(Candidate(record, child, features_as_read(stored)))
    return found


def children_of(cursor: Cursor, records: Collection[str]) -> dict[str, str]:
    """The child of each of the records that is in the match index, kept of a shielded child, or removed."""
    cursor.execute(_CHILDREN, {"records": list(records)})
    return {record: child for record, child, _ in cursor.fetchall()}


_CHILDREN = """
    select record::text, child::text, 1 as rank from register.removed_records where record = any(%(records)s::uuid[])
     union all
    select record::text, child::text, 2 from register.shielded_records where record = any(%(records)s::uuid[])
     union all
    select record::text, child::text, 3 from register.match_index where record = any(%(records)s::uuid[])
     order by rank"""
"""The last of the rows of a record counts: of a restored one the index knows better whose it is."""


def write_shields(cursor: Cursor, events: Iterable[RegisterEvent]) -> None:
    """Takes the children's records as they are now for the shields that came, were kept, or were lifted, in order."""
    for event in events:
        if isinstance(event, SHIELDING):
            _write(cursor, event, str(event.originator_id))


def _write(cursor: Cursor, event: RegisterEvent, child: str) -> None:
    if isinstance(event, ShieldLifted):
        cursor.execute("delete from register.shielded_records where child = %s::uuid", (child,))
        return
    cursor.execute("select record::text, features from register.match_index where child = %s::uuid", (child,))
    now = {record: visible_part(features_as_read(stored)) for record, stored in cursor.fetchall()}
    if not (isinstance(event, ShieldApplied) and event.inherited_from):
        cursor.execute("delete from register.shielded_records where record = any(%s::uuid[])", (list(now),))
    cursor.execute("select record::text from register.shielded_records where child = %s::uuid", (child,))
    kept = {record for (record,) in cursor.fetchall()}
    write_who_they_are(cursor, child, [(record, features) for record, features in now.items() if record not in kept])


def write_restored(cursor: Cursor, restored: Mapping[str, tuple[str, Features]]) -> None:
    """Keeps who shielded children are by records that are restored, each with its child and features.

    What is kept of one already, since before it was removed, stays as it is.
    """
    cursor.execute(
        "select record::text from register.shielded_records where record = any(%s::uuid[])", (list(restored),)
    )
    kept = {record for (record,) in cursor.fetchall()}
    for record, (child, features) in restored.items():
        if record not in kept:
            write_who_they_are(cursor, child, [(record, visible_part(features))])


def write_who_they_are(cursor: Cursor, child: str, new: Sequence[tuple[str, Features]]) -> None:
    """Keeps the features of records of the child, with the keys that they are found by."""
    rows = [(record, child, features_as_stored(features)) for record, features in new]
    keys = [(key, record) for record, features in new for key in digests(visible_keys(features))]
    copy_rows(cursor, "register.shielded_records", _RECORDS, rows)
    copy_rows(cursor, "register.shielded_keys", _KEYS, keys)


_RECORDS = {"record": "uuid", "child": "uuid", "features": "bytea"}  # JSON in UTF-8 is what a text is in binary
_KEYS = {"key": "bigint", "record": "uuid"}
