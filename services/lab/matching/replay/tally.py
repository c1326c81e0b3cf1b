"""Decision by decision: what was decided on a description in the log, and what is decided now."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.child.judgement import STEWARD
from domain.matching import Placement
from domain.matching.placement import FIRST_RECORD
from projections.base.projection import PublishedEvent

Cause = tuple[str, int]
"""The record event that was decided on: stream id and version."""


@dataclass(slots=True)
class Outcome:
    """What one decision did; a pair is named by the other record and the rule."""

    linked: bool = False
    merged: frozenset[str] = frozenset()
    suspected: frozenset[tuple[str, str]] = frozenset()
    contradicted: frozenset[str] = frozenset()


_NOTHING = Outcome()


def outcome(placement: Placement) -> Outcome:
    """What a placement does."""
    return Outcome(
        placement.reason is not None,
        frozenset(found.child for found in placement.merged),
        frozenset((found.record, found.rule) for found in placement.suspected),
        frozenset(found.record for found in placement.contradicted),
    )


def outcomes_in(events: Iterable[PublishedEvent]) -> dict[Cause, Outcome]:
    """What the matcher decided in a batch of the log, by cause."""
    found: dict[Cause, Outcome] = {}
    for event in events:
        data = event.data
        if event.type not in _DECISIONS or data["matcher"] == STEWARD:
            continue
        _DECISIONS[event.type](found.setdefault((data["record"], data["record_version"]), Outcome()), data)
    return found


def _linked(decision: Outcome, data: Mapping[str, Any]) -> None:
    decision.linked = data["rule"] != FIRST_RECORD


def _merged(decision: Outcome, data: Mapping[str, Any]) -> None:
    decision.merged = frozenset(each["child"] for each in data["merged"])


def _suspected(decision: Outcome, data: Mapping[str, Any]) -> None:
    decision.suspected = frozenset((each["record"], each["rule"]) for each in data["suspicions"])


def _contradicted(decision: Outcome, data: Mapping[str, Any]) -> None:
    decision.contradicted = frozenset(each["record"] for each in data["contradictions"])


_DECISIONS = {
    "RecordLinked.v1": _linked,
    "ChildrenMerged.v1": _merged,
    "MatchSuspected.v1": _suspected,
    "RecordContradicted.v1": _contradicted,
}


@dataclass
class Compared:
    """How many of a thing both sides have, and how many only one of them."""

    both: int = 0
    only_log: int = 0
    only_replay: int = 0

    def count(self, log: frozenset[Any], replay: frozenset[Any]) -> None:
        """Adds what a decision did on each side."""
        self.both += len(log & replay)
        self.only_log += len(log - replay)
        self.only_replay += len(replay - log)


@dataclass
class Tally:
    """Decisions compared, those of them that differ, and what each side did; `versions` of the matcher that decided."""

    compared: int = 0
    different: int = 0
    links: Compared = field(default_factory=Compared)
    merges: Compared = field(default_factory=Compared)
    suspicions: Compared = field(default_factory=Compared)
    versions: Counter[str] = field(default_factory=Counter)

    def count_versions(self, events: Iterable[PublishedEvent]) -> None:
        """Counts by which matchers a batch of the log was decided."""
        self.versions.update(
            event.data["matcher"]
            for event in events
            if event.type == "RecordLinked.v1" and event.data["matcher"] != STEWARD
        )

    def compare(self, causes: Iterable[Cause], log: Mapping[Cause, Outcome], replay: Mapping[Cause, Outcome]) -> None:
        """Adds the decisions of a batch."""
        for cause in causes:
            then, now = log.get(cause, _NOTHING), replay.get(cause, _NOTHING)
            self.compared += 1
            self.different += then != now
            self.links.count(_link(cause, then), _link(cause, now))
            self.merges.count(then.merged, now.merged)
            self.suspicions.count(then.suspected, now.suspected)


def _link(cause: Cause, decided: Outcome) -> frozenset[Cause]:
    return frozenset((cause,)) if decided.linked else frozenset()
