"""Who an old child number means: a child that was absorbed is known by its number for ever."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.restricted import is_restricted

MOST_HOPS = 100
"""Longest chain of merges that is followed."""


def survivor(cursor: Cursor, child: str, *, cleared: bool = False) -> str:
    """The child that a number means now: itself, or the one that absorbed it, and so on.

    For a reader who is not cleared for sensitive services, the number of a child that only such a service made known
    means nobody else, so that nobody learns from it whose number it was.
    """
    if not cleared and not was_known_openly(cursor, child):
        return child
    cursor.execute(
        "with recursive chain (child, hops) as (select %s::uuid, 0 union all"
        " select s.by, hops + 1 from chain join views.superseded s on s.child = chain.child"
        " where s.by is not null and hops < %s)"
        " select child::text from chain order by hops desc limit 1",
        (child, MOST_HOPS),
    )
    (found,) = cursor.fetchone() or (child,)
    return str(found)


def was_known_openly(cursor: Cursor, child: str) -> bool:
    """Whether a record of other than a sensitive agency ever was listed as the child, or linked to it."""
    record = "(h.data::json ->> 'record')::uuid"
    cursor.execute(
        "select exists (select from views.history h where h.stream = %s::uuid"  # noqa: S608
        f" and h.type in ('ChildListed.v1', 'RecordLinked.v1') and not {is_restricted(record)})",
        (child,),
    )
    (found,) = cursor.fetchone() or (False,)
    return bool(found)


def family(cursor: Cursor, child: str) -> list[str]:
    """The child and every one that was absorbed into it, directly or not."""
    cursor.execute(
        "with recursive family (child) as (select %s::uuid union"
        " select s.child from family join views.superseded s on s.by = family.child)"
        " select child::text from family",
        (child,),
    )
    return [each for (each,) in cursor.fetchall()]
