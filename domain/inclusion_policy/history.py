"""The history of one child under all policies at once, day by day up to one day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from domain.inclusion_policy.judge import Judge
from domain.timeline import Circumstances, Fact, records_of, timeline_cursor
from domain.timeline.changes import Key

Spell = tuple[str, str | None]
"""From a day up to, not including, another; None where it goes on."""


class PolicyHistory:
    """A child's spells of need and of listing up to a day.

    `at` are its circumstances at the end, `known_from` the day on which an agency first registered it. `needs` are the
    spells of need, `meetings` the days on which services began to work beside others, with the number of pairs. By
    policy there are the spells for which it `listed` the child, and how many of them ended while it was in need.
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
    """Whether the child is in need, and alive and in England, since the last change."""

    need: bool
    here: bool


def policy_history(
    facts: Iterable[Fact], judges: Sequence[Judge], ages: Sequence[int], on: str
) -> PolicyHistory | None:
    """A child's history up to and including the day `on`; None where no agency had registered it by then.

    `facts` as for `domain.timeline.records_of`, `ages` all that the policies name. What is true at the end of a
    day counts for that day.
    """
    history = PolicyHistory(len(judges))
    lists = [_Listing(judge, history, place) for place, judge in enumerate(judges)]
    before = _State(False, True)
    in_need_since: str | None = None
    working_before: set[Key] = set()
    at = None
    for at in timeline_cursor(records_of(facts), ages, on):
        day, now = at.day, _State(at.in_need, at.here)
        if now.need != before.need:
            if now.need:
                in_need_since = day
            elif in_need_since is not None:
                history.needs.append((in_need_since, day))
        if at.involvements.keys() != working_before:
            _count_meetings(history, at, working_before)
        if not history.known_from and at.known:
            history.known_from = day
        for listing in lists:
            listing.advance(at, before, now)
        before = now
    if at is None or not at.known:
        return None
    if before.need and in_need_since is not None:
        history.needs.append((in_need_since, None))
    for listing in lists:
        listing.close(on, before)
    history.at = at
    return history


def _count_meetings(history: PolicyHistory, at: Circumstances, working_before: set[Key]) -> None:
    """Counts the pairs of involvements that began to run side by side on this day, and forgets those that ended."""
    working = at.involvements
    pairs = 0
    together = [working[key] for key in working_before if key in working]
    for key, working_now in working.items():
        if key in working_before:
            continue
        one = working_now[:2]
        pairs += sum(1 for other in together if one[1] is None or other[:2] != one)
        together.append(working_now)
    working_before.clear()
    working_before.update(working)
    if pairs:
        history.meetings.append((at.day, pairs))


class _Listing:
    """Whether one policy lists the child, advanced from change to change."""

    __slots__ = ("ended", "history", "holds", "place", "since", "spells", "stays", "stopped")

    def __init__(self, judge: Judge, history: PolicyHistory, place: int) -> None:
        self.holds, self.ended, self.stays = judge.holds, judge.ended, judge.stays
        self.history, self.place = history, place
        self.spells = history.listed[place]
        self.since: str | None = None
        self.stopped: int | None = None

    def advance(self, at: Circumstances, before: _State, now: _State) -> None:
        """Advances to the circumstances of a day, with the state `now`."""
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
        """Ends the history after the last day."""
        if self.stopped is not None:
            self._run_out(on, False, state, state)
        if self.since is not None:
            self.spells.append((self.since, None))

    def _run_out(self, day: str, holds: bool, before: _State, now: _State) -> None:
        """Ends a listing that has outlasted its rule for as long as the policy allows, unless the rule holds again."""
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
