"""The agency that a user works for: the one of the register whose code or name the user's organisation is.

Its own records are shown to the user although they are held back from others. Whoever grants rights in one authority
must not open those of another by a name (`domain.authorization.works_for`).
"""

import time
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from domain.agency import Agency
from domain.authorization import Entitlement, works_for
from domain.matching.normalise import normalise_name
from services.registers import load_agencies, named_since
from streams.store.database import Cursor, Pool

FRESH_S = 10.0


class _NamedAgency(NamedTuple):
    """An agency, and since when it has that name."""

    agency: Agency
    since: datetime


_ByName = Mapping[str, _NamedAgency | None]


class Employers:
    """Caches the agencies by what an organisation may be called. Safe to share between threads."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lock = Lock()
        self._agencies: _ByName = {}
        self._read_at = float("-inf")

    def agency_called(self, organisation: str) -> Agency | None:
        """The agency of that code or name now; None where there is none, or more than one. Raises DatabaseAway."""
        with self._pool.transaction() as cursor:
            named = _called(_by_name(cursor), organisation)
        return named.agency if named else None

    def agency_of(self, user: Entitlement) -> str | None:
        """The URN of the agency that the user works for, or None. Raises DatabaseAway."""
        if not user.organisation:
            return None
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                with self._pool.transaction() as cursor:
                    self._agencies = _by_name(cursor)
                self._read_at = time.monotonic()
            return _urn(user, _called(self._agencies, user.organisation))


def agency_of(cursor: Cursor, user: Entitlement) -> str | None:
    """As `Employers.agency_of`, read now."""
    return _urn(user, _called(_by_name(cursor), user.organisation))


def _urn(user: Entitlement, named: _NamedAgency | None) -> str | None:
    return named.agency.urn if named and works_for(user, *named) else None


def _called(agencies: _ByName, organisation: str) -> _NamedAgency | None:
    return agencies.get(organisation) or agencies.get(_name(organisation))


def _name(name: str) -> str:
    return f"name {normalise_name(name)}"


def _by_name(cursor: Cursor) -> _ByName:
    since = named_since(cursor)
    found: dict[str, _NamedAgency | None] = {}
    for agency in load_agencies(cursor).values():
        named = _NamedAgency(agency, since[agency.code])
        found[agency.code] = named
        name = _name(agency.name)
        found[name] = None if name in found else named
    return found
