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

MOST_RECORDS = 400
"""Rows that one look-up takes."""
MOST_ROWS = 4_000
"""Rows of all records of the children found that are compared."""

Row = Sequence[Any]
_UNVEILED, _SHIELDED, _MORE = "unveiled", "shielded", "more"
_FEATURES = ", ".join(FEATURES)
_FOUND = Prepared(
    "found_by_search",
    ("text", "text", "uuid[]", "int", "int"),
    f"with exact as materialized (select found from matching_records({texts_sql('$1')}, $3, $4 + 1) as found),"  # noqa: S608
    f" wide as materialized (select found from matching_records({texts_sql('$2')}, $3, $4 + 1) as found"
    "  where (select count(*) from exact) <= $4),"
    f" features as (select child, {_FEATURES} from unveiled_features where record <> all($3) and child = any(array("
    "  select distinct child from known_link where record = any(array("
    "   (select found from exact limit $4) union all (select found from wide limit $4))))) limit $5 + 1)"
    f" select '{_UNVEILED}', child::text, {_FEATURES} from features"
    f" union all select '{_SHIELDED}', child::text, names, date_of_birth, estimated, gender, null, null, null"
    f"  from matching_hidden({texts_sql('$1')} || {texts_sql('$2')}, $4 + 1)"
    f" union all select '{_MORE}', null, null, null, null, null, null, null, null"
    "  where (select count(*) from exact) > $4 or (select count(*) from wide) > $4",
)
"""All that a search reads, in one trip to the server: children to compare, hidden ones, and whether there are more.

Records that agree exactly come first: where these are too many, no others are looked up.
"""


class Hit(NamedTuple):
    """A child that matches; `score` is 1.0 where every criterion agrees exactly."""

    child: str
    score: float
    grade: str


class SearchResult(NamedTuple):
    """Children that match, best first; `too_many`: there are, or may be, more."""

    hits: list[Hit]
    too_many: bool


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
    view of hidden children shows of them, and by nothing else; they come last among equals, so that their place reveals
    nothing of their numbers.
    """
    if missing_criteria(query.criteria):
        return SearchResult([], False)
    found = _read(cursor, query, Scope(cleared), hidden)
    children = {child: recorded_features(query.features, rows) for child, rows in found.unveiled.items()}
    children |= {child: set(map(stored_features, rows)) for child, rows in found.shielded.items()}
    hits = sorted(
        _hits(searcher, query, children), key=lambda hit: (-hit.score, hit.child in found.shielded, hit.child)
    )
    return SearchResult(hits[:limit], found.too_many or len(hits) > limit)


class _Found(NamedTuple):
    """The rows of FEATURES of each child that may match, and whether there may be more children."""

    unveiled: Mapping[str, Sequence[Row]]
    shielded: Mapping[str, Sequence[Row]]
    too_many: bool


def _read(cursor: Cursor, query: SearchQuery, scope: Scope, hidden: Collection[str]) -> _Found:
    keys = many_texts(query.keys.exact), many_texts(query.keys.wide)
    _FOUND.execute(cursor, (*keys, many_ids(hidden), MOST_RECORDS, MOST_ROWS), settings=scope.setting)
    rows: dict[str, list[Row]] = {_UNVEILED: [], _SHIELDED: [], _MORE: []}
    for kind, *row in cursor.fetchall():
        rows[kind].append(row)
    unveiled, shielded = rows[_UNVEILED], rows[_SHIELDED]
    too_many = bool(rows[_MORE]) or len(unveiled) > MOST_ROWS or len(shielded) > MOST_RECORDS
    return _Found(_by_child(unveiled[:MOST_ROWS]), _by_child(shielded[:MOST_RECORDS]), too_many)


def _by_child(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for child, *features in rows:
        found[child].append(features)
    return found


def recorded_features(criteria: Features, rows: Iterable[Sequence[Any]]) -> Collection[Features]:
    """The features of rows of FEATURES, each once, without the fields of no criterion: these agree with nothing.

    Most versions of a child's records are equal in the other fields, and are compared once.
    """
    born = criteria.date_of_birth is not None
    numbers = criteria.nhs_number is not None, criteria.upn is not None
    wanted = (bool(criteria.names), born, born, bool(criteria.gender), bool(criteria.homes), *numbers)
    return set(map(stored_features, {tuple(map(_if_wanted, wanted, row, _NOTHING)) for row in rows}))


_NOTHING = ((), None, False, "", None, None, None)
"""What FEATURES of a row hold where nothing is reported."""


def _if_wanted(wanted: bool, value: Any, nothing: Any) -> Any:
    if not wanted:
        return nothing
    return tuple(value) if value.__class__ is list else value


def _hits(searcher: Searcher, query: SearchQuery, children: Mapping[str, Collection[Features]]) -> Iterable[Hit]:
    for child, recorded in children.items():
        if grade := searcher.grade(query, recorded):
            yield Hit(child, grade.score, grade.grade)
