"""Chronologies of children, read from the rows of their records."""

from collections import defaultdict
from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.chronology import Fact
from projections.chronology.project import FACT_COLUMNS

_COLUMNS = ", ".join(f"c.{name}" for name in FACT_COLUMNS)


def chronologies(cursor: Cursor, after: str | None, limit: int) -> list[tuple[str, list[Fact]]]:
    """The children that follow `after` in order of their ids, so many of them, with the facts of their records.

    Every child that has a record left is among them, also one of whose records nothing may be told.
    """
    cursor.execute(
        "select distinct l.child::text from views.link l where l.child > %s::uuid"
        " and not exists (select from views.fact f where f.stream = l.record and f.aspect = 'removal')"
        " order by 1 limit %s",
        (after or "00000000-0000-0000-0000-000000000000", limit),
    )
    children = [child for (child,) in cursor.fetchall()]
    facts = facts_of(cursor, children)
    return [(child, facts[child]) for child in children]


def facts_of(cursor: Cursor, children: Collection[str], schema: str = "views.") -> defaultdict[str, list[Fact]]:
    """The facts of the records of children, in order of stream and version; a writer gives no `schema`."""
    cursor.execute(
        f"select l.child::text, {_COLUMNS} from {schema}link l"  # noqa: S608
        f" join {schema}chronology c on c.stream = l.record"
        " where l.child = any(%s::uuid[]) and c.kind is not null order by l.child, c.stream, c.version",
        (list(children),),
    )
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for child, *fact in cursor.fetchall():
        facts[child].append(Fact._make(fact))
    return facts
