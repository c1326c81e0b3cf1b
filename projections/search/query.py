"""Finding children by what is known of them: agreeing exactly or closely, by what was ever said of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching import Features, Searcher, SearchQuery, to_add
from projections.search.project import FEATURES, stored_features
from projections.visibility.restricted import unless_cleared
from projections.visibility.shields import unless_of_shielded, unless_shielded, visible

MOST_RECORDS = 400
"""Rows that one look-up takes."""
MOST_ROWS = 4_000
"""Rows of all records of the children found that are compared."""

_BY_KEYS_ONLY = "set local enable_seqscan = off; set local enable_indexscan = off; "
_AS_IT_LIKES = "set local enable_seqscan = on; set local enable_indexscan = on; "


class Hit(NamedTuple):
    """A child that fits; `score` is 1.0 where every criterion agrees exactly."""

    child: str
    score: float
    grade: str


class Found(NamedTuple):
    """Children that fit, best first; `too_many` says that there are, or may be, more."""

    hits: list[Hit]
    too_many: bool


class _LeftOut(NamedTuple):
    """Records that are not looked at: by a condition of SQL, and by name."""

    condition: str
    hidden: list[str]


def find(
    cursor: Cursor,
    searcher: Searcher,
    asked: SearchQuery,
    limit: int,
    *,
    cleared: bool = False,
    hidden: Collection[str] = (),
) -> Found:
    """The children that fit what is asked (`domain.matching.search`), each once and at most `limit`.

    Criteria that are too few for a search find nobody. Names, homes and numbers of the past count like those of now,
    and those of all records that are one child count together. What a sensitive agency said is neither looked up nor
    compared unless the reader is cleared for it, nor what the records of `hidden` say. Shielded children are looked up
    and compared by what of them may be seen, and by nothing else: whatever is hidden, they are like absent.
    """
    if to_add(asked.told):
        return Found([], False)
    left_out = _LeftOut(unless_cleared(cleared, "s.stream"), list(hidden))
    records, too_many = _records(cursor, asked, left_out)
    shielded, more = _shielded(cursor, asked)
    children, cut = _children(cursor, records, left_out)
    children, too_many = {**children, **shielded}, too_many or more
    hits = sorted(_hits(searcher, asked, children), key=lambda hit: (-hit.score, hit.child))
    return Found(hits[:limit], too_many or cut or len(hits) > limit)


def _records(cursor: Cursor, asked: SearchQuery, left_out: _LeftOut) -> tuple[list[str], bool]:
    """Records that may fit, those that agree exactly first, and whether there may be more.

    Postgres takes a search for hundreds of keys, which few rows have, for one that finds half the table, and would read
    all of it, as it lies or by another index. Here it may do neither.
    """
    records: dict[str, None] = {}
    for keys in asked.keys:
        found = _look_up(cursor, keys, left_out)
        records.update(dict.fromkeys(found[:MOST_RECORDS]))
        if len(found) > MOST_RECORDS:
            return list(records), True
    return list(records), False


def _look_up(cursor: Cursor, keys: Collection[str], left_out: _LeftOut) -> list[str]:
    if not keys:
        return []
    cursor.execute(
        f"{_BY_KEYS_ONLY}select s.stream from views.search s where s.keys && %s::text[]"  # noqa: S608
        f"{left_out.condition}{unless_of_shielded('s.stream')} and s.stream <> all(%s::uuid[]) limit %s",
        (sorted(keys), left_out.hidden, MOST_RECORDS + 1),
    )
    return [stream for (stream,) in cursor.fetchall()]


def _shielded(cursor: Cursor, asked: SearchQuery) -> tuple[Mapping[str, Collection[Features]], bool]:
    """The shielded children that may fit, with what of them may be seen, and whether there may be more."""
    found = visible(cursor, asked.keys.exact | asked.keys.wide, MOST_RECORDS + 1)
    said = {child: {stored_features(features)} for child, *features in found[:MOST_RECORDS]}
    return said, len(found) > MOST_RECORDS


def _children(
    cursor: Cursor, records: Collection[str], left_out: _LeftOut
) -> tuple[Mapping[str, Collection[Features]], bool]:
    """All that was said of the children that these records are now linked to, and whether some is left out."""
    columns = ", ".join(f"s.{name}" for name in FEATURES)
    cursor.execute(
        f"{_AS_IT_LIKES}select l.child, {columns}"  # noqa: S608
        " from (select distinct child from views.link where record = any(%s::uuid[])) c"
        " join views.link l using (child) join views.search s on s.stream = l.record"
        f" where s.keys is not null{left_out.condition}{unless_shielded('l.child')}"
        " and s.stream <> all(%s::uuid[]) limit %s",
        (list(records), left_out.hidden, MOST_ROWS + 1),
    )
    rows = cursor.fetchall()
    said: defaultdict[str, set[Features]] = defaultdict(set)
    for child, *features in rows[:MOST_ROWS]:
        said[child].add(stored_features(features))
    return said, len(rows) > MOST_ROWS


def _hits(searcher: Searcher, asked: SearchQuery, children: Mapping[str, Collection[Features]]) -> Iterable[Hit]:
    for child, said in children.items():
        if standing := searcher.judge(asked, said):
            yield Hit(child, standing.score, standing.grade)
