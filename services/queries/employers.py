"""The agency that a user works for: the one of the register whose code or name the user's organisation is."""

import time
from collections.abc import Mapping
from threading import Lock

from domain.matching.normalise import normalise_name
from services.registers import load_agencies
from streams.store.database import Cursor, Pool

FRESH_S = 10.0


class Employers:
    """Caches the agencies by what an organisation may be called. Safe to share between threads."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lock = Lock()
        self._urns: dict[str, str | None] = {}
        self._read_at = float("-inf")

    def agency_of(self, organisation: str | None) -> str | None:
        """The agency's URN; None where there is none, or more than one of that name. Raises DatabaseAway."""
        if not organisation:
            return None
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                with self._pool.transaction() as cursor:
                    self._urns = _urns(cursor)
                self._read_at = time.monotonic()
            return _employer(self._urns, organisation)


def agency_called(cursor: Cursor, organisation: str) -> str | None:
    """As `Employers.agency_of`, read now."""
    return _employer(_urns(cursor), organisation)


def _employer(urns: Mapping[str, str | None], organisation: str) -> str | None:
    return urns.get(organisation) or urns.get(_called(organisation))


def _called(name: str) -> str:
    return f"name {normalise_name(name)}"


def _urns(cursor: Cursor) -> dict[str, str | None]:
    urns: dict[str, str | None] = {}
    for agency in load_agencies(cursor).values():
        urns[agency.code] = agency.urn
        name = _called(agency.name)
        urns[name] = None if name in urns else agency.urn
    return urns
