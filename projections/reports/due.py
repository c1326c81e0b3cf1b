"""Who has to be archived, destroyed or brought back, or asked, by a day: read from the findings, as reports are.

Hidden children are on no list and in no count here: who takes care of a shield looks after its child. Who is in the
archive is due for nothing until its years there are over, but to come back where no rule archives it any more.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.places import codes_of
from domain.retention import ARCHIVE, ASK, ENDS_AN_ENTRY, RULES, begun_by
from projections.visibility.scope import ORDINARY

DESTROY, RETURN = "destroy", "return"
"""What is due of a child whose years in the archive are over; and of one that no rule archives today."""
BEFORE_ALL = "00000000-0000-0000-0000-000000000000"
_HOLDS = "report = any(%(rules)s) and begins <= {0} and ends > {0}"
_DUE = (
    "from (select f.child, f.report, f.begins, f.authority,"  # noqa: S608
    f"  case when a.child is null then f.status else '{DESTROY}' end as act"
    "  from unveiled_finding f left join archive a on a.child = f.child"
    f"  where {_HOLDS.format('%(on)s')}"
    f"  and (a.child is null or (f.status = '{ARCHIVE}' and a.years_from <= %(begun_by)s"
    "   and exists (select from unveiled_finding f where f.child = a.child and f.report = any(%(ends)s)"
    f"    and f.status = '{ARCHIVE}' and {_HOLDS.format('%(on)s')})))"
    f" union all select a.child, '', left(a.since, 10), a.authority, '{RETURN}' from unveiled_archive a"
    "  where not exists (select from unveiled_finding f where f.child = a.child"
    f"   and f.status = '{ARCHIVE}' and {_HOLDS.format('%(today)s')})"
    ") f where act = any(%(acts)s) and (%(children)s::uuid[] is null or child = any(%(children)s::uuid[]))"
    " and (%(places)s::text[] is null or authority = any(%(places)s::text[])"
    f" or (act = '{RETURN}' and authority is null))"
)


class DueByRule(NamedTuple):
    """That a rule holds for a child since a day, and what is due by it."""

    rule: str
    since: str
    act: str


class DueChildren(NamedTuple):
    """How many children something is due of, and how many of them by which rule what: rule → act → number."""

    children: int
    by_rule: dict[str, dict[str, int]]


class DueOn(NamedTuple):
    """The day that is judged, today, the authority that is asked about, None for all, what may be due, and of whom.

    Who is due to come back is found whatever authority is asked about, where no ordinary record has one.
    """

    on: date
    today: date
    authority: str | None
    acts: Sequence[str] = (ARCHIVE, ASK, DESTROY, RETURN)
    children: Sequence[str] | None = None

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of the statements."""
        day = self.on.isoformat()
        places = None if self.authority is None else codes_of(self.authority, day)
        rules = [rule.name for rule in RULES]
        today = self.today.isoformat()
        children = None if self.children is None else list(self.children)
        fixed = {"rules": rules, "ends": sorted(ENDS_AN_ENTRY), "acts": list(self.acts), "children": children}
        return {**fixed, "on": day, "today": today, "begun_by": begun_by(self.on), "places": places}


def count_due(cursor: Cursor, query: DueOn) -> DueChildren:
    """How many children are due on a day, of an authority or of all; a child by all rules that hold for it.

    Who is due to come back is so by no rule, and counts among the children alone.
    """
    ORDINARY.execute(
        cursor,
        f"select report, act, count(*) {_DUE} and report <> '' group by 1, 2 order by 1, 2",
        query.parameters,
    )
    by_rule: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for rule, act, number in cursor.fetchall():
        by_rule[rule][act] = number
    ORDINARY.execute(cursor, f"select count(distinct child) {_DUE}", query.parameters)
    (children,) = cursor.fetchone() or (0,)
    return DueChildren(int(children), dict(by_rule))


def due_children(cursor: Cursor, query: DueOn, after: str, most: int) -> list[tuple[str, list[DueByRule]]]:
    """The next children who are due on a day, in order of their ids behind `after`, each by all rules that hold.

    So many rows are read that all of the first `most` children are among them, by how many rules there are. That takes
    as long as all who are due are many, for they are sorted by child: 200,000 take a second or two. Who is due to come
    back has one without the name of a rule.
    """
    ORDINARY.execute(
        cursor,
        f"select child::text, report, begins, act {_DUE} and child > %(after)s::uuid order by f.child limit %(rows)s",
        {**query.parameters, "after": after, "rows": most * (len(RULES) + 1) + 1},
    )
    found: defaultdict[str, list[DueByRule]] = defaultdict(list)
    for child, rule, since, act in cursor.fetchall():
        found[child].append(DueByRule(rule, since, act))
    return [(child, sorted(found[child], key=lambda each: (each.since, each.rule))) for child in islice(found, most)]
