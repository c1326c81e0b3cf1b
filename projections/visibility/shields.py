"""Which children are hidden from a reader, and which rows of other views therefore are.

All of it is queried in the transaction that reads what is shown, and after that: on a stream a shield comes before what
it hides, so a reader who could have read something hidden also reads that it is.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.base.prepared import Prepared
from projections.visibility.scope import EVERYWHERE, NOWHERE, ORDINARY, Scope

__all__ = [
    "EVERYWHERE",
    "NOWHERE",
    "DueReview",
    "Shielding",
    "custodians",
    "due_reviews",
    "hidden_ids",
    "shieldings",
]


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


_OF_CHILDREN = Prepared(
    "shieldings", ("uuid[]",), "select child::text, since, position from hidden_child where child = any($1)"
)


def shieldings(cursor: Cursor, children: Collection[str], opened: Collection[str] = ()) -> Mapping[str, Shielding]:
    """Those of the children that are hidden from a reader to whom the shields of `opened` are opened."""
    _OF_CHILDREN.execute(cursor, (list(children),), settings=Scope(opened=opened).setting)
    return {child: Shielding(since, position) for child, since, position in cursor.fetchall()}


def custodians(cursor: Cursor, children: Collection[str]) -> Mapping[str, str | None]:
    """Who takes care of each of the children that is hidden; None: only who works for the whole directory."""
    ORDINARY.execute(
        cursor, "select child::text, custodian from hidden_child where child = any(%s::uuid[])", (list(children),)
    )
    return dict(cursor.fetchall())


def hidden_ids(cursor: Cursor, ids: Iterable[str], opened: Collection[str] = ()) -> set[str]:
    """Those of the ids that are of a hidden child, of a record of one, or of a child that a hidden one absorbed."""
    Scope(opened=opened).execute(cursor, "select found::text from hidden_among(%s::uuid[]) as found", (list(ids),))
    return {id_ for (id_,) in cursor.fetchall()}


def due_reviews(
    cursor: Cursor, day: str, after: tuple[str, str] | None, limit: int, *, custodian: str = EVERYWHERE
) -> list[DueReview]:
    """The shields of a custodian whose review is due by a day, longest due first, behind (review_by, child)."""
    review_by, child = after or ("", "00000000-0000-0000-0000-000000000000")
    Scope(custodian=custodian).execute(
        cursor,
        "select child::text, since, review_by from kept_shield"
        " where review_by <= %s and (review_by, child) > (%s, %s::uuid) order by review_by, child limit %s",
        (day, review_by, child, limit),
    )
    return [DueReview(*row) for row in cursor.fetchall()]
