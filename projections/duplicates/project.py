"""Register events → pairs of records that were suspected, until that ended, or found to contradict each other."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from domain.child.stewardship import MOST_PAIRS
from projections.base.projection import PublishedEvent, Put, Table, Undecodable

SUSPICION = Table(
    "suspicion",
    ("record", "other", "described", "rule", "matcher", "score", "explanation", "state", "position"),
    keys=2,
)
CONTRADICTION = Table(
    "contradiction",
    ("record", "other", "described", "rule", "matcher", "score", "explanation", "position"),
    keys=2,
)
SUSPECTED, DISMISSED, ENDED = "suspected", "dismissed", "ended"


class Duplicates:
    """The latest state of each pair, by position: its events are on streams of different children."""

    name = "duplicates"
    tables = (SUSPICION, CONTRADICTION)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """One row for each pair."""
        if event.type == "MatchSuspected.v1":
            pairs = _compared(event, event.data["suspicions"])
            return [Put(SUSPICION, (*pair, SUSPECTED, event.position), False) for pair in pairs]
        if event.type == "RecordContradicted.v1":
            pairs = _compared(event, event.data["contradictions"])
            return [Put(CONTRADICTION, (*pair, event.position), False) for pair in pairs]
        if event.type == "MatchDismissed.v1":
            return _dismissed(event)
        if event.type == "SuspicionEnded.v1":
            ended = [sorted((event.data["record"], other)) for other in event.data["records"]]
            return [Put(SUSPICION, (*pair, *[None] * 5, ENDED, event.position), False) for pair in ended]
        return ()


def _compared(event: PublishedEvent, comparisons: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Any, ...]]:
    described, matcher = event.data["record"], event.data["matcher"]
    for each in comparisons:
        explanation = orjson.dumps(each["explanation"]).decode()
        pair = sorted((described, each["record"]))
        yield (*pair, described, each["rule"], matcher, each["score"], explanation)


def _dismissed(event: PublishedEvent) -> Sequence[Put]:
    records, others = event.data["records"], event.data["other_records"]
    if len(records) * len(others) > MOST_PAIRS:
        raise Undecodable  # no steward can dismiss so many
    pairs = [sorted((record, other)) for record in records for other in others]
    return [Put(SUSPICION, (*pair, *[None] * 5, DISMISSED, event.position), False) for pair in pairs]
