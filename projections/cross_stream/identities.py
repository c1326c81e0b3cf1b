"""Who a child is, by the normalised identity in each of its records, without sensitive services'."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.belief import BelievedIdentity, ReportedIdentity, believed_identity
from domain.timeline import Records
from projections.base.parameters import many_ids

REPORTED_COLUMNS = (
    "s.stream::text, s.names[1:2], s.named, s.date_of_birth, s.estimated, s.gender, s.gendered, s.written"
)
"""What `identities_of` takes of the particulars that a record reported in one of its versions."""
_REPORTED = (
    f"select {REPORTED_COLUMNS} from unnest(%s::uuid[], %s::int[]) as held (stream, version)"  # noqa: S608
    " join search s on s.stream = held.stream and s.version = held.version and s.keys is not null"
)


class Identity(NamedTuple):
    """Who a child is; its name as it was written is in that `version` of that `record`."""

    record: str
    version: int
    believed: BelievedIdentity


def identities(cursor: Cursor, records: Mapping[str, Records]) -> dict[str, Identity]:
    """The identity of each child of which an ordinary agency holds a record that can be read, by its records.

    It is that of its entry: for both, what holds of a record, and whether its agency still holds the child, follows
    from the same events, in the same order of time.
    """
    versions = versions_of(records)
    cursor.execute(_REPORTED, (many_ids(versions), list(versions.values())))
    return identities_of(records, cursor.fetchall())


def versions_of(records: Mapping[str, Records]) -> dict[str, int]:
    """The version in which each record of an ordinary agency identifies its child."""
    return {each.stream: each.version for held in records.values() for each in held.held if not each.restricted}


def identities_of(records: Mapping[str, Records], reported: Iterable[Sequence[Any]]) -> dict[str, Identity]:
    """As `identities`, from the rows of REPORTED_COLUMNS of `versions_of` these records."""
    versions = versions_of(records)
    particulars: dict[str, list[Any]] = {stream: columns for stream, *columns in reported}
    found = {}
    for child, held in records.items():
        statements = [
            ReportedIdentity(
                each.origin,
                each.aside,
                (names[0], names[1]) if named else None,
                born,
                estimated,
                gender if gendered else None,
                (written[0], written[1]),
            )
            for each in held.held
            if each.stream in particulars
            for names, named, born, estimated, gender, gendered, written in [particulars[each.stream]]
        ]
        if statements:
            believed = believed_identity(statements)
            assert believed.named_by is not None
            found[child] = Identity(believed.named_by, versions[believed.named_by], believed)
    return found
