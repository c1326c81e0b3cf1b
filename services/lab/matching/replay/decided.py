"""The side of the log: what the directory itself decided, event by event."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.child.judgement import STEWARD
from projections.base.projection import PublishedEvent
from services.lab.matching.replay.batches import DESCRIBES, REMOVED
from services.lab.matching.replay.match_state import MatchState
from services.lab.matching.replay.queue import Judged
from services.lab.matching.replay.rulings import Ruling


class Decided:
    """Follows the log; records in `left_out` are in no child of either side."""

    def __init__(self, left_out: set[str]) -> None:
        self.match_state = MatchState()
        self._left_out = left_out

    def apply(self, events: Iterable[PublishedEvent]) -> list[Ruling]:
        """Takes events in order; gives the stewards' decisions among them."""
        rulings = []
        for event in events:
            if event.type in DESCRIBES:
                self.match_state.contradictions.forget(event.stream)
            elif event.type in REMOVED:
                self.match_state.remove(event.stream)
            elif event.type == "RecordLinked.v1":
                self._link(event)
            elif event.type in _QUEUED:
                self._queue(event)
            elif ruling := self._ruling(event):
                rulings.append(ruling)
        return rulings

    def _link(self, event: PublishedEvent) -> None:
        """What a steward links has come here by its RecordUnlinked, but for what was removed."""
        record = event.data["record"]
        if event.data["matcher"] != STEWARD and record not in self._left_out:
            self.match_state.membership.put(record, event.stream)

    def _queue(self, event: PublishedEvent) -> None:
        queue, listed = _QUEUED[event.type]
        for each in event.data[listed]:
            pair = event.data["record"], each["record"]
            if self._left_out.isdisjoint(pair):
                getattr(self.match_state, queue).put(*pair, Judged(each["rule"], each["score"]))

    def _ruling(self, event: PublishedEvent) -> Ruling | None:
        """What a steward decided by an event, which takes effect here."""
        membership, data = self.match_state.membership, event.data
        if event.type == "ChildrenMerged.v1":
            left = list(membership.records_of(event.stream))
            right = self._absorb(event.stream, data)
            return Ruling("merged", left, right, event.stream) if data["matcher"] == STEWARD else None
        if event.type == "RecordUnlinked.v1":
            leaving = data["records"]
            staying = [record for record in membership.records_of(event.stream) if record not in set(leaving)]
            for record in leaving:
                if record in membership:
                    membership.put(record, data["to"])
            return Ruling("split", staying, leaving, data["to"])
        if event.type == "MatchDismissed.v1":
            self.match_state.dismiss(data["records"], data["other_records"])
            return Ruling("dismissed", data["records"], data["other_records"], data["other"])
        return None

    def _absorb(self, child: str, data: Mapping[str, Any]) -> list[str]:
        membership = self.match_state.membership
        brought = [record for each in data["merged"] for record in each["records"] if record in membership]
        for record in brought:
            membership.put(record, child)
        return brought


_QUEUED = {
    "MatchSuspected.v1": ("suspected", "suspicions"),
    "RecordContradicted.v1": ("contradictions", "contradictions"),
}
