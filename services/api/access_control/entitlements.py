"""What users are entitled to, and whom to ask about restricted services: read from the registers, cached briefly."""

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Any

from domain.authorization import Entitlement
from domain.places import place_now
from services.registers import load_agencies
from streams.access.users import load_users
from streams.store.database import Cursor, Pool

FRESH_S = 1.0
"""How long an entitlement is cached: a revocation takes effect within this and one request, under 2 seconds."""
MOST_REMEMBERED = 2_000
DESKS_FRESH_S = 10.0


class Entitlements:
    """The entitlement of each user who called lately. Safe to share between threads."""

    def __init__(self, pool: Pool, *, fresh_s: float = FRESH_S) -> None:
        self._pool = pool
        self._fresh_s = fresh_s
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Entitlement | None]] = OrderedDict()

    def of(self, name: str) -> Entitlement | None:
        """A user's entitlement, None where none was ever granted; raises DatabaseAway, and then nothing is allowed."""
        fresh = self._fresh({name}, time.monotonic())
        if name in fresh:
            return fresh[name]
        with self._pool.transaction() as cursor:
            return self.of_all(cursor, {name}).get(name)

    def of_all(self, cursor: Cursor, names: Collection[str]) -> dict[str, Entitlement]:
        """The entitlements of those users who were ever granted one; what is not cached is read with this cursor."""
        began = time.monotonic()
        entitlements = self._fresh(names, began)
        if unknown := set(names) - entitlements.keys():
            found = load_users(cursor, unknown)
            read = {name: found.get(name) for name in unknown}
            self._keep(began, read)
            entitlements |= read
        return {name: entitlement for name, entitlement in entitlements.items() if entitlement}

    def _fresh(self, names: Collection[str], now: float) -> dict[str, Entitlement | None]:
        with self._lock:
            known = {name: self._known[name] for name in names if name in self._known}
        return {name: entitlement for name, (at, entitlement) in known.items() if now - at < self._fresh_s}

    def _keep(self, at: float, entitlements: Mapping[str, Entitlement | None]) -> None:
        with self._lock:
            for name, entitlement in entitlements.items():
                self._known[name] = at, entitlement
                self._known.move_to_end(name)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)

    def forget(self, name: str) -> None:
        """Drops a user's entitlement, so that the next call reads it again."""
        with self._lock:
            self._known.pop(name, None)


class Desks:
    """Whom to ask about a restricted service, by local authority."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._desks: Mapping[str, dict[str, Any]] = {}
        self._read_at = float("-inf")

    def now(self) -> Mapping[str, dict[str, Any]]:
        """The contact of each authority that has named one, by the code that it has now; raises DatabaseAway."""
        with self._lock:
            if time.monotonic() - self._read_at > DESKS_FRESH_S:
                with self._pool.transaction() as cursor:
                    agencies = load_agencies(cursor).values()
                named = [each for each in agencies if each.has_contact_point and each.authority and each.contact]
                named.sort(key=lambda each: each.authority == place_now(each.authority))
                self._desks = {
                    place_now(each.authority) or "": each.contact._asdict() for each in named if each.contact
                }
                self._read_at = time.monotonic()
            return self._desks
