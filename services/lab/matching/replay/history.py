"""Leads both sides through the log, batch by batch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.matching import MatcherSettings
from projections.base.projection import PublishedEvent
from services.lab.matching.replay.batches import DESCRIBES, INVOLVED, OPENED, REMOVED, Batch, Batches, Description
from services.lab.matching.replay.decided import Decided
from services.lab.matching.replay.gps import Gps
from services.lab.matching.replay.replayed import ReplayedRegister
from services.lab.matching.replay.tally import Cause, Tally, outcomes_in


class History:
    """What the log decided and what is decided under other settings, as far as the log was taken.

    Before `start` the log's decisions are kept, after `end` nothing is taken; both are recorded times, as ISO 8601
    texts in UTC, or None. Records in `left_out` can't be read: they count as strangers until they are removed, and
    for nothing else; `unreadable` is how many there ever were.
    """

    def __init__(self, settings: MatcherSettings, start: str | None = None, end: str | None = None) -> None:
        self.left_out: set[str] = set()
        self.unreadable = 0
        self.decided = Decided(self.left_out)
        self.replayed = ReplayedRegister(settings, self.decided.match_state)
        self.tally = Tally()
        self.gps = Gps()
        self.events = 0
        self._start, self._end = start, end
        self._begun = False
        self._ended = False
        self._batches = Batches()

    def take(self, events: Sequence[PublishedEvent]) -> bool:
        """Takes the next events; returns whether later ones would still be taken."""
        if events:
            sealed = {event.stream for event in events if event.type in OPENED}
            events[0].decryptor.prefetch(sealed)
        self._settle(self._batches.add(events))
        return not self._ended

    def finish(self) -> None:
        """Takes what is left of the last batch."""
        self._settle(self._batches.end())
        self._begin()

    def _settle(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            if self._end is not None and batch.recorded_at > self._end:
                self._ended = True
            if self._ended:
                return
            if self._start is None or batch.recorded_at >= self._start:
                self._begin()
            self.events += len(batch.events)
            self._take(batch)

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self.replayed.begin()

    @property
    def records(self) -> int:
        """How many records there are, readable or not."""
        return len(self.replayed.index) + len(self.left_out)

    def _take(self, batch: Batch) -> None:
        records = self.records
        descriptions = self._open(batch.events)
        if not self._begun:
            self.replayed.follow(batch.events, descriptions, self.decided.apply(batch.events))
            return
        if batch.stewards:
            self.replayed.rule(self.decided.apply(batch.events))
            return
        now = self.replayed.decide(batch.events, descriptions, _listed(batch.events), records)
        self.decided.apply(batch.events)
        self.tally.count_versions(batch.events)
        self.tally.compare(descriptions, outcomes_in(batch.events), now)

    def _open(self, events: Sequence[PublishedEvent]) -> dict[Cause, Description]:
        """The readable descriptions by cause; also keeps track of GP involvements."""
        descriptions = {}
        for event in events:
            record = event.stream
            if event.type == "InvolvementEnded.v1":
                self.gps.ended(record, event.data["number"])
            elif event.type in REMOVED:
                self.left_out.discard(record)
            elif event.type in OPENED and record not in self.left_out:
                try:
                    personal = event.personal
                except (KeyError, ValueError):
                    self._leave_out(record)
                    continue
                if event.type in DESCRIBES:
                    descriptions[record, event.version] = _description(event, personal)
                elif event.type == INVOLVED:
                    self.gps.started(event, personal["involvement"])
        return {cause: each for cause, each in descriptions.items() if each.record not in self.left_out}

    def _leave_out(self, record: str) -> None:
        """Leaves a crypto-shredded record out of both sides."""
        self.left_out.add(record)
        self.unreadable += 1
        self.decided.match_state.remove(record)
        self.replayed.leave_out(record)


def _description(event: PublishedEvent, personal: Mapping[str, Any]) -> Description:
    """A sensitive agency's name is sealed with the particulars."""
    source = personal.get("source", event.source)
    return Description(event.stream, event.version, event.time, source, personal["particulars"], event.data.get("kind"))


def _listed(events: Iterable[PublishedEvent]) -> dict[Cause, str]:
    """The children that a batch of the log lists, by what they are listed for."""
    return {
        (event.data["record"], event.data["record_version"]): event.stream
        for event in events
        if event.type in ("ChildListed.v1", "ShieldedChildListed.v1")
    }
