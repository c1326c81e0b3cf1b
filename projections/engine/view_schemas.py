"""The schemas of views that there are, from the first row of one to its end. Only who holds BUILD builds one.

A schema is built beside the live one and becomes live by one change of rows. What was live before is retired: those
transactions that have it read on, and it goes when none is left. Schemas of earlier definitions go when no connection
of their version is left.
"""

from psycopg2.extensions import cursor as Cursor  # noqa: N812
from psycopg2.sql import SQL, Identifier

from projections.engine import locks
from projections.engine.schema import create_barriers, create_indexes, create_tables, definition

RETIRED_S = 60
"""A retired schema stays at least so long: a transaction that saw it live has taken its lock of it by then."""


def begin(cursor: Cursor, of_messages: int, of: str | None = None) -> str:
    """Notes that views are being built, of so many messages; returns the name of their schema.

    `of` is their definition, by default that of this version.
    """
    cursor.execute(
        "insert into projection.schemas (name, definition, state, of_messages)"
        " values ('views_' || left(%(of)s, 8) || to_char(clock_timestamp(), '_YYYYMMDD_HH24MISS_US'),"
        "  %(of)s, 'building', %(count)s) returning name",
        {"of": of or definition(), "count": of_messages},
    )
    (name,) = cursor.fetchone() or ("",)
    return str(name)


def note_progress(cursor: Cursor, schema: str, messages: int) -> None:
    """Notes how many messages a schema that is being built holds."""
    cursor.execute("update projection.schemas set messages = %s where name = %s", (messages, schema))


def set_live(cursor: Cursor, schema: str, digest: str | None) -> None:
    """Makes a schema the live one of its definition, and retires the one before, in the cursor's transaction."""
    cursor.execute(
        "update projection.schemas set state = 'retired', retired_at = clock_timestamp()"
        " where definition = %s and state = 'live'",
        (definition(),),
    )
    cursor.execute(
        "update projection.schemas set state = 'live', live_at = clock_timestamp(), digest = %s where name = %s",
        (digest, schema),
    )


def make_empty(cursor: Cursor) -> None:
    """Makes empty views and sets them live: complete only where nothing was ever published. For who holds BUILD."""
    schema = begin(cursor, 0)
    create_tables(cursor, schema)
    create_indexes(cursor, schema)
    create_barriers(cursor, schema)
    set_live(cursor, schema, None)


def has_live(cursor: Cursor) -> bool:
    """Whether there are complete views of this version."""
    cursor.execute("select from projection.schemas where definition = %s and state = 'live'", (definition(),))
    return cursor.fetchone() is not None


def refuse(cursor: Cursor, schema: str, why: str) -> None:
    """Drops what was built, and notes why it cannot become live; for who holds BUILD."""
    _drop_tables(cursor, schema)
    cursor.execute("update projection.schemas set state = 'refused', refusal = %s where name = %s", (why, schema))


def drop_leftovers(cursor: Cursor, of: str | None = None) -> None:
    """Drops what earlier builders of a definition, by default this one, did not finish; for who holds BUILD."""
    cursor.execute(
        "select name from projection.schemas where definition = %s and state in ('building', 'refused')",
        (of or definition(),),
    )
    for (name,) in cursor.fetchall():
        drop(cursor, name)


def drop_one_superseded(cursor: Cursor) -> str | None:
    """Drops one schema that the live one of this version has replaced, and that nobody uses; returns its name.

    None where there is none, or all are in use. Commit then: it holds locks of what it has looked at.
    """
    mine = definition()
    cursor.execute(_SUPERSEDED, {"of": mine, "retired": RETIRED_S})
    for name, of in cursor.fetchall():
        # The lease comes first: who has it is never refused what he reads, not even while somebody tries.
        if (of == mine or locks.take_by_name(cursor, locks.LEASE, of)) and locks.take_by_name(cursor, locks.READ, name):
            drop(cursor, name)
            return str(name)
    return None


_SUPERSEDED = (
    "select old.name, old.definition from projection.schemas old join projection.schemas mine"
    " on mine.definition = %(of)s and mine.state = 'live' and mine.name <> old.name and mine.begun_at > old.begun_at"
    " where old.definition <> %(of)s"
    "  or old.state = 'retired' and old.retired_at < clock_timestamp() - %(retired)s * interval '1 s'"
)


def drop(cursor: Cursor, schema: str) -> None:
    """Drops a schema that is not live and that nobody else has."""
    _drop_tables(cursor, schema)
    cursor.execute("delete from projection.schemas where name = %s", (schema,))


def _drop_tables(cursor: Cursor, schema: str) -> None:
    cursor.execute("set local client_min_messages = warning")
    cursor.execute(SQL("drop schema if exists {} cascade").format(Identifier(schema)))
