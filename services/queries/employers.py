"""The agency that a user works for: the one of the register whose code or name the user's organisation is.

Its own records are shown to the user although they are held back from others. Whoever grants rights in one authority
must not open those of another by a name, so an agency of another authority than the user's is not the user's.
"""

import time
from collections.abc import Mapping
from threading import Lock

from domain.agency import Agency
from domain.authorization import Entitlement
from domain.matching.normalise import normalise_name
from domain.places import is_one_place
from services.registers import load_agencies
from streams.store.database import Cursor, Pool

FRESH_S = 10.0

_ByName = Mapping[str, Agency | None]


class Employers:
    """Caches the agencies by what an organisation may be called. Safe to share between threads."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lock = Lock()
        self._agencies: _ByName = {}
        self._read_at = float("-inf")

    def agency_called(self, organisation: str | None) -> Agency | None:
        """The agency of that code or name; None where there is none, or more than one. Raises DatabaseAway."""
        if not organisation:
            return None
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                with self._pool.transaction() as cursor:
                    self._agencies = _by_name(cursor)
                self._read_at = time.monotonic()
            return _called(self._agencies, organisation)

    def agency_of(self, user: Entitlement) -> str | None:
        """The URN of the agency that the user works for, or None. Raises DatabaseAway."""
        return _urn(user, self.agency_called(user.organisation))


def agency_of(cursor: Cursor, user: Entitlement) -> str | None:
    """As `Employers.agency_of`, read now."""
    return _urn(user, _called(_by_name(cursor), user.organisation))


def _urn(user: Entitlement, agency: Agency | None) -> str | None:
    if agency is None or (agency.authority and user.authority and not is_one_place(agency.authority, user.authority)):
        return None
    return agency.urn


def _called(agencies: _ByName, organisation: str) -> Agency | None:
    return agencies.get(organisation) or agencies.get(_name(organisation))


def _name(name: str) -> str:
    return f"name {normalise_name(name)}"


def _by_name(cursor: Cursor) -> _ByName:
    found: dict[str, Agency | None] = {}
    for agency in load_agencies(cursor).values():
        found[agency.code] = agency
        name = _name(agency.name)
        found[name] = None if name in found else agency
    return found
