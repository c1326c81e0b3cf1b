"""Pairs of records that a steward has found to be of two children: what the matcher may never undo by itself."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812


class CannotLinkRuling(NamedTuple):
    """Every record of the left side is `apart` from every one of the right, or is so no more."""

    apart: bool
    left: Collection[str]
    right: Collection[str]


_PAIRS = (
    "with a as (select unnest(%(left)s::uuid[]) as record), b as (select unnest(%(right)s::uuid[]) as record),"
    " pairs as (select a.record, b.record as other from a, b union all select b.record, a.record from a, b)"
)
_KEEP = f"{_PAIRS} insert into register.kept_apart (record, other) select * from pairs on conflict do nothing"  # noqa: S608
_END = f"{_PAIRS} delete from register.kept_apart k using pairs p where k.record = p.record and k.other = p.other"  # noqa: S608


def keep_rulings(cursor: Cursor, verdicts: Iterable[CannotLinkRuling]) -> None:
    """Keeps or forgets the pairs of each verdict, in the order in which they were given."""
    for verdict in verdicts:
        sides = {"left": list(verdict.left), "right": list(verdict.right)}
        cursor.execute(_KEEP if verdict.apart else _END, sides)


def cannot_link_pairs(cursor: Cursor, records: Sequence[str]) -> frozenset[tuple[str, str]]:
    """The pairs, both ways round, of which one record is named."""
    cursor.execute("select exists (select from register.kept_apart)")
    if not records or cursor.fetchone() == (False,):
        return frozenset()
    cursor.execute(
        "select record::text, other::text from register.kept_apart where record = any(%s::uuid[])", (list(records),)
    )
    return frozenset(pair for record, other in cursor.fetchall() for pair in ((record, other), (other, record)))
