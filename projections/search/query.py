"""Finding children by criteria that agree exactly or closely with what their records hold, or ever held."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching import Features, Searcher, SearchQuery, missing_criteria
from projections.base.parameters import many_ids, many_texts, texts_sql
from projections.base.prepared import Prepared
from projections.search.project import FEATURES, stored_features
from projections.visibility.scope import Scope
from projections.visibility.shields import visible

MOST_RECORDS = 400
"""Rows that one look-up takes."""
MOST_ROWS = 4_000
"""Rows of all records of the children found that are compared."""

_BY_KEYS = Prepared(
    "records_by_keys",
    ("text", "uuid[]", "int"),
    f"select found from matching_records({texts_sql('$1')}, $2, $3) as found",  # noqa: S608
)
_OF_CHILDREN = Prepared(
    "features_of_children",
    ("uuid[]", "uuid[]", "int"),
    f"select child, {', '.join(FEATURES)} from unveiled_features"  # noqa: S608
    " where child = any(array(select distinct child from known_link where record = any($1)))"
    " and record <> all($2) limit $3",
)


class Hit(NamedTuple):
    """A child that matches; `score` is 1.0 where every criterion agrees exactly."""

    child: str
    score: float
    grade: str


class SearchResult(NamedTuple):
    """Children that match, best first; `too_many` says that there are, or may be, more."""

    hits: list[Hit]
    too_many: bool


class _Excluded(NamedTuple):
    """Records that a search leaves out: by the reader's scope, and by their ids."""

    scope: Scope
    hidden: Collection[str]


def find(
    cursor: Cursor,
    searcher: Searcher,
    query: SearchQuery,
    limit: int,
    *,
    cleared: bool = False,
    hidden: Collection[str] = (),
) -> SearchResult:
    """The children that match the query (`domain.matching.search`), each once and at most `limit`.

    Criteria that are too few for a search find nobody. Former names, homes and numbers count like current ones, and
    all records of a child count together. Records of sensitive agencies are neither looked up nor compared unless the
    reader is cleared for them, nor are the `hidden` records. Shielded children are looked up and compared by what the
    view of hidden children shows of them, and by nothing else; they come last among equals, so that their place tells
    nothing of their numbers.
    """
    if missing_criteria(query.criteria):
        return SearchResult([], False)
    excluded = _Excluded(Scope(cleared), hidden)
    records, too_many = _records(cursor, query, excluded)
    shielded, more = _shielded(cursor, query)
    children, cut = _children(cursor, query.features, records, excluded)
    children, too_many = {**children, **shielded}, too_many or more
    hits = sorted(_hits(searcher, query, children), key=lambda hit: (-hit.score, hit.child in shielded, hit.child))
    return SearchResult(hits[:limit], too_many or cut or len(hits) > limit)


def _records(cursor: Cursor, query: SearchQuery, excluded: _Excluded) -> tuple[list[str], bool]:
    """Records that may match, those that agree exactly first, and whether there may be more."""
    records: dict[str, None] = {}
    for keys in query.keys:
        found = _look_up(cursor, keys, excluded)
        records.update(dict.fromkeys(found[:MOST_RECORDS]))
        if len(found) > MOST_RECORDS:
            return list(records), True
    return list(records), False


def _look_up(cursor: Cursor, keys: Collection[str], excluded: _Excluded) -> list[str]:
    if not keys:
        return []
    given = many_texts(keys), many_ids(excluded.hidden), MOST_RECORDS + 1
    _BY_KEYS.execute(cursor, given, settings=excluded.scope.setting)
    return [stream for (stream,) in cursor.fetchall()]


def _shielded(cursor: Cursor, query: SearchQuery) -> tuple[Mapping[str, Collection[Features]], bool]:
    """The shielded children that may match, with the features that are visible, and whether there may be more."""
    found = visible(cursor, query.keys.exact | query.keys.wide, MOST_RECORDS + 1)
    recorded = {child: {stored_features(features)} for child, *features in found[:MOST_RECORDS]}
    return recorded, len(found) > MOST_RECORDS


def _children(
    cursor: Cursor, asked: Features, records: Collection[str], excluded: _Excluded
) -> tuple[Mapping[str, Collection[Features]], bool]:
    """The features, also former ones, of the children that these records are linked to, and whether some are cut."""
    if not records:
        return {}, False
    given = many_ids(records), many_ids(excluded.hidden), MOST_ROWS + 1
    _OF_CHILDREN.execute(cursor, given, settings=excluded.scope.setting)
    rows = cursor.fetchall()
    rows_of: defaultdict[str, list[Sequence[Any]]] = defaultdict(list)
    for child, *features in rows[:MOST_ROWS]:
        rows_of[child].append(features)
    return {child: told_of(asked, of_child) for child, of_child in rows_of.items()}, len(rows) > MOST_ROWS


def told_of(asked: Features, rows: Iterable[Sequence[Any]]) -> Collection[Features]:
    """The features of rows of FEATURES, each once, without the fields that are not asked for: they agree with nothing.

    Most versions of a child's records say the same of the others, and are compared once.
    """
    born = asked.date_of_birth is not None
    numbers = asked.nhs_number is not None, asked.upn is not None
    wanted = (bool(asked.names), born, born, bool(asked.gender), bool(asked.homes), *numbers)
    return set(map(stored_features, {tuple(map(_if_wanted, wanted, row, _NOTHING)) for row in rows}))


_NOTHING = ((), None, False, "", None, None, None)
"""What FEATURES of a row hold where nothing is told."""


def _if_wanted(wanted: bool, value: Any, nothing: Any) -> Any:
    if not wanted:
        return nothing
    return tuple(value) if value.__class__ is list else value


def _hits(searcher: Searcher, query: SearchQuery, children: Mapping[str, Collection[Features]]) -> Iterable[Hit]:
    for child, recorded in children.items():
        if grade := searcher.grade(query, recorded):
            yield Hit(child, grade.score, grade.grade)
