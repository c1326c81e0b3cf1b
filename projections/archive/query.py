"""The archive as far as a reader may read of it: who is in it, and whose years there are over."""

from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.visibility.scope import ORDINARY


def archived_since(cursor: Cursor, children: Collection[str]) -> dict[str, str]:
    """Since when each of the children is in the archive, of those that are and of whom the reader may know it."""
    ORDINARY.execute(cursor, "select child::text, since from archive where child = any(%s::uuid[])", (list(children),))
    return dict(cursor.fetchall())


def years_from(cursor: Cursor, children: Collection[str]) -> dict[str, str]:
    """From which day the years in the archive of each of the children count."""
    ORDINARY.execute(
        cursor, "select child::text, years_from from archive where child = any(%s::uuid[])", (list(children),)
    )
    return dict(cursor.fetchall())


def proposed_since(cursor: Cursor, children: Collection[str]) -> dict[str, str]:
    """When it was proposed that each of the children is destroyed, of those of whom it was."""
    ORDINARY.execute(
        cursor,
        "select child::text, since from proposed_destruction where child = any(%s::uuid[])",
        (list(children),),
    )
    return dict(cursor.fetchall())
