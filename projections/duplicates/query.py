"""The open pairs of the queue, determined on reading from the pairs of records and their current children."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching.beside_hidden import LIKE_SHIELDED, WITHHELD
from projections.base.prepared import Prepared
from projections.visibility.scope import NOWHERE, ORDINARY, Scope


class Place(NamedTuple):
    """The place of a pair in its list, which is in descending order of score."""

    score: float
    left: str
    right: str


class OpenPair(NamedTuple):
    """Two children, or two records of one `child`, and the best evidence for the pair.

    `aside` is the one of the two records that is set aside; `since` is when the record of suspected children was
    recorded that began it.
    """

    left: str
    right: str
    child: str | None
    record: str
    other: str
    score: float
    rule: str
    matcher: str
    aside: str | None
    since: str | None
    why: dict[str, str]

    @property
    def place(self) -> Place:
        """Its place in its list."""
        return Place(self.score, self.left, self.right)


MOST_PAIRS = 1_000
"""Pairs of records with one child that are read at once."""
_BEHIND = "(-score, {0}, {1}) > (-%(score)s::float8, %(left)s::uuid, %(right)s::uuid)"

_PAIRED = (
    "select distinct on (1, 2) least(child, other_child) as one, greatest(child, other_child) as two,"  # noqa: S608
    " null::uuid as child, record, other, score, rule, matcher, null::uuid as aside, told_at, explanation"
    f" from unveiled_suspicion where rule {{0}} '{WITHHELD}' order by 1, 2, score desc, record, other"
)
_SUSPECTED, _WITHHELD = _PAIRED.format("<>"), _PAIRED.format("=")
_CONTRADICTING = (
    "select record as one, other as two, child, record, other, score, rule, matcher, aside, null as told_at,"
    " explanation from unveiled_contradiction"
)

_OTHERS = Prepared(
    "suspected_others",
    ("uuid[]",),
    "select child::text, other_child::text from unveiled_suspicion where child = any($1)"
    " union select other_child::text, child::text from unveiled_suspicion where other_child = any($1)",
)


def suspected_pairs(
    cursor: Cursor,
    after: Place | None,
    limit: int,
    *,
    cleared: bool = False,
    custodian: str = NOWHERE,
    withheld: bool = False,
) -> list[OpenPair]:
    """Pairs of children of which some records may be one child, best score first; or those that are behind the queue.

    A pair is open while its records belong to different children, neither is removed, and nobody has dismissed it. Who
    is held back for being like a shielded child waits also where that one's record is removed or set aside.
    A pair with a sensitive agency's record is left out unless the reader is cleared for it, and one with a shielded
    child unless the reader is the `custodian` of its shield.
    """
    return _pairs(cursor, _WITHHELD if withheld else _SUSPECTED, after, limit, cleared, custodian)


def contradictions(
    cursor: Cursor, after: Place | None, limit: int, *, cleared: bool = False, custodian: str = NOWHERE
) -> list[OpenPair]:
    """Pairs of records of one child that contradict each other, until one of them is amended or the two are split.

    A record that is set aside is in a pair until it fits its child again.

    `left` and `right` are the records.
    """
    return _pairs(cursor, _CONTRADICTING, after, limit, cleared, custodian)


def _pairs(
    cursor: Cursor, statement: str, after: Place | None, limit: int, cleared: bool, custodian: str
) -> list[OpenPair]:
    behind = _BEHIND.format("one", "two") if after else "true"
    Scope(cleared, custodian).execute(
        cursor,
        "select one::text, two::text, child::text, record::text, other::text, score,"  # noqa: S608
        f" rule, matcher, aside::text, told_at, explanation from ({statement}) open where {behind}"
        " order by score desc, one, two limit %(limit)s",
        {**(after._asdict() if after else {}), "limit": limit},
    )
    return [OpenPair._make((*row[:-1], orjson.loads(row[-1]))) for row in cursor.fetchall()]


class Waiting(NamedTuple):
    """An agency whose records are like those of shielded children: how many wait, and since when the oldest.

    So many as are `withheld` are behind the queue.
    """

    source: str
    records: int
    withheld: int
    since: str


_WAITING = (
    "select told_by, count(distinct described), count(distinct described) filter (where rule = %(withheld)s),"
    " min(told_at) from unveiled_suspicion"
    " where rule in (%(like)s, %(withheld)s) group by told_by order by 2 desc, 1"
)


def like_shielded(cursor: Cursor, *, cleared: bool = False, custodian: str = NOWHERE) -> list[Waiting]:
    """Whose records wait for a steward since they are like a shielded child's, whose custodian the reader is."""
    Scope(cleared, custodian).execute(cursor, _WAITING, {"like": LIKE_SHIELDED, "withheld": WITHHELD})
    return [Waiting._make(row) for row in cursor.fetchall()]


def suspected_others(cursor: Cursor, children: Sequence[str]) -> dict[str, set[str]]:
    """Those of the children with an open pair, each with the children that it may be one with.

    Pairs with sensitive agencies' records are left out, and shielded children, as from all reports.
    """
    _OTHERS.execute(cursor, (list(children),), settings=ORDINARY.setting)
    others: defaultdict[str, set[str]] = defaultdict(set)
    for child, other in cursor.fetchall():
        others[child].add(other)
    return dict(others)


def open_pairs(
    cursor: Cursor, child: str, other: str | None = None, *, cleared: bool, custodian: str
) -> list[OpenPair]:
    """The pairs of records, of one child each, that wait in the queue of such a reader, or behind it.

    Of the child and anybody, or of it and the other one. As in the queue, what a pair rests on may be withheld all the
    same, for consent is sealed.
    """
    Scope(cleared, custodian).execute(
        cursor,
        "select child::text, other_child::text, null, record::text, other::text, score, rule, matcher, null, told_at,"
        " explanation from unveiled_suspicion where (child = %(child)s::uuid or other_child = %(child)s::uuid)"
        " and (%(other)s::uuid is null or %(other)s::uuid in (child, other_child)) limit %(most)s",
        {"child": child, "other": other, "most": MOST_PAIRS},
    )
    return [OpenPair._make((*row[:-1], orjson.loads(row[-1]))) for row in cursor.fetchall()]


def has_held_back(cursor: Cursor, child: str, *, custodian: str) -> bool:
    """Whether somebody is held back for being like the child, in the queue of a cleared reader or behind it."""
    Scope(cleared=True, custodian=custodian).execute(
        cursor,
        "select exists (select from unveiled_suspicion where of_shielded and other_child = %s::uuid)",
        (child,),
    )
    return cursor.fetchone() == (True,)


def children_of(pairs: Iterable[OpenPair]) -> Sequence[str]:
    """Every child that suspected pairs are about, each once."""
    return list(dict.fromkeys(child for pair in pairs for child in (pair.left, pair.right)))


def latest_split_target(cursor: Cursor, child: str, position: int) -> Any:
    """The child that the latest split of `child`, up to that position of the log, gave records to; None without one."""
    ORDINARY.execute(
        cursor,
        "select data from unredacted_event where stream = %s::uuid and type = 'RecordUnlinked.v1'"
        " and position <= %s order by version desc limit 1",
        (child, position),
    )
    row = cursor.fetchone()
    return orjson.loads(row[0])["to"] if row else None
