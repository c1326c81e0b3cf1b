"""Cannot-link constraints: pairs of records that a steward has found to be of two children, which no rule may join."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812


class CannotLinkRuling(NamedTuple):
    """A steward's finding: from now on no record of one side may be linked with one of the other, or it may again."""

    cannot_link: bool
    left: Collection[str]
    right: Collection[str]


_PAIRS = (
    "with a as (select unnest(%(left)s::uuid[]) as record), b as (select unnest(%(right)s::uuid[]) as record),"
    " pairs as (select a.record, b.record as other from a, b union all select b.record, a.record from a, b)"
)
_ADD = f"{_PAIRS} insert into register.kept_apart (record, other) select * from pairs on conflict do nothing"  # noqa: S608
_DELETE = f"{_PAIRS} delete from register.kept_apart k using pairs p where k.record = p.record and k.other = p.other"  # noqa: S608


def write_rulings(cursor: Cursor, rulings: Iterable[CannotLinkRuling]) -> None:
    """Adds or deletes the pairs of each ruling, in the order in which they were given."""
    for ruling in rulings:
        sides = {"left": list(ruling.left), "right": list(ruling.right)}
        cursor.execute(_ADD if ruling.cannot_link else _DELETE, sides)


def cannot_link_pairs(cursor: Cursor, records: Sequence[str]) -> frozenset[tuple[str, str]]:
    """The pairs that one of the records is in, both ways round."""
    cursor.execute("select exists (select from register.kept_apart)")
    if not records or cursor.fetchone() == (False,):
        return frozenset()
    cursor.execute(
        "select record::text, other::text from register.kept_apart where record = any(%s::uuid[])", (list(records),)
    )
    return frozenset(pair for record, other in cursor.fetchall() for pair in ((record, other), (other, record)))
