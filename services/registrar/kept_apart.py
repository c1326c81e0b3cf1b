"""Pairs of records that a steward has found to be of two children: what the matcher may never undo by itself."""

from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

_PAIRS = (
    "with a as (select unnest(%(left)s::uuid[]) as record), b as (select unnest(%(right)s::uuid[]) as record),"
    " pairs as (select a.record, b.record as other from a, b union all select b.record, a.record from a, b)"
)


def keep_apart(cursor: Cursor, left: Collection[str], right: Collection[str]) -> None:
    """Keeps every record of the one side apart from every record of the other."""
    cursor.execute(
        f"{_PAIRS} insert into register.kept_apart (record, other) select record, other from pairs"  # noqa: S608
        " on conflict do nothing",
        {"left": list(left), "right": list(right)},
    )


def let_together(cursor: Cursor, left: Collection[str], right: Collection[str]) -> None:
    """Ends that between the two sides."""
    cursor.execute(
        f"{_PAIRS} delete from register.kept_apart k using pairs"  # noqa: S608
        " where k.record = pairs.record and k.other = pairs.other",
        {"left": list(left), "right": list(right)},
    )
