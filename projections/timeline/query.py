"""Chronologies of children, read from the rows of their records."""

from collections import defaultdict
from collections.abc import Collection

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.timeline import Fact
from projections.base.prepared import Prepared
from projections.timeline.project import FACT_COLUMNS
from projections.visibility.scope import ORDINARY

_FACTS = Prepared(
    "facts_of",
    ("uuid[]",),
    f"select child::text, {', '.join(FACT_COLUMNS)}, aside from unveiled_chronology"  # noqa: S608
    " where child = any($1) order by child, stream, version",
)


def facts_of(cursor: Cursor, children: Collection[str]) -> defaultdict[str, list[Fact]]:
    """The facts of the records of children, in order of stream and version; none of a hidden child."""
    _FACTS.execute(cursor, (list(children),), settings=ORDINARY.setting)
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for child, *fact in cursor.fetchall():
        facts[child].append(Fact._make(fact))
    return facts
