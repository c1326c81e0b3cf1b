"""The open pairs of the queue, determined on reading from the pairs of records and their current children."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from projections.visibility.restricted import unless_cleared
from projections.visibility.shields import NOWHERE, unless_in_custody_of, unless_shielded


class Place(NamedTuple):
    """The place of a pair in its list, which is in descending order of score."""

    score: float
    left: str
    right: str


class OpenPair(NamedTuple):
    """Two children, or two records of one `child`, and the best evidence for the pair."""

    left: str
    right: str
    child: str | None
    record: str
    other: str
    score: float
    rule: str
    matcher: str
    why: dict[str, str]

    @property
    def place(self) -> Place:
        """Its place in its list."""
        return Place(self.score, self.left, self.right)


_REMOVED = "exists (select from fact f where f.aspect = 'removal' and f.stream in (s.record, s.other))"
_BEHIND = "(-score, {0}, {1}) > (-%(score)s::float8, %(left)s::uuid, %(right)s::uuid)"

_SUSPECTED = (
    "select distinct on (1, 2) least(a.child, b.child) as one, greatest(a.child, b.child) as two,"  # noqa: S608
    " null::uuid as child, s.record, s.other, s.score, s.rule, s.matcher, s.explanation"
    " from suspicion s join link a on a.record = s.record join link b on b.record = s.other"
    f" where s.state = 'suspected' and a.child <> b.child and not {_REMOVED}{{}}"
    " order by 1, 2, s.score desc, s.record, s.other"
)
_CONTRADICTING = (
    "select s.record as one, s.other as two, a.child, s.record, s.other, s.score, s.rule, s.matcher, s.explanation"  # noqa: S608
    " from contradiction s join link a on a.record = s.record join link b on b.record = s.other"
    f" where a.child = b.child and not {_REMOVED} and not exists (select from fact f"
    " where f.aspect = 'particulars' and f.stream in (s.record, s.other) and f.position > s.position){}"
)


def suspected_pairs(
    cursor: Cursor, after: Place | None, limit: int, *, cleared: bool = False, custodian: str = NOWHERE
) -> list[OpenPair]:
    """Pairs of children of which some records may be one child, best score first.

    A pair is open while its records belong to different children, neither is removed, and nobody has dismissed it.
    A pair with a sensitive agency's record is left out unless the reader is cleared for it, and one with a shielded
    child unless the reader is the `custodian` of its shield.
    """
    return _pairs(cursor, _SUSPECTED, after, limit, cleared, custodian)


def contradictions(
    cursor: Cursor, after: Place | None, limit: int, *, cleared: bool = False, custodian: str = NOWHERE
) -> list[OpenPair]:
    """Pairs of records of one child that contradict each other, until one of them is amended or the two are split.

    `left` and `right` are the records.
    """
    return _pairs(cursor, _CONTRADICTING, after, limit, cleared, custodian)


def _pairs(
    cursor: Cursor, statement: str, after: Place | None, limit: int, cleared: bool, custodian: str
) -> list[OpenPair]:
    shown = unless_cleared(cleared, "s.record", "s.other") + unless_in_custody_of(custodian, "a.child", "b.child")
    statement = statement.format(shown)
    behind = _BEHIND.format("one", "two") if after else "true"
    cursor.execute(
        "select one::text, two::text, child::text, record::text, other::text, score, rule, matcher, explanation"  # noqa: S608
        f" from ({statement}) open where {behind} order by score desc, one, two limit %(limit)s",
        {**(after._asdict() if after else {}), "limit": limit, "custodian": custodian},
    )
    return [OpenPair._make((*row[:-1], orjson.loads(row[-1]))) for row in cursor.fetchall()]


def suspected_others(cursor: Cursor, children: Sequence[str]) -> dict[str, set[str]]:
    """Those of the children with an open pair, each with the children that it may be one with.

    Pairs with sensitive agencies' records are left out, and shielded children, as from all reports.
    """
    cursor.execute(
        "select a.child::text, b.child::text from link a"  # noqa: S608
        " join lateral (select s.* from suspicion s where s.record = a.record"
        "  union all select s.* from suspicion s where s.other = a.record) s on s.state = 'suspected'"
        " join link b on b.record = case when s.record = a.record then s.other else s.record end"
        f" where a.child = any(%s::uuid[]) and a.child <> b.child and not {_REMOVED}"
        + unless_cleared(False, "s.record", "s.other")
        + unless_shielded("a.child", "b.child"),
        (list(children),),
    )
    others: defaultdict[str, set[str]] = defaultdict(set)
    for child, other in cursor.fetchall():
        others[child].add(other)
    return dict(others)


def children_of(pairs: Iterable[OpenPair]) -> Sequence[str]:
    """Every child that suspected pairs are about, each once."""
    return list(dict.fromkeys(child for pair in pairs for child in (pair.left, pair.right)))


def latest_split_target(cursor: Cursor, child: str, position: int) -> Any:
    """The child that the latest split of `child`, up to that position of the log, gave records to; None without one."""
    cursor.execute(
        "select data from history where stream = %s::uuid and type = 'RecordUnlinked.v1' and position <= %s"
        " order by version desc limit 1",
        (child, position),
    )
    row = cursor.fetchone()
    return orjson.loads(row[0])["to"] if row else None
