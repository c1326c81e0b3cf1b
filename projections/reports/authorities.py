"""Which authority a child lives in, by records of ordinary agencies."""

from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812


def authorities_of(cursor: Cursor, children: Collection[str]) -> dict[str, str]:
    """The ONS code of the authority of each child that has one."""
    cursor.execute(
        "select child::text, authority from listing where child = any(%s::uuid[]) and authority is not null",
        (list(children),),
    )
    return dict(cursor.fetchall())
