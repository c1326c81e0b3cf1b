"""Which agencies are suspended, as the registrar has written it down."""

from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812


class Suspended(NamedTuple):
    """An agency that is suspended, by its code, and what of it is set aside: all, or what was recorded `since`."""

    agency: str
    set_aside: bool
    since: str | None

    def json(self) -> dict[str, Any]:
        """For `status`."""
        return self._asdict()


def suspended_agencies(cursor: Cursor) -> list[Suspended]:
    """The agencies that are suspended, by code."""
    cursor.execute("select agency, set_aside, since from register.suspensions where suspended order by agency")
    return [Suspended._make(row) for row in cursor.fetchall()]


def suspended_codes(cursor: Cursor) -> frozenset[str]:
    """Their codes."""
    return frozenset(each.agency for each in suspended_agencies(cursor))
