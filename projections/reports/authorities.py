"""Which authority a child lives in, by records of ordinary agencies."""

from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.visibility.scope import ORDINARY


def authorities_of(cursor: Cursor, children: Collection[str]) -> dict[str, str]:
    """The ONS code of the authority of each child that has one."""
    ORDINARY.execute(
        cursor,
        "select child::text, authority from authority_of_child where child = any(%s::uuid[])",
        (list(children),),
    )
    return dict(cursor.fetchall())


def vouched_authorities(cursor: Cursor, children: Collection[str]) -> dict[str, str | None]:
    """As `authorities_of`, where a local authority or two agencies say so: only from that a right follows."""
    ORDINARY.execute(
        cursor,
        "select child::text, vouched_authority from authority_of_child where child = any(%s::uuid[])",
        (list(children),),
    )
    return dict(cursor.fetchall())
