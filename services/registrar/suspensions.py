"""The table of suspensions: each agency that was ever suspended, with its status and its stream."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.vocabulary import agency_urn
from services.registers import suspended_codes


class SuspensionRow(NamedTuple):
    """The status of an agency, by its code, after the last event of its stream.

    `concerns_records` says that its records have to follow.
    """

    agency: str
    stream: UUID
    suspended: bool
    set_aside: bool
    since: str | None
    concerns_records: bool


def suspended_sources(cursor: Cursor) -> frozenset[str]:
    """The sources from which nothing is taken."""
    return frozenset(agency_urn(code) for code in suspended_codes(cursor))


def stream_of_agency(cursor: Cursor, agency: str) -> UUID | None:
    """The stream with an agency's suspensions, or None where it was never suspended."""
    cursor.execute("select stream::text from register.suspensions where agency = %s", (agency,))
    row = cursor.fetchone()
    return UUID(row[0]) if row else None


def records_follow(cursor: Cursor, agency: str) -> bool:
    """Whether records of the agency still have to follow the last decision on it."""
    cursor.execute(
        "select exists (select from register.suspensions where agency = %s and done_up_to is not null)", (agency,)
    )
    return cursor.fetchone() == (True,)


def write_suspensions(cursor: Cursor, rows: Iterable[SuspensionRow]) -> None:
    """Writes the statuses of agencies, in the order of the decisions."""
    for row in rows:
        cursor.execute(
            "insert into register.suspensions (agency, stream, suspended, set_aside, since)"
            " values (%s, %s::uuid, %s, %s, %s) on conflict (agency) do update set"
            " suspended = excluded.suspended, set_aside = excluded.set_aside, since = excluded.since",
            (row.agency, str(row.stream), *row[2:5]),
        )
        if row.concerns_records:
            cursor.execute(
                "update register.suspensions set done_up_to = '', done = 0, removals = 0, of_records ="
                " (select count(*) from register.record_keys where source = %s and kind = 'subject') where agency = %s",
                (agency_urn(row.agency), row.agency),
            )
