"""Chronologies of children, read from the rows of their records."""

from collections import defaultdict
from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.timeline import Fact
from projections.timeline.project import FACT_COLUMNS

_COLUMNS = ", ".join(f"c.{name}" for name in FACT_COLUMNS)


def facts_of(cursor: Cursor, children: Collection[str]) -> defaultdict[str, list[Fact]]:
    """The facts of the records of children, in order of stream and version."""
    cursor.execute(
        f"select l.child::text, {_COLUMNS} from link l"  # noqa: S608
        " join chronology c on c.stream = l.record"
        " where l.child = any(%s::uuid[]) and c.kind is not null order by l.child, c.stream, c.version",
        (list(children),),
    )
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for child, *fact in cursor.fetchall():
        facts[child].append(Fact._make(fact))
    return facts
