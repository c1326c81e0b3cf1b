"""One digest of all rows of all views, which does not depend on the order in which they were written."""

import hashlib
from collections.abc import Iterable

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier

from projections.catalogue import DERIVED, TABLES

SEEDS = (2008, 10)
"""Each row is hashed twice; sums of one 64-bit hash alone would be equal by chance sooner."""


def digest(cursor: Cursor, schema: str) -> str:
    """The digest of the views in a schema, as 64 hexadecimal digits."""
    return combined(table_sums(cursor, schema, table.name) for table in (*TABLES, *DERIVED))


def table_sums(cursor: Cursor, schema: str, table: str) -> str:
    """How many rows a table has and the sums of their hashes, as text."""
    cursor.execute(
        SQL("select count(*), sum(hash_record_extended(r, %s)), sum(hash_record_extended(r, %s)) from {}.{} r").format(
            Identifier(schema), Identifier(table)
        ),
        SEEDS,
    )
    return f"{table} {cursor.fetchone()}"


def combined(sums: Iterable[str]) -> str:
    """The digest of the sums of all tables."""
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()
