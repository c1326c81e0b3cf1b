"""Which agencies are suspended, as the registrar has written it down."""

from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor  # noqa: N812

from domain.vocabulary import AgencyKind, agency_urn


class SuspendedAgency(NamedTuple):
    """An agency that is suspended, by its code, and what of it is set aside: all, or what was recorded `since`.

    So far that is so, or is so no more, of `done` of its records; of all where it is `complete`. Of these it had
    removed `removals`, which are restored.
    """

    agency: str
    set_aside: bool
    since: str | None
    done: int
    of_records: int
    complete: bool
    removals: int

    def json(self) -> dict[str, Any]:
        """For `status`."""
        return self._asdict()


def suspended_agencies(cursor: Cursor) -> list[SuspendedAgency]:
    """The agencies that are suspended, by code."""
    cursor.execute(
        "select agency, set_aside, since, done, of_records, done_up_to is null, removals from register.suspensions"
        " where suspended order by agency"
    )
    return [SuspendedAgency._make(row) for row in cursor.fetchall()]


def suspended_codes(cursor: Cursor) -> frozenset[str]:
    """Their codes."""
    return frozenset(each.agency for each in suspended_agencies(cursor))


def left_out(cursor: Cursor) -> list[str]:
    """The URNs of ordinary agencies of whose records some count for nothing now; never a sensitive service's."""
    cursor.execute(
        "select s.agency from register.suspensions s join registry.agencies a on a.code = s.agency"
        " where s.suspended and s.set_aside and a.kind <> %s order by 1",
        (AgencyKind.SENSITIVE_SERVICE.value,),
    )
    return [agency_urn(code) for (code,) in cursor.fetchall()]
