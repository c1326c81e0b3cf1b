"""Who a hidden child is, as far as anybody may see: for a shielded one, as it was when the shield came.

What an agency reports later never renames the child; a review by its custodian accepts what agencies report
by then. It is found by every name that they had given it before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.belief import BelievedIdentity, Origin, ReportedIdentity, believed_identity
from domain.catalogue import names_of
from domain.source_record.events import RecordRegistered
from domain.vocabulary import RESTRICTED_SOURCE
from projections.visibility.barriers import CLOSED

LATEST = 2**63 - 1
"""A position behind all that there are."""

_KNOWN = (
    "select p.child::text, l.position <= p.at, l.record::text, v.version, v.time, v.source, v.kind, g.version,"  # noqa: S608
    " coalesce(a.since is not null and a.position <= p.at, false),"
    " v.names, v.named, v.date_of_birth, v.estimated, v.gender, v.gendered, v.written"
    " from unnest(%s::uuid[], %s::bigint[]) as p (child, at) join link l on l.child = p.child"
    f" and not {CLOSED.format('l.record')}"
    " left join suspended u on u.record = l.record and u.from_version is not null"
    " join lateral (select h.version, h.time, h.source, h.data::json ->> 'kind' as kind, s.names[1:2] as names,"
    "  s.named, s.date_of_birth, s.estimated, s.gender, s.gendered, s.written"
    "  from search s join history h on h.stream = s.stream and h.version = s.version"
    "  where s.stream = l.record and s.keys is not null and h.position <= p.at"
    f"  and s.version < coalesce(u.from_version, s.version + 1) and h.source <> '{RESTRICTED_SOURCE}'"
    " ) v on true"
    " left join lateral (select h.version, h.type from history h where h.stream = l.record and h.position <= p.at"
    "  and h.version < coalesce(u.from_version, h.version + 1)"
    "  and (h.type = 'RecordDeregistered.v1' or (h.type = any(%s) and h.version > 1))"
    "  order by h.version desc limit 1) g on g.type = 'RecordDeregistered.v1'"
    " left join set_aside a on a.record = l.record"
    " order by p.child, l.record, v.time desc, v.version desc"
)
"""What each record of a child had reported by a position, without sensitive services': what holds comes first."""
_REGISTERED = sorted(names_of(RecordRegistered))


class _ReportedVersion(NamedTuple):
    before: bool
    record: str
    version: int
    time: str
    source: str
    kind: str | None
    deregistered_by: int | None
    aside: bool
    names: list[str]
    named: bool
    born: str | None
    estimated: bool
    gender: str
    gendered: bool
    written: list[str]


class VisibleIdentity(NamedTuple):
    """Who a child is, by which `events` (stream, version) of its records, and the `names` that it is found by."""

    believed: BelievedIdentity
    names: tuple[tuple[str, str], ...]
    events: tuple[tuple[str, int], ...]


def visible_identities(cursor: Cursor, at: Mapping[str, int]) -> dict[str, VisibleIdentity]:
    """The identity of each child of which an ordinary agency holds a record, as of a position of the log.

    Where the child had no record by then that can still be read, its identity is that of those that joined it later.
    """
    found = {child: _identity(known, at[child]) for child, known in _known(cursor, at).items()}
    later = {child: LATEST for child in at if child not in found}
    return found | {
        child: _identity(known, LATEST) for child, known in (_known(cursor, later) if later else {}).items()
    }


def _known(cursor: Cursor, at: Mapping[str, int]) -> Mapping[str, list[_ReportedVersion]]:
    cursor.execute(_KNOWN, (list(at.keys()), list(at.values()), _REGISTERED))
    known: defaultdict[str, list[_ReportedVersion]] = defaultdict(list)
    for child, *row in cursor.fetchall():
        known[child].append(_ReportedVersion._make(row))
    return known


def _identity(known: list[_ReportedVersion], at: int) -> VisibleIdentity:
    then = [each for each in known if each.before] or known
    then = [each for each in then if not each.aside] or then
    held: dict[str, _ReportedVersion] = {}
    for each in then:
        held.setdefault(each.record, each)
    believed = believed_identity(map(_reported, held.values()))
    by_then = then if at != LATEST else ()
    names = [name for name in (believed.name, *map(_name, by_then)) if name]
    return VisibleIdentity(believed, tuple(dict.fromkeys(names)), tuple(_events(held.values())))


def _events(held: Iterable[_ReportedVersion]) -> Iterable[tuple[str, int]]:
    for each in held:
        yield each.record, each.version
        if each.deregistered_by is not None:
            yield each.record, each.deregistered_by


def _name(known: _ReportedVersion) -> tuple[str, str] | None:
    return (known.names[0], known.names[1]) if known.named else None


def _reported(known: _ReportedVersion) -> ReportedIdentity:
    gender = known.gender if known.gendered else None
    origin = Origin(known.record, known.source, known.kind, known.deregistered_by is not None, known.time)
    given, family = known.written
    return ReportedIdentity(origin, False, _name(known), known.born, known.estimated, gender, (given, family))
