"""What is known of the organisations that users work for: whether a look needs a notice, and who may be named.

A user's organisation is a text. It is recognised where it is the code or name of an agency of the register, or what
identifies an organisation in ordinary involvements: its code, else its name.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from domain.access_log.schedule import is_scheduled
from domain.matching.normalise import normalise_name
from domain.organisations import successions
from projections.timeline.organisations import services_of
from services.registers import load_agencies
from streams.store.database import Cursor

FRESH_S = 300.0
MOST_REMEMBERED = 5_000


class OrganisationFacts(NamedTuple):
    """`scheduled`: a look by its users needs no notice. `ordinary`: that it knows a child is no secret in itself.

    `confidential`: it is a sensitive agency, so that nobody may know whether it works with a child. An organisation
    that nobody has reported is none of the three.
    """

    scheduled: bool
    ordinary: bool
    confidential: bool


NOBODY_KNOWS = OrganisationFacts(False, False, False)


class Organisations:
    """Caches what is known of organisations. Safe to share between threads."""

    def __init__(self, *, fresh_s: float = FRESH_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._fresh_s, self._clock = fresh_s, clock
        self._known: OrderedDict[str, tuple[float, OrganisationFacts]] = OrderedDict()
        self._lock = Lock()

    def remembered(self, organisation: str | None) -> OrganisationFacts | None:
        """What is cached of an organisation; None where it has to be read."""
        if not organisation:
            return NOBODY_KNOWS
        with self._lock:
            read_at, about = self._known.get(organisation, (float("-inf"), NOBODY_KNOWS))
        return about if self._clock() - read_at < self._fresh_s else None

    def about(self, cursor: Cursor, organisation: str | None) -> OrganisationFacts:
        """What is known of an organisation; of one that no agency has reported, NOBODY_KNOWS."""
        about = self.remembered(organisation)
        if about or not organisation:
            return about or NOBODY_KNOWS
        now = self._clock()
        about = _read(cursor, organisation)
        with self._lock:
            self._known[organisation] = now, about
            self._known.move_to_end(organisation)
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return about


def keys_of(organisation: str) -> frozenset[str]:
    """The keys by which involvements may name an organisation: its name, and all codes that it has had."""
    return frozenset(filter(None, (*successions().codes_now(organisation), normalise_name(organisation))))


def _read(cursor: Cursor, organisation: str) -> OrganisationFacts:
    name = normalise_name(organisation)
    agencies = [
        agency
        for agency in load_agencies(cursor).values()
        if agency.code == organisation or (name and normalise_name(agency.name) == name)
    ]
    services = services_of(cursor, keys_of(organisation))
    scheduled = is_scheduled(None, services) or any(is_scheduled(agency.kind, ()) for agency in agencies)
    secret = any(agency.is_sensitive for agency in agencies)
    return OrganisationFacts(scheduled, bool(agencies or services) and not secret, secret)
