"""Shields and suspicions → hidden children: derived again whenever a row that they follow from has changed.

Statements of writers name tables without a schema, as in `postgres.py`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.matching import Features, search_keys
from domain.vocabulary import RESTRICTED_SOURCE
from projections.base.parameters import many_ids
from projections.base.postgres import copy
from projections.base.projection import Put, Row
from projections.cross_stream.visible_identity import LATEST, VisibleIdentity, visible_identities
from projections.directory.project import FACT, LINK, RENEWAL, RESTORATION, SET_ASIDE, SUSPENDED
from projections.duplicates.project import LIKENESS
from projections.new_identities.project import CLOSED_IDENTITY
from projections.search.project import SEARCH
from projections.shields.project import DESTROYED, SETTLING, SHIELD
from projections.shields.tables import HIDDEN
from projections.visibility.barriers import CLOSED, GONE, LIKE_NOW

_ASPECTS = frozenset({"particulars", "standing", RENEWAL, "removal", RESTORATION})


class ChangedRows(NamedTuple):
    """The changed records, those of them whose child may change, and the children whose shield changes."""

    records: set[str]
    moved: set[str]
    children: set[str]


def changed(puts: Iterable[Put]) -> ChangedRows:
    """The row changes that hidden children and their visible identities follow from."""
    found = ChangedRows(set(), set(), set())
    for table, row, _ in puts:
        if table in (SEARCH, SET_ASIDE, SUSPENDED, CLOSED_IDENTITY) or (table is FACT and row[1] in _ASPECTS):
            found.records.add(row[0])
        elif table is LINK:
            found.moved.add(row[0])
        elif table is LIKENESS:
            found.records.add(row[0])
        elif table in (SHIELD, DESTROYED):
            found.children.add(row[0])
    found.records.update(found.moved)
    return found


_PARTNERS = (
    "with r as (select unnest(%(moved)s::uuid[]) as record union"
    "  select l.record from link l join shield h on h.child = l.child where l.child = any(%(children)s::uuid[]))"
    " select l.child::text from r join likeness s on s.other = r.record join link l on l.record = s.record"
)


def refresh(cursor: Cursor, children: Collection[str], moved: Collection[str]) -> None:
    """Derives again which of the children, and of those that may be one with them, are hidden; writes differences."""
    cursor.execute(_PARTNERS, {"moved": many_ids(moved), "children": many_ids(children)})
    wanted = {*children, *(child for (child,) in cursor.fetchall())}
    if not wanted:
        return
    rows = _rows_of(cursor, wanted)
    columns = ", ".join(HIDDEN.columns[1:])
    cursor.execute(f"select child::text, {columns} from hidden where child = any(%s::uuid[])", (many_ids(wanted),))  # noqa: S608
    stored = {row[0]: row for row in cursor.fetchall()}
    outdated = [child for child, row in stored.items() if rows.get(child) != row]
    if outdated:
        cursor.execute("delete from hidden where child = any(%s::uuid[])", (outdated,))
    if new := [row for child, row in rows.items() if stored.get(child) != row]:
        copy(cursor, HIDDEN.name, HIDDEN, new)


def _rows_of(cursor: Cursor, children: Collection[str]) -> dict[str, Row]:
    """The rows of those of the children that are hidden.

    Who has a cause is read first, of all in one go: to judge a child takes ten times as long, and hardly any has one.
    """
    cursor.execute(_WITH_A_CAUSE, {"children": many_ids(children)})
    caused = [child for (child,) in cursor.fetchall()]
    return _rows(cursor, "c.child = any(%(children)s::uuid[])", {"children": many_ids(caused)}) if caused else {}


def fill(cursor: Cursor, after: str, last: str) -> None:
    """Derives the hidden children behind `after` up to `last`, for a table that holds none of them yet."""
    which = f"c.child > %(after)s::uuid and c.child <= %(last)s::uuid and c.child in ({_HAVE_A_CAUSE})"
    rows = _rows(cursor, which, {"after": after, "last": last})
    if rows:
        copy(cursor, HIDDEN.name, HIDDEN, list(rows.values()))


_SUSPECTED = (
    "select min(s.position) as position, (array_agg(h.custodian order by s.position, h.custodian))[1] as custodian,"  # noqa: S608
    " array_agg(a.record) as records from link a"
    " join likeness s on s.record = a.record"
    " left join link b on b.record = s.other left join shield h on h.child = b.child and h.review_by is not null"
    " where a.child = c.child and (b.child is null or (h.child is not null and b.child <> a.child))"
    f" and {LIKE_NOW.format('s')} and not exists (select from shield d join history e on e.stream = s.other"
    " and e.type = 'ErasureFenced.v1' and e.position < d.position where d.child = a.child and d.review_by is null)"
)
"""The child's records that were found to be like a shielded child's, or like one whose link has not arrived yet.

The custodian is that of the first shielded child, or of several that one event names the first by code, so that views
that are built again have the same. It does not matter what has become of these records: removed, set aside or
destroyed. For who was like one that is destroyed a custodian shields the child itself, and lifts that shield again.
"""
_AGENCIES = (
    "select array_agg(distinct source) filter (where suspected) as senders,"  # noqa: S608
    " array_agg(distinct source) filter (where suspected and counts) as heard,"
    " array_agg(distinct source) filter (where not suspected and counts) as others"
    f" from (select h.source, l.record = any(s.records) as suspected, not {GONE.format('l.record')} as counts"
    f"  from link l join history h on h.stream = l.record and h.version = 1 and h.source <> '{RESTRICTED_SOURCE}'"
    "  where s.position is not null and l.child = c.child) known"
)
"""Who sent these records, also where they count no more, and who the child's other ones: what another agency made
visible stays so."""

_HIDDEN = (
    "select c.child::text, (select max(k.position) from history k where o.child is not null and k.stream = c.child"  # noqa: S608
    f"  and k.type = any(array{sorted(SETTLING)})), o.child is null, o.since, o.review_by,"
    " case when o.child is null then s.custodian else o.custodian end, coalesce(o.position, s.position),"
    " case when o.child is null and cardinality(t.senders) = 1 then t.senders[1] end"
    f" from (select distinct child from link c where {{0}} and not {CLOSED.format('c.child')}"
    " and not exists (select from destroyed g where g.child = c.child)) c"
    " left join shield o on o.child = c.child and o.review_by is not null"
    f" left join lateral ({_SUSPECTED}) s on o.child is null"
    f" left join lateral ({_AGENCIES}) t on o.child is null"
    " where o.child is not null"
    " or (s.position is not null and (t.others is null or t.others <@ coalesce(t.heard, array[]::text[])))"
)
_HAVE_A_CAUSE = (
    "select child from shield union select l.child from likeness s join link l on l.record = s.record where s.holds"
)
"""The children of whom `_HIDDEN` may give a row."""
_WITH_A_CAUSE = (
    "select child::text from shield where child = any(%(children)s::uuid[])"
    " union select l.child::text from link l join likeness s on s.record = l.record"
    " where s.holds and l.child = any(%(children)s::uuid[])"
)
"""The same, of some children."""


def _rows(cursor: Cursor, which: str, parameters: Mapping[str, Any]) -> dict[str, Row]:
    """The rows of hidden children, by child."""
    cursor.execute(_HIDDEN.format(which), parameters)
    hidden = cursor.fetchall()
    if not hidden:
        return {}
    known = visible_identities(cursor, {child: LATEST if at is None else at for child, at, *_ in hidden})
    return {child: (child, *rest, *_visible(known.get(child))) for child, _, *rest in hidden}


def _visible(identity: VisibleIdentity | None) -> Row:
    """The normalised identity of a hidden child, as its entry has it, and its names: all that it may be searched by."""
    if identity is None:
        return ([], None, False, "", [], [])
    _, _, born, estimated, gender = identity.believed
    features = Features(identity.names, born, estimated, False, gender or "", None, None, (), (), (), "")
    names = [word for name in identity.names for word in name]
    shown = [f"{stream} {version}" for stream, version in identity.events]
    return (names, born, estimated, gender or "", search_keys(features), shown)
