"""Which records are a sensitive agency's, in SQL: one of their events says so in clear, whatever else is sealed."""

from domain.vocabulary import RESTRICTED_SOURCE

_RESTRICTED_EVENT = f"select true from history r where r.stream = {{0}} and r.source = '{RESTRICTED_SOURCE}' limit 1"  # noqa: S608


def is_restricted(record: str) -> str:
    """The condition that the record named by a column is a sensitive agency's.

    It is a scalar subquery, which Postgres evaluates row by row, by index; a join would scan all records.
    """
    return f"coalesce(({_RESTRICTED_EVENT.format(record)}), false)"


def unless_cleared(cleared: bool, *records: str) -> str:
    """The end of a `where` clause that leaves out records of sensitive agencies, for a reader without clearance."""
    return "" if cleared else "".join(f" and not {is_restricted(record)}" for record in records)
