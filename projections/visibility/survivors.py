"""The survivor that the id of an absorbed child refers to, for ever."""

from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.visibility.scope import ORDINARY, Scope


def survivor(cursor: Cursor, child: str, *, cleared: bool = False) -> str:
    """The child that an id refers to now: itself, or the one that absorbed it, and so on.

    For a reader who is not cleared for sensitive services, the id of a child that only such a service registered refers
    to nobody else, so that it does not reveal which child it was.
    """
    Scope(cleared).execute(cursor, "select survivor(%s::uuid)::text", (child,))
    (found,) = cursor.fetchone() or (child,)
    return str(found)


def survivors(cursor: Cursor, children: Collection[str], *, cleared: bool = False) -> dict[str, str]:
    """As `survivor`, of each of the children."""
    Scope(cleared).execute(
        cursor, "select each::text, survivor(each)::text from unnest(%s::uuid[]) each", (list(children),)
    )
    return dict(cursor.fetchall())


def was_known_openly(cursor: Cursor, child: str) -> bool:
    """Whether an ordinary agency's record was ever linked to the child."""
    ORDINARY.execute(cursor, "select was_known_openly(%s::uuid)", (child,))
    (found,) = cursor.fetchone() or (False,)
    return bool(found)


def family(cursor: Cursor, child: str) -> list[str]:
    """The child and every one that was absorbed into it, directly or not."""
    ORDINARY.execute(cursor, "select own::text from family(%s::uuid) as own", (child,))
    return [each for (each,) in cursor.fetchall()]
