"""Chronologies → findings: those of a child are derived again whenever a row that they follow from has changed.

Statements of writers name tables without a schema, as in `postgres.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import orjson
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.reports import findings
from domain.retention import due
from domain.timeline import Fact, Records, Summary, records_of, summary
from projections.base.parameters import many_ids
from projections.base.postgres import copy
from projections.base.projection import Put, Row, Table
from projections.cross_stream.identities import Identity, identities
from projections.directory.project import LINK, SET_ASIDE, SUSPENDED
from projections.new_identities.project import CLOSED_IDENTITY
from projections.reports.tables import FINDING, LISTING
from projections.search.project import SEARCH
from projections.timeline.project import CHRONOLOGY, FACT_COLUMNS
from projections.visibility.barriers import CLOSED

PAGE = 2_000
"""Children whose findings are derived at once."""
REFRESHED = 500
"""The same where the transaction holds the lock of derived tables: it may not wait long for its process."""
FOREVER = "9999-12-31"
"""The end of a finding without an end, so that one index serves all."""
NOTHING = "{}"
"""The detail of a finding that has none."""


def owners(cursor: Cursor, records: Collection[str]) -> set[str]:
    """The children that records belong to."""
    return set(owner_of(cursor, records).values())


def owner_of(cursor: Cursor, records: Collection[str]) -> dict[str, str]:
    """The child that each of the records belongs to, of those that are linked."""
    if not records:
        return {}
    cursor.execute("select record::text, child::text from link where record = any(%s::uuid[])", (many_ids(records),))
    return dict(cursor.fetchall())


def changed_records(puts: Iterable[Put]) -> tuple[set[str], set[str]]:
    """The records with changed rows that findings follow from, and those of them whose child may change."""
    moved = {put.row[0] for put in puts if put.table is LINK}
    return moved | {
        put.row[0] for put in puts if put.table in (CHRONOLOGY, SEARCH, SET_ASIDE, SUSPENDED, CLOSED_IDENTITY)
    }, moved


def refresh(cursor: Cursor, children: Collection[str]) -> None:
    """Derives the findings of children again, and writes the differences."""
    every = list(children)
    for begin in range(0, len(every), REFRESHED):
        page = every[begin : begin + REFRESHED]
        for table, derived in _rows_of(cursor, page):
            stored, found = _stored(cursor, table, page), set(derived)
            _delete(cursor, table, stored - found)
            if new := found - stored:
                copy(cursor, table.name, table, new)


def _records_of(cursor: Cursor, children: Collection[str]) -> dict[str, Records]:
    """The records of children, also hidden ones."""
    columns = ", ".join(f"c.{name}" for name in FACT_COLUMNS)
    cursor.execute(
        f"select l.child::text, {columns}, coalesce(a.since is not null, false) from link l"  # noqa: S608
        " join chronology c on c.stream = l.record left join set_aside a on a.record = l.record"
        " where l.child = any(%s::uuid[]) and c.kind is not null and not exists (select from suspended u"
        f" where u.record = c.stream and u.from_version <= c.version) and not {CLOSED.format('l.record')}"
        " order by l.child, c.stream, c.version",
        (many_ids(children),),
    )
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for child, *fact in cursor.fetchall():
        facts[child].append(Fact._make(fact))
    return {child: records_of(of_child) for child, of_child in facts.items()}


def _rows_of(cursor: Cursor, children: Collection[str]) -> tuple[tuple[Table, list[Row]], ...]:
    """The findings of children, and how each is listed."""
    records = _records_of(cursor, children)
    named = identities(cursor, records)
    summaries = {child: found for child, held in records.items() if (found := summary(held))}
    return (
        (FINDING, [row for child, held in records.items() for row in _findings(child, held, summaries.get(child))]),
        (LISTING, [row for child, found in summaries.items() for row in _listing(child, found, named.get(child))]),
    )


def fill(cursor: Cursor, after: str, last: str) -> None:
    """Derives the findings of all children behind `after` up to `last`, for tables that hold none of them yet."""
    for children in _pages(cursor, after, last):
        for table, rows in _rows_of(cursor, children):
            if rows:
                copy(cursor, table.name, table, rows)


def _pages(cursor: Cursor, after: str, last: str) -> Iterator[Sequence[str]]:
    while True:
        cursor.execute(
            "select distinct child::text from link where child > %s::uuid and child <= %s::uuid order by 1 limit %s",
            (after, last, PAGE),
        )
        children = [child for (child,) in cursor.fetchall()]
        if not children:
            return
        yield children
        after = children[-1]


def _findings(child: str, records: Records, found: Summary | None) -> Iterator[Row]:
    """The rows of reports, and those of retention: these are of the authority in which the child lives at last."""
    if found:
        place = found.authority
        for each in due(records):
            yield (child, each.rule, each.begins, each.ends or FOREVER, each.begins, place, each.act, NOTHING)
    yield from _reported(child, records)


def _reported(child: str, records: Records) -> Iterator[Row]:
    for found in findings(records):
        status, detail = found.answer
        rest = (found.since, found.authority, status, orjson.dumps(detail).decode())
        yield (child, found.report, found.begins, found.ends or FOREVER, *rest)


def _listing(child: str, found: Summary, named: Identity | None) -> Iterator[Row]:
    if named:
        known_to = orjson.dumps(found.known_to, option=orjson.OPT_SORT_KEYS).decode()
        reported = " ".join(found.reported_authorities) or None
        lives_in = (found.authority, found.vouched_authority, reported)
        yield (child, named.record, named.version, found.date_of_birth, *lives_in, known_to)


def _stored(cursor: Cursor, table: Table, children: Collection[str]) -> set[Row]:
    columns = ", ".join(f"{name}::text" if name in ("child", "record") else name for name in table.columns)
    cursor.execute(f"select {columns} from {table.name} where child = any(%s::uuid[])", (many_ids(children),))  # noqa: S608
    return set(cursor.fetchall())


def _delete(cursor: Cursor, table: Table, rows: Collection[Row]) -> None:
    if not rows:
        return
    keys: list[list[Any]] = [list(column) for column in zip(*(row[: table.keys] for row in rows), strict=True)]
    types = ("uuid", "text", "text")[: table.keys]
    columns = ", ".join(f"%s::{kind}[]" for kind in types)
    cursor.execute(
        f"delete from {table.name} where ({', '.join(table.key)}) in (select * from unnest({columns}))",  # noqa: S608
        keys,
    )
