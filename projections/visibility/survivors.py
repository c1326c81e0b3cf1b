"""The survivor that the id of an absorbed child refers to, for ever."""

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.visibility.restricted import is_restricted

MOST_HOPS = 100
"""Longest chain of merges that is followed."""


def survivor(cursor: Cursor, child: str, *, cleared: bool = False) -> str:
    """The child that an id refers to now: itself, or the one that absorbed it, and so on.

    For a reader who is not cleared for sensitive services, the id of a child that only such a service registered refers
    to nobody else, so that it does not reveal which child it was.
    """
    cursor.execute(f"select {survivor_sql(cleared, '%(child)s')}::text", {"child": child})
    (found,) = cursor.fetchone() or (child,)
    return str(found)


_KNOWN_OPENLY = (
    "exists (select from history h where h.stream = {0} and h.type in ('ChildListed.v1', 'RecordLinked.v1')"
    " and not " + is_restricted("(h.data::json ->> 'record')::uuid") + ")"
)


def survivor_sql(cleared: bool, child: str) -> str:
    """`survivor` of a parameter as an expression of SQL."""
    openly = "true" if cleared else f"(hops > 0 or {_KNOWN_OPENLY.format('chain.child')})"
    return (
        f"(with recursive chain (child, hops) as (select {child}::uuid, 0 union all"  # noqa: S608
        " select s.by, hops + 1 from chain join superseded s on s.child = chain.child"
        f" where s.by is not null and hops < {MOST_HOPS} and {openly})"
        " select child from chain order by hops desc limit 1)"
    )


def was_known_openly(cursor: Cursor, child: str) -> bool:
    """Whether an ordinary agency's record was ever linked to the child."""
    cursor.execute(f"select {_KNOWN_OPENLY.format('%s::uuid')}", (child,))
    (found,) = cursor.fetchone() or (False,)
    return bool(found)


def family_sql(child: str) -> str:
    """`family` of a parameter as an expression of SQL."""
    return (
        f"(with recursive family (child) as (select {child}::uuid union"  # noqa: S608
        " select s.child from family join superseded s on s.by = family.child)"
        " select child from family)"
    )


def family(cursor: Cursor, child: str) -> list[str]:
    """The child and every one that was absorbed into it, directly or not."""
    cursor.execute(f"select child::text from {family_sql('%s')} as own", (child,))  # noqa: S608
    return [each for (each,) in cursor.fetchall()]
