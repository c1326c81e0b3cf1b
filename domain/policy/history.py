"""One child taken through its days up to one, asked by all policies at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from domain.policy.judge import Judge
from domain.timeline import Circumstances, Fact, timeline_cursor
from domain.timeline.changes import Key

Spell = tuple[str, str | None]
"""From a day up to, not including, another; None where it goes on."""


class PolicyHistory:
    """What a child's days up to one come to.

    `at` are its circumstances at the end, `known_from` the day on which an agency first told of it. `needs` are the
    spells of need, `meetings` the days on which services came to work beside others, with the number of pairs. For each
    policy in turn there are the spells for which it `listed` the child, and how many ended while it was in need.
    """

    __slots__ = ("at", "dropped", "known_from", "listed", "meetings", "needs")

    def __init__(self, policies: int) -> None:
        self.at: Circumstances
        self.known_from = ""
        self.needs: list[Spell] = []
        self.meetings: list[tuple[str, int]] = []
        self.listed: list[list[Spell]] = [[] for _ in range(policies)]
        self.dropped = [0] * policies

    def is_listed(self, place: int) -> bool:
        """Whether the policy at this place lists the child at the end."""
        spells = self.listed[place]
        return bool(spells) and spells[-1][1] is None


class _State(NamedTuple):
    """Of the days since the last change: whether the child is in need, and here."""

    need: bool
    here: bool


def policy_history(
    facts: Iterable[Fact], judges: Sequence[Judge], ages: Sequence[int], on: str
) -> PolicyHistory | None:
    """A child's history up to and including the day `on`; None where no agency had told of it by then.

    `facts` as for `domain.timeline.timeline_cursor`, `ages` all that the policies name. What is true at the end of a
    day counts for that day.
    """
    history = PolicyHistory(len(judges))
    lists = [_Listing(judge, history, place) for place, judge in enumerate(judges)]
    before = _State(False, True)
    needy_since: str | None = None
    met: set[Key] = set()
    at = None
    for at in timeline_cursor(facts, ages, on):
        day, now = at.day, _State(at.in_need, at.here)
        if now.need != before.need:
            if now.need:
                needy_since = day
            elif needy_since is not None:
                history.needs.append((needy_since, day))
        if at.working.keys() != met:
            _meet(history, at, met)
        if not history.known_from and at.known:
            history.known_from = day
        for listing in lists:
            listing.see(at, before, now)
        before = now
    if at is None or not at.known:
        return None
    if before.need and needy_since is not None:
        history.needs.append((needy_since, None))
    for listing in lists:
        listing.close(on, before)
    history.at = at
    return history


def _meet(history: PolicyHistory, at: Circumstances, met: set[Key]) -> None:
    """Counts the pairs of involvements that came together on this day, and forgets those that ended."""
    working = at.working
    pairs = 0
    together = [working[key] for key in met if key in working]
    for key, working_now in working.items():
        if key in met:
            continue
        one = working_now[:2]
        pairs += sum(1 for other in together if one[1] is None or other[:2] != one)
        together.append(working_now)
    met.clear()
    met.update(working)
    if pairs:
        history.meetings.append((at.day, pairs))


class _Listing:
    """Whether one policy lists the child, moved on from change to change."""

    __slots__ = ("ended", "history", "holds", "place", "since", "spells", "stays", "stopped")

    def __init__(self, judge: Judge, history: PolicyHistory, place: int) -> None:
        self.holds, self.ended, self.stays = judge.holds, judge.ended, judge.stays
        self.history, self.place = history, place
        self.spells = history.listed[place]
        self.since: str | None = None
        self.stopped: int | None = None

    def see(self, at: Circumstances, before: _State, now: _State) -> None:
        """The circumstances of a day, after those `before`."""
        day = at.day
        ended = self.ended is not None and self.ended(at)
        holds = not ended and self.holds(at)
        if self.stopped is not None:
            self._run_out(day, holds, before, now)
        if holds:
            self.stopped = None
            if self.since is None:
                self.since = day
        elif self.since is not None:
            if ended or not self.stays:
                self._end(day, now)
            elif self.stopped is None:
                self.stopped = date.fromisoformat(day).toordinal()

    def close(self, on: str, state: _State) -> None:
        """The last day."""
        if self.stopped is not None:
            self._run_out(on, False, state, state)
        if self.since is not None:
            self.spells.append((self.since, None))

    def _run_out(self, day: str, holds: bool, before: _State, now: _State) -> None:
        """Ends a listing that has stayed for as long as it may, unless the rule holds again by then."""
        assert self.stopped is not None
        last = date.fromordinal(self.stopped + self.stays).isoformat()
        if last < day:
            self._end(last, before)
        elif last == day and not holds:
            self._end(last, now)

    def _end(self, day: str, state: _State) -> None:
        if self.since is not None:
            self.spells.append((self.since, day))
        self.since = self.stopped = None
        if state.need and state.here:
            self.history.dropped[self.place] += 1


def days_listed(spells: Iterable[Spell], on: str) -> Iterator[int]:
    """How many days each of these lasted, up to and including `on` where it goes on."""
    for begin, end in spells:
        until = date.fromisoformat(end).toordinal() if end else date.fromisoformat(on).toordinal() + 1
        yield until - date.fromisoformat(begin).toordinal()
