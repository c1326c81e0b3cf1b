"""Places at work, given to callers round-robin, so that nobody waits behind another caller's flood."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Hashable

PLACES = 32
"""Requests that are worked on at once, by all callers together."""
REMEMBERED_S = 3.0
"""How long a caller counts as present after a request."""
RESTS = 3
"""Beside other callers, the rest between two requests of a caller, as a multiple of the time that the first took."""
LONGEST_REST_S = 0.05
MOST_REMEMBERED = 1_000


class RoundRobin:
    """Places at work, for one event loop; a caller is any key.

    A caller who is alone may have every place. While others are present, each has one; the next free place goes to the
    waiting caller whose last one is longest ago; and a caller with more requests waiting rests between them, because
    even one request at work slows those beside it.
    """

    def __init__(self, places: int = PLACES) -> None:
        self._places = places
        self._at_work: Counter[Hashable] = Counter()
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._recent: OrderedDict[Hashable, float] = OrderedDict()
        self._resting: set[Hashable] = set()

    async def take(self, who: Hashable) -> None:
        """Returns once there is a place for this caller, who has to give it back."""
        loop = asyncio.get_running_loop()
        self._note(who, loop.time())
        waiter: asyncio.Future[None] = loop.create_future()
        self._waiting.setdefault(who, deque()).append(waiter)
        self._admit()
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():
                self.give_back(who, 0)
            raise

    def give_back(self, who: Hashable, seconds: float) -> None:
        """Frees a place that was held for so many seconds."""
        self._at_work[who] -= 1
        if not self._at_work[who]:
            del self._at_work[who]
        if who in self._waiting and who not in self._resting and not self._is_alone():
            self._resting.add(who)
            rest = min(RESTS * seconds, LONGEST_REST_S)
            asyncio.get_running_loop().call_later(rest, self._has_rested, who)
        self._admit()

    def _note(self, who: Hashable, now: float) -> None:
        self._recent[who] = now
        self._recent.move_to_end(who)
        while len(self._recent) > MOST_REMEMBERED or next(iter(self._recent.values())) < now - REMEMBERED_S:
            self._recent.popitem(last=False)

    def _is_alone(self) -> bool:
        return len(self._recent) < 2

    def _has_rested(self, who: Hashable) -> None:
        self._resting.discard(who)
        self._admit()

    def _admit(self) -> None:
        """Gives free places to the callers that may have one; each then queues behind the others."""
        share = self._places if self._is_alone() else 1
        while self._at_work.total() < self._places:
            able = (who for who in self._waiting if self._at_work[who] < share and who not in self._resting)
            who = next(able, None)
            if who is None:
                return
            waiters = self._waiting.pop(who)
            waiter = waiters.popleft()
            if waiters:
                self._waiting[who] = waiters
            if not waiter.cancelled():
                waiter.set_result(None)
                self._at_work[who] += 1
