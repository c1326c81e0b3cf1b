"""Who has to be archived, destroyed or asked by a day: read from the findings, as reports are.

Hidden children are on no list and in no count here: who takes care of a shield looks after its child.
"""

from collections import defaultdict
from datetime import date
from itertools import islice
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.places import codes_of
from domain.retention import ARCHIVE, RULES, begun_by
from projections.visibility.scope import ORDINARY

DESTROY = "destroy"
"""What is due of an entry whose time in the archive would be over: its rule began to hold so long ago."""
BEFORE_ALL = "00000000-0000-0000-0000-000000000000"
_DUE = (
    "from unveiled_finding f where report = any(%(rules)s) and begins <= %(on)s and ends > %(on)s"
    " and (%(places)s::text[] is null or authority = any(%(places)s::text[]))"
)
_ACT = f"case when status = '{ARCHIVE}' and begins <= %(begun_by)s then '{DESTROY}' else status end"


class DueByRule(NamedTuple):
    """That a rule holds for a child since a day, and what is due by it."""

    rule: str
    since: str
    act: str


class DueChildren(NamedTuple):
    """How many children something is due of, and how many of them by which rule what: rule → act → number."""

    children: int
    by_rule: dict[str, dict[str, int]]


def _query(on: date, authority: str | None) -> dict[str, object]:
    day = on.isoformat()
    places = None if authority is None else codes_of(authority, day)
    return {"rules": [rule.name for rule in RULES], "on": day, "begun_by": begun_by(on), "places": places}


def count_due(cursor: Cursor, on: date, authority: str | None) -> DueChildren:
    """How many children are due on a day, of an authority or of all; a child by all rules that hold for it."""
    ORDINARY.execute(
        cursor,
        f"select report, {_ACT}, count(*) {_DUE} group by 1, 2 order by 1, 2",
        _query(on, authority),
    )
    by_rule: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for rule, act, number in cursor.fetchall():
        by_rule[rule][act] = number
    ORDINARY.execute(cursor, f"select count(distinct child) {_DUE}", _query(on, authority))
    (children,) = cursor.fetchone() or (0,)
    return DueChildren(int(children), dict(by_rule))


def due_children(
    cursor: Cursor, on: date, authority: str | None, after: str, most: int
) -> list[tuple[str, list[DueByRule]]]:
    """The next children who are due on a day, in order of their ids behind `after`, each by all rules that hold.

    So many rows are read that all of the first `most` children are among them, by how many rules there are. That takes
    as long as all who are due are many, for they are sorted by child: 200,000 take a second or two.
    """
    ORDINARY.execute(
        cursor,
        f"select child::text, report, begins, {_ACT} {_DUE} and child > %(after)s::uuid"
        " order by f.child limit %(rows)s",
        {**_query(on, authority), "after": after, "rows": most * len(RULES) + 1},
    )
    found: defaultdict[str, list[DueByRule]] = defaultdict(list)
    for child, rule, since, act in cursor.fetchall():
        found[child].append(DueByRule(rule, since, act))
    return [(child, sorted(found[child], key=lambda each: (each.since, each.rule))) for child in islice(found, most)]
