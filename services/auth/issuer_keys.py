"""An issuer's keys as the API keeps them: fetched when needed, fetched again when they may have changed."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from services.auth.fetch import IssuerAway, fetch_keys
from services.auth.keys import VerifyingKey

FRESH_S = 600.0
"""How old keys may be before they are fetched again."""
KEPT_S = 3_600.0
"""How old keys may be at most; with older ones, because the issuer is away for so long, nobody gets in."""
PAUSE_S = 10.0
"""The shortest time from one attempt to the next, however many tokens name unknown keys."""

_log = logging.getLogger(__name__)

Fetch = Callable[[str], Mapping[str, VerifyingKey]]


class IssuerKeys:
    """The keys of one issuer. For use in one event loop; what waits, waits for one fetch together."""

    def __init__(self, issuer: str, fetch: Fetch = fetch_keys, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, VerifyingKey] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._is_away = False
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> VerifyingKey | None:
        """The key of that id, if the issuer publishes it, or did so within the last hour and is away now."""
        if not self._is_known(kid, FRESH_S):
            fetching = self._begin()
            may_go_on = self._is_away and self._is_known(kid, KEPT_S)
            if fetching is not None and not may_go_on:
                await asyncio.shield(fetching)  # whoever waits may leave; others wait for the same fetch
        return self._keys[kid] if self._is_known(kid, KEPT_S) else None

    def _is_known(self, kid: str, age_s: float) -> bool:
        return kid in self._keys and self._clock() - self._fetched_at <= age_s

    def _begin(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, or a new one; None so soon after the last attempt."""
        if self._fetching is None:
            if self._clock() - self._tried_at < PAUSE_S:
                return None
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._refresh())
        return self._fetching

    async def _refresh(self) -> None:
        try:
            self._keys = await asyncio.to_thread(self._fetch, self._issuer)
            self._fetched_at = self._clock()
            self._is_away = False
        except IssuerAway as away:
            self._is_away = True
            _log.warning("the issuer gives no keys: %s", away)
        finally:
            self._fetching = None
