"""Who a child is, by the normalised identity in each of its records, without sensitive services'."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.belief import BelievedIdentity, ReportedIdentity, Speaker, believed_identity
from domain.vocabulary import RESTRICTED_SOURCE
from projections.base.parameters import many_ids
from projections.directory.project import RENEWAL
from projections.visibility.barriers import CLOSED

_REPORTED = (
    "select l.child::text, l.record::text, f.version, h.time, h.source, h.data::json ->> 'kind',"  # noqa: S608
    " d.version is not null and (w.version is null or (d.version > w.version and d.time >= w.time)),"
    " coalesce(a.since is not null, false),"
    " s.names[1:2], s.named, s.date_of_birth, s.estimated, s.gender, s.gendered"
    " from link l left join suspended u on u.record = l.record and u.from_version is not null join lateral ("
    "   select f.stream, f.version from fact f"
    "   where f.stream = l.record and f.aspect = 'particulars' and u.record is null union all"
    "   (select e.stream, e.version from history e where e.stream = l.record and e.version < u.from_version"
    "    and split_part(e.type, '.', 1) in ('RecordRegistered', 'RecordAmended')"
    "    order by e.time desc, e.version desc limit 1)"
    " ) f on true"
    " join search s on s.stream = f.stream and s.version = f.version and s.keys is not null"
    f" join history h on h.stream = f.stream and h.version = f.version and h.source <> '{RESTRICTED_SOURCE}'"
    " left join fact g on g.stream = l.record and g.aspect = 'standing'"
    "   and g.version < coalesce(u.from_version, g.version + 1)"
    " left join history d on d.stream = g.stream and d.version = g.version"
    f" left join fact r on r.stream = l.record and r.aspect = '{RENEWAL}'"
    " left join history w on w.stream = r.stream and w.version = r.version"
    " left join set_aside a on a.record = l.record"
    f" where l.child = any(%s::uuid[]) and not {CLOSED.format('l.record')}"
)


class Identity(NamedTuple):
    """Who a child is; its name as it was written is in that `version` of that `record`."""

    record: str
    version: int
    believed: BelievedIdentity


def identities(cursor: Cursor, children: Collection[str]) -> dict[str, Identity]:
    """The identity in the entry of each child of which an ordinary agency holds a record that can be read."""
    cursor.execute(_REPORTED, (many_ids(children),))
    reported: defaultdict[str, list[ReportedIdentity]] = defaultdict(list)
    versions: dict[str, int] = {}
    for child, record, version, time, source, kind, gone, aside, names, named, born, estimated, *rest in cursor:
        gender, gendered = rest
        versions[record] = version
        reported[child].append(
            ReportedIdentity(
                Speaker(record, source, kind, gone, time),
                aside,
                (names[0], names[1]) if named else None,
                born,
                estimated,
                gender if gendered else None,
            )
        )
    return {child: _identity(records, versions) for child, records in reported.items()}


def _identity(records: list[ReportedIdentity], versions: dict[str, int]) -> Identity:
    believed = believed_identity(records)
    assert believed.named_by is not None
    return Identity(believed.named_by, versions[believed.named_by], believed)
