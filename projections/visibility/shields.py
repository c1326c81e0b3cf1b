"""Which children are hidden from a reader, and which rows of other views therefore are.

All of it is queried in the transaction that reads what is shown, and after that: on a stream a shield comes before what
it hides, so a reader who could have read something hidden also reads that it is.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.parameters import many_texts, texts_sql
from projections.base.prepared import Prepared
from projections.visibility.survivors import MOST_HOPS


class Shielding(NamedTuple):
    """Since when a child is hidden, as an entry shows it; `since` is None where it may be one with a shielded child."""

    since: str | None
    position: int

    @property
    def is_suspected(self) -> bool:
        """Whether the child has no shield of its own, and only may be one with a child that has."""
        return self.since is None


class DueReview(NamedTuple):
    """A shield whose review is due."""

    child: str
    since: str
    review_by: str


def shieldings(cursor: Cursor, children: Collection[str], opened: Collection[str] = ()) -> Mapping[str, Shielding]:
    """Those of the children that are hidden from a reader to whom the shields of `opened` are opened."""
    cursor.execute(
        "select child::text, since, position from hidden where child = any(%s::uuid[])",
        ([child for child in children if child not in opened],),
    )
    return {child: Shielding(since, position) for child, since, position in cursor.fetchall()}


def unless_shielded(*children: str) -> str:
    """The end of a `where` clause that leaves out the hidden children that columns name."""
    return "".join(f" and not exists (select from hidden z where z.child = {each})" for each in children)


EVERYWHERE, NOWHERE = "everywhere", "nowhere"
"""A custodian: of the shields of all authorities, of none, or of the one with an ONS code."""


def unless_in_custody_of(custodian: str, *children: str) -> str:
    """As `unless_shielded`, except for the shielded children in the custodian's authority.

    The statement takes a parameter `custodian`.
    """
    if custodian == EVERYWHERE:
        return ""
    return "".join(
        " and not exists (select from hidden z left join listing g on g.child = z.child"  # noqa: S608
        f" where z.child = {each} and g.authority is distinct from %(custodian)s)"
        for each in children
    )


def unless_of_shielded(record: str) -> str:
    """The end of a `where` clause that leaves out records of hidden children."""
    return f" and not exists (select from link y join hidden z on z.child = y.child where y.record = {record})"


def hidden_ids(cursor: Cursor, ids: Iterable[str], opened: Collection[str] = ()) -> set[str]:
    """Those of the ids that are of a hidden child, of a record of one, or of a child that a hidden one absorbed."""
    cursor.execute(
        "with recursive given (id) as (select unnest(%(ids)s::uuid[])),"  # noqa: S608
        " chain (id, child, hops) as (select id, id, 0 from given union all"
        "  select chain.id, s.by, hops + 1 from chain join superseded s on s.child = chain.child"
        f"   where s.by is not null and hops < {MOST_HOPS})"
        " select chain.id::text, z.child::text from chain join hidden z on z.child = chain.child"
        " union select a.id::text, z.child::text from given a join link l on l.record = a.id"
        "  join hidden z on z.child = l.child",
        {"ids": list(ids)},
    )
    return {id_ for id_, child in cursor.fetchall() if child not in opened}


def due_reviews(
    cursor: Cursor, day: str, after: tuple[str, str] | None, limit: int, *, custodian: str = EVERYWHERE
) -> list[DueReview]:
    """The shields of a custodian whose review is due by a day, longest due first, behind (review_by, child)."""
    review_by, child = after or ("", "00000000-0000-0000-0000-000000000000")
    cursor.execute(
        "select d.child::text, d.since, d.review_by from hidden d"  # noqa: S608
        " where not d.suspected and d.review_by <= %(day)s"
        f" and (d.review_by, d.child) > (%(review_by)s, %(child)s::uuid){unless_in_custody_of(custodian, 'd.child')}"
        " order by d.review_by, d.child limit %(limit)s",
        {"day": day, "review_by": review_by, "child": child, "limit": limit, "custodian": custodian},
    )
    return [DueReview(*row) for row in cursor.fetchall()]


def visible(cursor: Cursor, keys: Collection[str], limit: int) -> list[Any]:
    """At most `limit` hidden children that have one of the keys, each with the features that may be compared."""
    _VISIBLE.execute(cursor, (many_texts(keys), limit))
    return cursor.fetchall()


_VISIBLE = Prepared(
    "hidden_by_keys",
    ("text", "int"),
    "select child::text, names, date_of_birth, estimated, gender, null, null, null from hidden"  # noqa: S608
    f" where keys && {texts_sql('$1')} limit $2",
)
